// Shared memory that libfaketime leaves behind when a program is killed: removed once no process has it.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Milliseconds } from '../../contracts/time.js';

const FOLDER = '/dev/shm';
const FILE = /^(?:sem\.faketime_sem|faketime_shm)_(\d+)$/;

/** Of programs that have started since then (wall time). Whatever cannot be looked at or removed stays. */
export function removeShared(since: Milliseconds): void {
  const files = entries(FOLDER).flatMap((name) => {
    const id = FILE.exec(name)?.[1];
    return id !== undefined && isSince(`${FOLDER}/${name}`, since) ? [{ name, id }] : [];
  });
  if (files.length === 0) return;
  const used = idsInUse();
  for (const { name, id } of files) if (!used.has(id)) attempt(() => rmSync(`${FOLDER}/${name}`, { force: true }));
}

/** What a program has mapped, whoever made it: children share it with those that have started them. */
function idsInUse(): Set<string> {
  const used = new Set<string>();
  for (const pid of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    const maps = attempt(() => readFileSync(`/proc/${pid}/maps`, 'latin1')) ?? '';
    for (const match of maps.matchAll(/faketime_(?:shm|sem)_(\d+)/g)) used.add(match[1]!);
  }
  return used;
}

function isSince(path: string, since: Milliseconds): boolean {
  return (attempt(() => statSync(path).mtimeMs) ?? 0) >= since;
}

function entries(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

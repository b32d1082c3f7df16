// Labels by which what a run made is found again, and by which it is known whether that run still lives.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who made something: a process, of a machine. Process ids come again, so their start tells them apart. */
export interface Owner {
  run: string;
  machine: string;
  pid: number;
  start: string;
}

export const RUN_LABEL = 'chaos.run';
const MACHINE_LABEL = 'chaos.machine';
const PID_LABEL = 'chaos.pid';
const START_LABEL = 'chaos.start';

/** This process, for a run. */
export function thisOwner(run: string): Owner {
  return { run, machine: thisMachine(), pid: process.pid, start: startOf(process.pid) ?? 'unknown' };
}

export function labelOptions({ run, machine, pid, start }: Owner): string[] {
  const labels = [
    [RUN_LABEL, run],
    [MACHINE_LABEL, machine],
    [PID_LABEL, pid],
    [START_LABEL, start],
  ];
  return labels.flatMap(([name, value]) => ['--label', `${name}=${value}`]);
}

/** Who made something with these labels; null: no run did. */
export function ownerIn(labels: Readonly<Record<string, string>> | null | undefined): Owner | null {
  const run = labels?.[RUN_LABEL];
  const pid = Number(labels?.[PID_LABEL]);
  if (labels == null || run === undefined || !Number.isInteger(pid)) return null;
  return { run, machine: labels[MACHINE_LABEL] ?? '', pid, start: labels[START_LABEL] ?? '' };
}

/** True when its process has ended for certain: those of other machines cannot be seen from here. */
export function isDead(owner: Owner): boolean {
  return owner.machine === thisMachine() && startOf(owner.pid) !== owner.start;
}

/** Where process ids mean the same: a machine, or the container on it that we run in. Hashed, since labels are public. */
function thisMachine(): string {
  const parts = [readOr('/etc/machine-id', hostname()), linkOr('/proc/self/ns/pid')];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** When a process started; null: there is none, or it is a zombie. */
function startOf(pid: number): string | null {
  const stat = readOr(`/proc/${pid}/stat`, '');
  if (stat === '') return process.platform === 'linux' ? null : runs(pid);
  // The name may contain anything, so counting begins behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${readOr('/proc/sys/kernel/random/boot_id', '').slice(0, 8)}-${fields[19]}`;
}

/** Without /proc, all that can be said is whether some process has this id. */
function runs(pid: number): string | null {
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'unknown' : null;
  }
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return fallback;
  }
}

function linkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

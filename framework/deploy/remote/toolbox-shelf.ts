// Keeps the folder of toolboxes small: what no run has asked for in a long time is removed, and drafts of processes that were killed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Starts the name of a toolbox that is being made. */
export const DRAFT = '.new-';

const HOUR = 3_600_000;
/** Since a toolbox was last asked for. */
const LONGEST_UNUSED = 30 * 24 * HOUR;
/** A toolbox is made within seconds. */
const LONGEST_DRAFT = HOUR;

/** Notes that a toolbox was asked for, by the index that names it. */
export async function markUsed(index: string): Promise<void> {
  const now = new Date();
  await utimes(index, now, now).catch(() => {});
}

/** Best effort: what cannot be removed stays. `now`: wall time in milliseconds. */
export async function tidyShelf(shelf: string, now: number): Promise<void> {
  const names = readdirSync(shelf);
  const age = (name: string) => now - (statSync(join(shelf, name), { throwIfNoEntry: false })?.mtimeMs ?? now);
  const indexes = names.filter((name) => name.endsWith('.json'));
  const unused = indexes.filter((name) => age(name) > LONGEST_UNUSED);
  const used = new Set(indexes.filter((name) => !unused.includes(name)).map((name) => namedBy(join(shelf, name))));
  const folders = unused.map((name) => namedBy(join(shelf, name))).filter((folder) => !used.has(folder));
  const drafts = names.filter((name) => name.startsWith(DRAFT) && age(name) > LONGEST_DRAFT);
  for (const name of [...unused, ...drafts, ...folders]) {
    if (name !== null) await rm(join(shelf, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** The folder that an index names; null: it is damaged. */
function namedBy(index: string): string | null {
  try {
    const { sha256 } = JSON.parse(readFileSync(index, 'utf8')) as { sha256?: unknown };
    return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null;
  } catch {
    return null;
  }
}

// Names of folders in results: what a plan or node is called becomes one path segment, and a run's name says when and which seed.

import { createHash } from 'node:crypto';

/** File systems take 255 bytes. */
const LONGEST = 200;

/** A name as one safe path segment: no separators, not hidden, not `latest`. Long names end in a hash of the whole. */
export function folderName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._@=,+-]+/gu, '-').replace(/^\.+/, '_');
  if (safe === '' || safe === 'latest') return `_${safe}`;
  return Buffer.byteLength(safe) <= LONGEST ? safe : shortened(safe);
}

function shortened(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  // Four bytes is the most that one character takes.
  return `${[...name].slice(0, LONGEST / 4 - 3).join('')}-${hash}`;
}

/** `20260102T030405Z-<seed>`. */
export function runName(started: Date, seed: number): string {
  return `${started.toISOString().replace(/[-:]|\.\d+/g, '')}-${seed}`;
}

export interface RunName {
  /** ISO 8601, UTC. */
  started: string;
  seed: number;
  /** 1, or what was put behind the name to make it new. */
  ordinal: number;
}

const RUN_NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(-?\d+)(?:-(\d+))?$/;

/** null: the name is not one of a run. */
export function parseRunName(name: string): RunName | null {
  const match = RUN_NAME.exec(name);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, seed, ordinal] = match;
  return {
    started: `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`,
    seed: Number(seed),
    ordinal: Number(ordinal ?? 1),
  };
}

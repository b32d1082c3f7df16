// Ends whatever carries a task's mark on a host: closing a pipe to it does not reach what does not read or write.
import { randomBytes } from 'node:crypto';
import type { Command } from './host.js';
import { MARK } from './launch.js';

/** Twice, because what is just being started may be missed by the first look. */
const SWEEP =
  'for turn in 1 2; do grep -ls "$1" /proc/[0-9]*/environ 2>/dev/null | ' +
  'while IFS= read -r f; do p=${f#/proc/}; kill -KILL "${p%/environ}" 2>/dev/null; done; done; exit 0';

/** A fresh mark, never used again. */
export function newMark(): string {
  return randomBytes(12).toString('hex');
}

/** Kills every process there with this mark in its environment; needs `/proc`, and does nothing where there is none. */
export function sweepOf(mark: string): Command {
  return ['sh', '-c', SWEEP, 'sh', `${MARK}=${mark}`];
}

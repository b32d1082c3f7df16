// Which lines are shown: a pass over all of them in small pieces, so that the page stays alive, and ends where it takes too long.
import type { Nanoseconds } from '../../../contracts/time.js';
import type { Logs } from '../../page/logs.js';
import type { Search } from './pattern.js';

export interface Choice {
  /** Null: every line. */
  readonly search: Search | null;
  /** By source: shown. */
  readonly sources: readonly boolean[];
  /** Index into LEVELS; lines that name no level count as `info`. */
  readonly level: number;
  /** Null: the whole run. */
  readonly stretch: { readonly from: Nanoseconds; readonly to: Nanoseconds } | null;
}

export interface Chosen {
  /** Positions of lines, ascending. */
  readonly positions: Uint32Array;
  /** Not all lines were looked at: it took too long. */
  readonly cut: boolean;
}

const PIECE = 500;
/** Milliseconds at a time, and in all. */
const AT_A_TIME = 10;
const LONGEST = 4000;

const INFO = 2;

/** Null: `signal` ended it. */
export async function choose({ count, lines }: Logs, choice: Choice, signal: AbortSignal): Promise<Chosen | null> {
  const found = new Uint32Array(count);
  let size = 0;
  const { search, sources, level, stretch } = choice;
  const start = performance.now();
  let turn = start;
  for (let i = 0; i < count; i++) {
    if (i % PIECE === 0 && performance.now() - turn > AT_A_TIME) {
      if (performance.now() - start > LONGEST) return { positions: found.slice(0, size), cut: true };
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal.aborted) return null;
      turn = performance.now();
    }
    if (sources[lines.source[i]!] !== true || (lines.level[i]! || INFO) < level) continue;
    // Lines without a time are in no stretch.
    if (stretch !== null && !(lines.time[i]! >= stretch.from && lines.time[i]! <= stretch.to)) continue;
    if (search !== null && search.find(lines.text[i]!) === null) continue;
    found[size++] = i;
  }
  return { positions: found.slice(0, size), cut: false };
}

// Keeps those lines that are worth most, of any number of lines, in bounded space.
import type { Nanoseconds } from '../../contracts/time.js';

export interface LogLine {
  /** NaN: unknown. */
  readonly time: Nanoseconds;
  readonly level: number;
  readonly timing: number;
  readonly source: number;
  readonly number: number;
  readonly text: string;
}

interface Ranked {
  readonly line: LogLine;
  /** The smaller, the better. */
  readonly rank: number;
}

/** What a line costs beside its text. */
const OVERHEAD = 16;

/** How much more is gathered before the worst is thrown away. */
const ROOM = 4;

export class LogSelection {
  readonly #most: number;
  #kept: Ranked[] = [];
  #size = 0;
  /** Worse than this is known to be too much. */
  #worst = Number.POSITIVE_INFINITY;

  /** `most`: characters of all lines together. */
  constructor(most: number) {
    this.#most = most;
  }

  /** False: lines of this rank are known to be too much. */
  mayTake(rank: number): boolean {
    return rank <= this.#worst;
  }

  /** The line is asked for only when there may be room. */
  add(rank: number, make: () => LogLine): void {
    if (!this.mayTake(rank)) return;
    const line = make();
    this.#kept.push({ line, rank });
    this.#size += sizeOf(line);
    if (this.#size > this.#most * ROOM) this.#cut();
  }

  /** In order of time; those without one at the end, by source and number. */
  lines(): LogLine[] {
    this.#cut();
    return this.#kept
      .map(({ line }) => line)
      .sort((a, b) => order(a.time, b.time) || a.source - b.source || a.number - b.number);
  }

  #cut(): void {
    this.#kept.sort((a, b) => order(a.rank, b.rank));
    let size = 0;
    let count = 0;
    while (count < this.#kept.length && size + sizeOf(this.#kept[count]!.line) <= this.#most) {
      size += sizeOf(this.#kept[count]!.line);
      count++;
    }
    if (count === this.#kept.length) return;
    this.#worst = this.#kept[count]!.rank;
    this.#kept.length = count;
    this.#size = size;
  }
}

function sizeOf({ text }: LogLine): number {
  return text.length + OVERHEAD;
}

/** Infinities are equal to each other; what is no number comes last. */
function order(a: number, b: number): number {
  if (a === b) return 0;
  const [x, y] = [Number.isNaN(a), Number.isNaN(b)];
  return x || y ? Number(x) - Number(y) : a < b ? -1 : 1;
}

// Puts what a file says of its times on the run's clock: years, dates and zones that it does not say are those that fit the run.
import type { Milliseconds, Nanoseconds } from '../../contracts/time.js';
import { type Stamp, StampReader, type WallStamp } from './log-stamp.js';

export interface RunTimes {
  /** Wall time of the start in milliseconds since 1970; null: nobody knows. */
  readonly start: number | null;
  readonly end: Nanoseconds;
}

export interface Instant {
  readonly time: Nanoseconds;
  /** To the second only. */
  readonly coarse: boolean;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MS = 1_000_000;

/** Lines may be written a little before the run's clock begins, and after its end. */
const SLACK: Nanoseconds = 60_000 * MS;

/** Zones are whole hours from UTC, seldom a half or three quarters more. */
const ZONES: readonly number[] = [
  ...Array.from({ length: 14 }, (_, i) => [(i + 1) * HOUR, -(i + 1) * HOUR]).flat(),
  ...[0.5, 0.75].flatMap((part) => Array.from({ length: 26 }, (_, i) => (i - 13 + part) * HOUR)),
];

export class FileClock {
  readonly #times: RunTimes;
  readonly #reader = new StampReader();
  readonly #zone: number;
  readonly #ahead: Nanoseconds;
  /** Which clock its stamps are of. */
  readonly kind: 'run' | 'wall' | 'none';
  /** The zone was not said, and is taken to be this many milliseconds ahead of UTC; null: said, or not needed. */
  readonly zone: number | null;

  /**
   * `first` and `last`: what the first and the last line with a stamp say; null: no line has one. `ahead`: of the clock that wrote
   * them, against that of the run.
   */
  constructor(times: RunTimes, first: Stamp | null, last: Stamp | null, ahead: Milliseconds = 0) {
    const { start, end } = times;
    // The run began at this time of that clock.
    this.#times = { start: start === null ? null : start + ahead, end };
    this.#ahead = Math.round(ahead * MS);
    this.kind = first === null || (first.kind === 'wall' && times.start === null) ? 'none' : first.kind;
    const guessed = this.kind === 'wall' && first?.kind === 'wall' && !first.zoned;
    this.#zone = guessed ? zoneOf(this.#times, first, last?.kind === 'wall' ? last : first) : 0;
    this.zone = guessed ? this.#zone : null;
  }

  /** Null: the line does not say, or not by a clock that can be told. */
  read(line: string): Instant | null {
    if (this.kind === 'none') return null;
    const stamp = this.#reader.read(line);
    if (stamp === null) return null;
    if (stamp.kind === 'run') return { time: stamp.time - this.#ahead, coarse: false };
    const time = onRun(stamp, this.#times, stamp.zoned ? 0 : this.#zone);
    return time === null ? null : { time, coarse: stamp.coarse };
  }
}

/** The difference to UTC with which a file's lines are of the run; 0 where none fits better. */
function zoneOf(times: RunTimes, first: WallStamp, last: WallStamp): number {
  const fits = (zone: number) => {
    const [from, to] = [onRun(first, times, zone), onRun(last, times, zone)];
    return from !== null && to !== null && from >= -SLACK && to <= times.end + SLACK;
  };
  return [0, ...ZONES].find(fits) ?? 0;
}

function onRun(stamp: WallStamp, { start, end }: RunTimes, zone: number): Nanoseconds | null {
  if (start === null) return null;
  const ms = completed(stamp, start + zone, end / MS) - zone - start;
  return Math.round(ms * MS) + stamp.ns;
}

/** Milliseconds since 1970, with the year or the date of the run where the stamp lacks them. `start`: by the stamp's clock. */
function completed({ ms, lacks }: WallStamp, start: number, length: number): number {
  if (lacks === 'nothing') return ms;
  if (lacks === 'date') {
    const day = Math.floor(start / DAY) * DAY;
    return nearest(
      [day - DAY, day, day + DAY, day + 2 * DAY].map((date) => date + (ms % DAY)),
      start,
      length,
    );
  }
  const year = new Date(start).getUTCFullYear();
  const when = new Date(ms);
  const inYear = (shift: number) => {
    const moved = new Date(ms);
    moved.setUTCFullYear(year + shift, when.getUTCMonth(), when.getUTCDate());
    return moved.getTime();
  };
  return nearest([inYear(-1), inYear(0), inYear(1)], start, length);
}

/** What is least far from the run. */
function nearest(candidates: readonly number[], start: number, length: number): number {
  const distance = (ms: number) => Math.max(start - ms, ms - start - length, 0);
  return candidates.reduce((best, ms) => (distance(ms) < distance(best) ? ms : best));
}

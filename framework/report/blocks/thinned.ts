// Points of which each occupied cell of a fine grid keeps one for each function and outcome: what the eye would see of all of them.
import type { Nanoseconds } from '../../contracts/time.js';
import type { Scatter } from '../page/performance.js';

/** Cells along the run's time; finer than pixels, so that there is more to see when one looks closer. */
const ACROSS = 3000;
/** Cells for each factor of ten in latency. */
const PER_DECADE = 80;
const DECADES = 15;

const MOST_POINTS = 40_000;

const OUTCOMES = 3;

/** Functions are numbered below it: three outcomes of each fit into 32 bits. */
const MOST_FUNCTIONS = 10;

export class Thinned {
  readonly #end: Nanoseconds;
  #operations = 0;
  #coarse = 1;
  #grid = new Uint32Array(ACROSS * PER_DECADE * DECADES);
  #points: Point[] = [];

  /** `end`: the last instant. */
  constructor(end: Nanoseconds) {
    this.#end = end;
  }

  /** `f` is below 10. */
  add(time: Nanoseconds, latency: Nanoseconds, f: number, outcome: number): void {
    this.#operations++;
    this.#keep({ time, latency, f: Math.min(f, MOST_FUNCTIONS - 1), outcome });
    if (this.#points.length <= MOST_POINTS) return;
    // Cells of twice the size, and what was kept so far goes through them again.
    const kept = this.#points;
    this.#coarse *= 2;
    this.#points = [];
    this.#grid.fill(0);
    for (const point of kept) this.#keep(point);
  }

  scatter(): Scatter {
    const points = this.#points.sort((a, b) => a.time - b.time);
    return {
      operations: this.#operations,
      count: points.length,
      time: Float64Array.from(points, ({ time }) => time),
      latency: Float64Array.from(points, ({ latency }) => latency),
      f: Uint8Array.from(points, ({ f }) => f),
      outcome: Uint8Array.from(points, ({ outcome }) => outcome),
    };
  }

  #keep(point: Point): void {
    const cell = this.#cellOf(point);
    const bit = 1 << (point.f * OUTCOMES + point.outcome);
    if ((this.#grid[cell]! & bit) !== 0) return;
    this.#grid[cell]! |= bit;
    this.#points.push(point);
  }

  #cellOf({ time, latency }: Point): number {
    const across = Math.min(ACROSS - 1, Math.floor((Math.max(0, time) / this.#end) * (ACROSS - 1)));
    const decades = Math.min(DECADES, Math.log10(Math.max(1, latency)));
    const up = Math.min(PER_DECADE * DECADES - 1, Math.floor(decades * PER_DECADE));
    const [x, y] = [Math.floor(across / this.#coarse), Math.floor(up / this.#coarse)];
    return y * ACROSS + x;
  }
}

interface Point {
  time: Nanoseconds;
  latency: Nanoseconds;
  f: number;
  outcome: number;
}

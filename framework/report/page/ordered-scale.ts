// An axis for few events far apart: it keeps their order, and widens short spans so that they can be seen.
import type { Nanoseconds } from '../../contracts/time.js';

const LEAST_SPAN = 26;
/** Of the width, for spans that are widened; the rest is shared by length. */
const MOST_WIDENED = 0.7;

/** Two bars overlap on it exactly if the operations did: a 2 ms overlap can be seen beside a 20 s wait. */
export class OrderedScale {
  readonly #instants: readonly Nanoseconds[];
  readonly #positions: readonly number[];

  constructor(instants: Iterable<Nanoseconds>, left: number, right: number) {
    const sorted = [...new Set(instants)].sort((a, b) => a - b);
    const spans = sorted.slice(1).map((time, i) => time - sorted[i]!);
    const total = spans.reduce((sum, span) => sum + span, 0);
    const least = Math.min(LEAST_SPAN, ((right - left) * MOST_WIDENED) / Math.max(1, spans.length));
    const free = right - left - least * spans.length;
    const positions = [left];
    for (const span of spans) positions.push(positions[positions.length - 1]! + least + (free * span) / total);
    this.#instants = sorted;
    this.#positions = positions;
  }

  x(time: Nanoseconds): number {
    const next = this.#instants.findIndex((known) => known >= time);
    if (next < 0) return this.#positions[this.#positions.length - 1]!;
    if (next === 0 || this.#instants[next] === time) return this.#positions[next]!;
    const [t0, t1] = [this.#instants[next - 1]!, this.#instants[next]!];
    const [x0, x1] = [this.#positions[next - 1]!, this.#positions[next]!];
    return x0 + ((time - t0) / (t1 - t0)) * (x1 - x0);
  }

  /** Known instants at least `gap` apart on the axis, from the left. */
  marks(gap: number): { time: Nanoseconds; x: number }[] {
    const marks: { time: Nanoseconds; x: number }[] = [];
    this.#instants.forEach((time, i) => {
      const x = this.#positions[i]!;
      const last = marks[marks.length - 1];
      if (last === undefined || x - last.x >= gap) marks.push({ time, x });
    });
    return marks;
  }
}

// The stretch of the run that all charts show.
import type { Nanoseconds } from '../../../contracts/time.js';
import { Store } from '../store.js';

/** Nothing shorter can be looked at. */
const SHORTEST: Nanoseconds = 1000;

export class Stretch {
  readonly end: Nanoseconds;
  readonly shown: Store<{ from: Nanoseconds; to: Nanoseconds }>;

  constructor(end: Nanoseconds) {
    this.end = end;
    this.shown = new Store({ from: 0, to: end });
  }

  get whole(): boolean {
    const { from, to } = this.shown.value;
    return from === 0 && to === this.end;
  }

  /** Kept inside of the run; where `from` is not before `to`, a shortest stretch is shown. */
  show(from: Nanoseconds, to: Nanoseconds): void {
    const length = Math.min(this.end, Math.max(SHORTEST, to - from));
    const first = Math.max(0, Math.min(this.end - length, from));
    this.shown.set({ from: first, to: first + length });
  }

  reset(): void {
    this.show(0, this.end);
  }

  /** `factor` below 1 looks closer; `around` stays where it is. */
  zoom(factor: number, around: Nanoseconds): void {
    const { from, to } = this.shown.value;
    this.show(around - (around - from) * factor, around + (to - around) * factor);
  }

  /** By a share of what is shown. */
  move(share: number): void {
    const { from, to } = this.shown.value;
    this.show(from + share * (to - from), to + share * (to - from));
  }
}

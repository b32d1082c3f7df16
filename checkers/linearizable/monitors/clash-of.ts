// A clash of as many operations as it takes, where pending takes are too few for all elements that must be gone.
import type { Judgement } from './monitor.js';

/** Nobody learns anything from more, and evidence would take long. */
const MOST = 10_000;

/** As `clash`; without a hint where there would be too many. */
export function clashOf(operations: readonly number[]): Judgement {
  const hint = Int32Array.from(new Set(operations))
    .filter((one) => one >= 0)
    .sort();
  return { outcome: 'illegal', hint: hint.length > MOST ? [] : [...hint] };
}

// The totals that a set of numbers can add up to when some of them count and nobody knows which.

/** Work (numbers times range) beyond which only the range is known. */
const MOST_WORK = 50_000_000;

export interface Sums {
  lowest: number;
  highest: number;
  /** Whether a total can come about; when the sums were too many to work out, every whole number in the range can. */
  has(total: number): boolean;
}

/** `base` plus every sum of a subset of `deltas` (integers; with others only the range is known). */
export function subsetSums(base: number, deltas: readonly number[]): Sums {
  let lowest = base;
  let highest = base;
  for (const delta of deltas) {
    if (delta < 0) lowest += delta;
    else highest += delta;
  }
  const range = highest - lowest + 1;
  const exact = Number.isSafeInteger(base) && deltas.every(Number.isSafeInteger) && range * deltas.length <= MOST_WORK;
  const reachable = exact ? reach(range, deltas) : null;
  return {
    lowest,
    highest,
    has: (total) => total >= lowest && total <= highest && (reachable === null || reachable[total - lowest] === 1),
  };
}

/** By distance from the lowest sum: leaving out a negative number is like adding its size, so signs do not matter. */
function reach(range: number, deltas: readonly number[]): Uint8Array {
  const reachable = new Uint8Array(range);
  reachable[0] = 1;
  let top = 0;
  for (const delta of deltas) {
    const size = Math.abs(delta);
    top += size;
    for (let sum = top; sum >= size; sum--) if (reachable[sum - size] === 1) reachable[sum] = 1;
  }
  return reachable;
}

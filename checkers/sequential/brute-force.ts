// An independent judge of few operations: tries every interleaving of the processes by the definition, with nothing clever in it.

export interface JudgedOperation {
  process: number;
  key: number | string;
  /** The value it read and the one it wrote, as texts; null: it did not. */
  read: string | null;
  written: string | null;
  /** It may be left out. */
  optional: boolean;
  /** It may come at any time, whatever its process did before and after. */
  anytime: boolean;
}

/** Thrown when the judge would need more steps than allowed. */
export class TooHard extends Error {}

/**
 * Whether one order of the operations (given in the order in which each process did them) exists in which every read sees the
 * last write of its key. An optional operation comes after what its process did before, and never holds up what it did later.
 * Throws `TooHard` after `steps` steps.
 */
export function isSequentiallyConsistent(
  operations: readonly JudgedOperation[],
  initial: string,
  steps = 1_000_000,
): boolean {
  const dead = new Set<string>();
  let left = steps;
  const mayCome = (placed: readonly boolean[], i: number) =>
    operations[i]!.anytime ||
    operations.every(
      (other, j) => j >= i || placed[j] || other.process !== operations[i]!.process || other.optional || other.anytime,
    );
  const canFinish = (placed: readonly boolean[], state: ReadonlyMap<number | string, string>): boolean => {
    if (left-- <= 0) throw new TooHard(`more than ${steps} steps`);
    if (operations.every(({ optional }, i) => placed[i] || optional)) return true;
    const text = `${placed.map(Number).join('')} ${JSON.stringify([...state].sort(byText))}`;
    if (dead.has(text)) return false;
    for (const [i, { key, read, written }] of operations.entries()) {
      if (placed[i] || !mayCome(placed, i)) continue;
      if (read !== null && (state.get(key) ?? initial) !== read) continue;
      const next = written === null ? state : new Map(state).set(key, written);
      if (canFinish(placed.with(i, true), next)) return true;
    }
    dead.add(text);
    return false;
  };
  return canFinish(
    operations.map(() => false),
    new Map(),
  );
}

function byText([a]: [number | string, string], [b]: [number | string, string]): number {
  return String(a) < String(b) ? -1 : 1;
}

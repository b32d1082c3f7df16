// Random histories of a built-in model, by its reference.
import type { Random } from '../../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../../framework/history/history.js';
import { type RunShape, randomRun } from './random-run.js';
import { INITIAL, REFERENCES } from './references.js';

/** Shapes in turn: distinct values and repeated ones, calm and wild. */
const SHAPES: readonly (RunShape & { distinct: boolean })[] = [false, true].flatMap((distinct) => [
  { distinct, operations: 9, processes: 3, stretch: 2, pending: 0.1, dropped: 0.5, failed: 0.05, lies: 0.1 },
  { distinct, operations: 8, processes: 4, stretch: 4, pending: 0.2, dropped: 0.5, failed: 0.05, lies: 0.15 },
  { distinct, operations: 7, processes: 6, stretch: 6, pending: 0.3, dropped: 0.3, failed: 0, lies: 0.3 },
  { distinct, operations: 9, processes: 4, stretch: 3, pending: 0.15, dropped: 0.5, failed: 0, lies: 0 },
]);

/** A short history of the model, honest or not; the shape goes by the seed. `changes` override it. */
export function randomOf(
  model: string,
  random: Random,
  seed: number,
  changes: Partial<RunShape> = {},
): ColumnarHistory {
  const shape = SHAPES[seed % SHAPES.length]!;
  return randomRun(random, { ...shape, ...changes }, () => REFERENCES[model]!(shape));
}

export function initialOf(model: string): unknown {
  return INITIAL[model] ?? null;
}

// Judgements that name many operations, more than a function takes arguments.
import type { Judgement } from './monitor.js';

/** As `clash`. */
export function clashOfAll(operations: readonly number[]): Judgement {
  return {
    outcome: 'illegal',
    hint: Array.from(new Set(operations))
      .filter((one) => one >= 0)
      .sort((a, b) => a - b),
  };
}

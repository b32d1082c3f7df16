// What the monitors have in common: near-linear judges for histories that qualify, mostly those whose values are distinct.
import type { Partition } from '../prepare/partition.js';

export type MonitorName = 'zones' | 'queue' | 'stack' | 'priority-queue' | 'bag' | 'set' | 'lock';

/**
 * `obstacle`: why the monitor cannot judge, a clause. `illegal`: `hint` holds a few operations that clash, as indexes into the
 * partition in order; they prove it together with all other operations on their elements.
 */
export type Judgement = { outcome: 'linearizable' } | { outcome: 'illegal'; hint: number[] } | { obstacle: string };

export interface Monitor {
  readonly name: MonitorName;
  /** Why it may judge, a clause: `every value is written once`. */
  readonly because: string;
  /** Judges the events up to the stamp `cutoff`: an operation that returned later is optional, with what it returned. */
  judge(partition: Partition, cutoff?: number): Judgement;
}

export const LINEARIZABLE: Judgement = { outcome: 'linearizable' };

/** The operations that clash, without repetitions and negative numbers, in order. */
export function clash(...operations: number[]): Judgement {
  const hint = [...new Set(operations)].filter((one) => one >= 0).sort((a, b) => a - b);
  return { outcome: 'illegal', hint };
}

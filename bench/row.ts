// A figure of the benchmark: what `npm run bench` prints a table of.

export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** What the figure should reach (`higher`) or stay below (`lower`). */
  target?: number;
  better: 'higher' | 'lower';
  /** What it was measured on, where the name does not say. */
  note?: string;
}

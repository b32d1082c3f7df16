// What the fuzz says: how far it is, what it found, and the table at the end.
import type { Disagreement, Tally } from './work.js';

const LARGE = /\B(?=(\d{3})+$)/g;

export function amount(count: number): string {
  return String(Math.round(count)).replaceAll(LARGE, ',');
}

/** One line; `seconds` since the start. */
export function progress(tallies: ReadonlyMap<string, Tally>, planned: number, seconds: number): string {
  const sum = (pick: (tally: Tally) => number) => [...tallies.values()].reduce((all, tally) => all + pick(tally), 0);
  const done = sum(({ histories }) => histories);
  const valid = sum((tally) => tally.valid);
  return [
    `${amount(done)} of ${amount(planned)} histories`,
    `${amount(done / Math.max(seconds, 0.001))}/s`,
    `${amount(valid)} linearizable, ${amount(done - valid)} not`,
    `${amount(sum(({ witnesses }) => witnesses))} witnesses checked`,
  ].join('; ');
}

/** A table with a row for each model. */
export function summary(tallies: ReadonlyMap<string, Tally>): string {
  const head = ['model', 'histories', 'linearizable', 'not', 'witnesses', 'rough', 'late', 'judged by'];
  const rows = [...tallies].map(([model, { histories, valid, witnesses, rough, late, algorithms }]) => [
    model,
    amount(histories),
    amount(valid),
    amount(histories - valid),
    amount(witnesses),
    amount(rough),
    amount(late),
    Object.entries(algorithms)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${amount(count)}`)
      .join(', '),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, c) => (c === 0 || c === row.length - 1 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)));
  return [head, ...rows].map((row) => line(row).join('  ').trimEnd()).join('\n');
}

export function disagreed({ model, seed, index, initial, lines, verdicts }: Disagreement): string {
  return [
    `DISAGREEMENT: ${model}, seed ${seed}, history ${index}, initial ${JSON.stringify(initial)}`,
    lines,
    JSON.stringify(verdicts, null, 2),
    `again: npm run fuzz -- ${model} --seed ${seed} --from ${index} --histories 1`,
  ].join('\n');
}

// Whether threads pay: two keys too hard for their budget, judged in one thread and in two.
import { checkLinearizable, checkLinearizableWith } from '../../checkers/linearizable/check.js';
import { ColumnarHistory } from '../../framework/history/history.js';
import { workers } from '../../framework/run/workers.js';
import type { BenchRow } from '../row.js';

const KEYS = 2;
const BUDGET = 2_000_000;

/** Compare-and-sets that can be tried in a great many orders, all at once, of which none leads to 88 or 99. */
function orders(): ColumnarHistory {
  const edges: [number, number][] = [];
  for (let from = 0; from < 14; from++) for (const by of [1, 2, 3]) edges.push([from, (from + by) % 14]);
  edges.push([88, 99], [99, 88]);
  const history = new ColumnarHistory();
  let time = 0;
  for (let key = 0; key < KEYS; key++) {
    const first = key * edges.length;
    for (const [i, edge] of edges.entries()) history.appendInvoke(time++, first + i, 'cas', key, edge, undefined);
    for (let i = edges.length - 1; i >= 0; i--) history.appendCompletion(time++, first + i, 'ok', edges[i]);
  }
  return history;
}

export async function threadRows(): Promise<BenchRow[]> {
  const history = orders();
  const options = { model: 'cas-register', initial: 0, budget: BUDGET };
  const rows: BenchRow[] = [];
  for (const count of [1, 2]) {
    const start = performance.now();
    const { configurations } =
      count === 1
        ? checkLinearizable(history, options)
        : await checkLinearizableWith(workers(new AbortController().signal, count), history, options);
    const value = performance.now() - start;
    if (configurations !== KEYS * BUDGET)
      throw new Error(`${configurations} instead of ${KEYS * BUDGET} configurations`);
    const name = `${KEYS} keys of ${BUDGET} configurations each, in ${count} thread${count === 1 ? '' : 's'}: time`;
    rows.push({ name, value, unit: 'ms', better: 'lower', note: 'cold' });
  }
  return rows;
}

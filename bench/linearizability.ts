// How fast and with how much effort histories of registers are judged. Counts of configurations are deterministic.

import { checkLinearizable, type LinearizableResult } from '../checkers/linearizable/check.js';
import { createRandom } from '../framework/time/random.js';
import { type RegisterLoad, registerHistory } from './histories/registers.js';
import type { BenchRow } from './row.js';

interface Case {
  name: string;
  load: RegisterLoad;
  /** Milliseconds. */
  target: number;
}

const FEW: RegisterLoad = { operations: 10_000, clients: 10, values: 5, reads: 0.5, cas: 0, crashed: 0, lie: null };
const CRASHED = { ...FEW, crashed: 0.01 };
const DISTINCT = { ...CRASHED, values: null };
const CAS = { ...DISTINCT, cas: 0.2 };
const LIE = { lie: 0.9 };

const CASES: readonly Case[] = [
  { name: 'few values, 10^4', load: FEW, target: 5000 },
  { name: 'few values, cas, 1 % crashed, 10^4', load: { ...CRASHED, cas: 0.2 }, target: 5000 },
  { name: 'few values, 1 % crashed, 10^4, bad', load: { ...CRASHED, ...LIE }, target: 5000 },
  { name: 'few values, 1 % crashed, 10^5', load: { ...CRASHED, operations: 100_000 }, target: 1000 },
  { name: 'few values, 1 % crashed, 10^5, bad', load: { ...CRASHED, ...LIE, operations: 100_000 }, target: 8000 },
  { name: 'few values, 1 % crashed, 10^6', load: { ...CRASHED, operations: 1_000_000 }, target: 30_000 },
  { name: 'distinct values, 10^5', load: { ...DISTINCT, operations: 100_000 }, target: 200 },
  { name: 'distinct values, 10^6', load: { ...DISTINCT, operations: 1_000_000 }, target: 1000 },
  {
    name: 'distinct values, 50 clients, 10^6',
    load: { ...DISTINCT, clients: 50, operations: 1_000_000 },
    target: 1000,
  },
  { name: 'distinct values, 10^6, bad', load: { ...DISTINCT, ...LIE, operations: 1_000_000 }, target: 1000 },
  { name: 'distinct values, cas, 10^6', load: { ...CAS, operations: 1_000_000 }, target: 1000 },
  { name: 'distinct values, cas, 10^6, bad', load: { ...CAS, ...LIE, operations: 1_000_000 }, target: 1000 },
];

/** The best of a few turns: the machine is shared. */
const TURNS = 3;

function time(work: () => LinearizableResult): { best: number; result: LinearizableResult } {
  let best = Number.POSITIVE_INFINITY;
  let result = work();
  for (let turn = 0; turn < TURNS; turn++) {
    const start = performance.now();
    result = work();
    best = Math.min(best, performance.now() - start);
  }
  return { best, result };
}

/** Short histories as a small store under test gives them: five clients, few values, many pending operations. */
function short(): BenchRow[] {
  const histories = Array.from({ length: 102 }, (_, seed) => {
    const lie = seed % 4 === 0 ? null : 0.6;
    const load = { operations: 84, clients: 5, values: 4, reads: 0.4, cas: 0.3, crashed: 0.15, lie };
    return registerHistory(createRandom(seed, 'short'), load);
  });
  let configurations = 0;
  const { best } = time(() => {
    const results = histories.map((history) => checkLinearizable(history));
    configurations = results.reduce((sum, result) => sum + result.configurations, 0);
    return results[0]!;
  });
  return [
    { name: '102 short histories: time', value: best, unit: 'ms', target: 15, better: 'lower' },
    { name: '102 short histories: configurations', value: configurations, unit: '', target: 5000, better: 'lower' },
  ];
}

export function rows(): Promise<BenchRow[]> {
  const rows = short();
  for (const { name, load, target } of CASES) {
    const history = registerHistory(createRandom(1, name), load);
    const { best, result } = time(() => checkLinearizable(history));
    const expected = load.lie === null;
    if (result.valid !== expected) throw new Error(`${name}: judged ${result.valid} instead of ${expected}`);
    rows.push({ name: `${name}: time`, value: best, unit: 'ms', target, better: 'lower' });
    if (result.configurations > 0) {
      rows.push({ name: `${name}: configurations`, value: result.configurations, unit: '', better: 'lower' });
    }
  }
  return Promise.resolve(rows);
}

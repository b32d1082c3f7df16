// How fast, with how much effort and in how much memory histories are judged. Counts of configurations are deterministic.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { checkLinearizable } from '../checkers/linearizable/check.js';
import type { ColumnarHistory } from '../framework/history/history.js';
import { CASES, type Case } from './linearizability/cases.js';
import type { Measured } from './linearizability/child.js';
import { shortHistories } from './linearizability/short.js';
import { threadRows } from './linearizability/threads.js';
import type { BenchRow } from './row.js';

const child = fileURLToPath(new URL('./linearizability/child.js', import.meta.url));
/** A program that does nothing but tell the most memory it had, in megabytes. */
const EMPTY = 'process.stdout.write(String((process.resourceUsage().maxRSS * 1024) / 1e6))';
/** Turns that let the engine compile, and turns that count. */
const WARM_UP = 20;
const TURNS = 41;

async function fresh(args: readonly string[]): Promise<unknown> {
  const { stdout } = await execa(process.execPath, ['--expose-gc', ...args], { stdin: 'ignore', stderr: 'inherit' });
  return JSON.parse(stdout);
}

/** The checks of all short histories: verdicts alone, then with the evidence of what is wrong. */
function short(): BenchRow[] {
  const histories = shortHistories();
  return [...shortRows(histories, false), ...shortRows(histories, true)];
}

function shortRows(histories: readonly ColumnarHistory[], evidence: boolean): BenchRow[] {
  let configurations = 0;
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
    const start = performance.now();
    const results = histories.map((history) => checkLinearizable(history, { evidence }));
    if (turn >= WARM_UP) times.push(performance.now() - start);
    configurations = results.reduce((sum, result) => sum + result.configurations, 0);
  }
  times.sort((a, b) => a - b);
  const note = `median of ${TURNS} warm turns; the shortest took ${times[0]!.toFixed(1)} ms`;
  const name = `102 short histories, ${evidence ? 'with evidence' : 'verdicts'}`;
  const time: BenchRow = {
    name: `${name}: time`,
    value: times[TURNS >> 1]!,
    unit: 'ms',
    target: 15,
    better: 'lower',
    note,
  };
  if (evidence) return [time];
  return [time, { name: `${name}: configurations`, value: configurations, unit: '', target: 5000, better: 'lower' }];
}

async function measured({ name, valid, rounds }: Case): Promise<Measured> {
  const all: Measured[] = [];
  for (let round = 0; round < rounds; round++) all.push((await fresh([child, name])) as Measured);
  const wrong = all.find((one) => one.valid !== valid);
  if (wrong !== undefined) throw new Error(`${name}: judged ${wrong.valid} instead of ${valid}`);
  const best = all.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
  return { ...best, peak: Math.max(...all.map(({ peak }) => peak)) };
}

function rowsOf(one: Case, { milliseconds, peak, configurations, algorithms }: Measured, floor: number): BenchRow[] {
  const row = (what: string, value: number, unit: string, target: number | undefined, note: string): BenchRow => {
    return {
      name: `${one.name}: ${what}`,
      value,
      unit,
      ...(target === undefined ? {} : { target }),
      better: 'lower',
      note,
    };
  };
  const memory = `most resident memory while checking, history included, minus ${floor.toFixed(0)} MB of a Node that does nothing`;
  return [
    row('time', milliseconds, 'ms', one.time, `cold, by ${algorithms.join(' and ')}`),
    ...(one.memory === undefined ? [] : [row('memory', peak - floor, 'MB', one.memory, memory)]),
    ...(configurations === 0
      ? []
      : [row('configurations', configurations, '', one.configurations, 'the same everywhere')]),
  ];
}

export async function rows(): Promise<BenchRow[]> {
  const floor = (await fresh(['--eval', EMPTY])) as number;
  const rows = [...short(), ...(await threadRows())];
  for (const one of CASES) rows.push(...rowsOf(one, await measured(one), floor));
  return rows;
}

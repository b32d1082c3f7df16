// Counts, rates and latencies, by function and outcome. Figures, not a judgement.
import { defineChecker } from '../framework/contracts/define.js';
import { EVENT_INVOKE, EVENT_TYPES, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { NS_PER_S } from '../framework/contracts/time.js';
import { Findings } from './shared/findings.js';
import { type Quantiles, quantiles } from './shared/quantiles.js';
import { list } from './shared/text.js';

interface Options {
  'all-succeed': boolean;
}

interface Outcomes {
  ok: number[];
  fail: number[];
  info: number[];
  /** Without a completion. */
  pending: number;
}

type Known = 'ok' | 'fail' | 'info';
const KNOWN: readonly Known[] = ['ok', 'fail', 'info'];

export interface FunctionStats {
  count: number;
  ok: number;
  fail: number;
  /** Those without a completion included. */
  info: number;
  /** `ok` by `count`. */
  okShare: number;
  /** Operations a second, over the whole history. */
  rate: number;
  /** Milliseconds from invocation to completion. */
  latency: Partial<Record<Known, Quantiles>>;
}

/** Latencies in nanoseconds by function and outcome. */
function collect(history: History): Map<string, Outcomes> {
  const { type, f, mate, process, time, length } = history.columns;
  const byId: (Outcomes | undefined)[] = [];
  for (let row = 0; row < length; row++) {
    if (process[row]! < 0 || type[row] !== EVENT_INVOKE) continue;
    const id = f[row]!;
    byId[id] ??= { ok: [], fail: [], info: [], pending: 0 };
    const outcomes = byId[id];
    const end = mate[row]!;
    if (end < 0) outcomes.pending++;
    else outcomes[EVENT_TYPES[type[end]!] as Known].push(time[end]! - time[row]!);
  }
  const entries = history.functions.flatMap((name, id) => (byId[id] === undefined ? [] : [[name, byId[id]] as const]));
  return new Map(entries);
}

/** Nanoseconds from the first to the last event of a client. */
function duration({ columns: { process, time, length } }: History): number {
  let first = 0;
  while (first < length && process[first]! < 0) first++;
  let last = length - 1;
  while (last > first && process[last]! < 0) last--;
  return first < length ? time[last]! - time[first]! : 0;
}

function summarize({ ok, fail, info, pending }: Outcomes, elapsed: number): FunctionStats {
  const count = ok.length + fail.length + info.length + pending;
  const spans = { ok, fail, info };
  const latency: FunctionStats['latency'] = {};
  for (const outcome of KNOWN) {
    const figures = quantiles(spans[outcome]);
    if (figures !== null) latency[outcome] = figures;
  }
  return {
    count,
    ok: ok.length,
    fail: fail.length,
    info: info.length + pending,
    okShare: count === 0 ? 0 : ok.length / count,
    rate: elapsed === 0 ? 0 : Math.round((1000 * count * NS_PER_S) / elapsed) / 1000,
    latency,
  };
}

export default defineChecker<Options>({
  name: 'stats',
  summary: 'Counts, rates and latencies by function and outcome.',
  options: {
    'all-succeed': option.flag('Whether the verdict is unknown when a function was issued and never succeeded.', false),
  },
  anomalies: [],
  check(history, { options }) {
    const collected = collect(history);
    const elapsed = duration(history);
    const all: Outcomes = { ok: [], fail: [], info: [], pending: 0 };
    for (const outcomes of collected.values()) {
      for (const outcome of KNOWN) for (const latency of outcomes[outcome]) all[outcome].push(latency);
      all.pending += outcomes.pending;
    }
    const byFunction = Object.fromEntries([...collected].map(([f, outcomes]) => [f, summarize(outcomes, elapsed)]));
    const never = [...collected].filter(([, { ok }]) => ok.length === 0).map(([f]) => f);
    return new Findings().verdict({
      unknown: options['all-succeed'] && never.length > 0 ? `no ${list(never)} ever succeeded` : null,
      details: { all: summarize(all, elapsed), byFunction, neverSucceeded: never },
    });
  },
});

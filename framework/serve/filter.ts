// Which runs a person wants to see: said in the query of the address, so that a link shows the same.
import type { IndexedRun } from '../store/run-index.js';
import { shownOf } from './standing.js';

export interface Filter {
  readonly plan: string;
  readonly system: string;
  readonly verdict: string;
  readonly anomaly: string;
  /** Words that all must occur somewhere. */
  readonly q: string;
}

export interface View extends Filter {
  /** From 1. */
  readonly page: number;
  /** Rows of a page. */
  readonly per: number;
}

export const SIZES = [100, 250, 1000] as const;
const LONGEST = 300;

export function viewOf(query: URLSearchParams): View {
  const text = (name: string) => (query.get(name) ?? '').trim().slice(0, LONGEST);
  const per = Number(query.get('per'));
  const page = Number(query.get('page'));
  return {
    plan: text('plan'),
    system: text('system'),
    verdict: text('verdict'),
    anomaly: text('anomaly'),
    q: text('q'),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    per: SIZES.find((size) => size === per) ?? SIZES[0],
  };
}

/** The query of a view, without what is as usual. */
export function queryOf(view: View): string {
  const query = new URLSearchParams();
  for (const name of ['q', 'plan', 'system', 'verdict', 'anomaly'] as const) {
    if (view[name] !== '') query.set(name, view[name]);
  }
  if (view.per !== SIZES[0]) query.set('per', String(view.per));
  if (view.page > 1) query.set('page', String(view.page));
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

export function applies(filter: Filter, run: IndexedRun): boolean {
  const { summary } = run;
  if (filter.plan !== '' && run.plan !== filter.plan) return false;
  if (filter.system !== '' && summary?.system !== filter.system) return false;
  if (filter.anomaly !== '' && summary?.anomalies.some(({ name }) => name === filter.anomaly) !== true) return false;
  if (filter.verdict !== '' && shownOf(run).kind !== filter.verdict) return false;
  return filter.q === '' || holdsAll(run, filter.q);
}

function holdsAll(run: IndexedRun, words: string): boolean {
  const { summary } = run;
  const { word, sentence } = shownOf(run);
  const parts = [run.plan, run.name, word, sentence];
  if (summary !== null) {
    const { plan, system, bug, workload, deployment, anomalies } = summary;
    parts.push(
      plan.name,
      plan.cell ?? '',
      system,
      bug ?? '',
      workload,
      deployment,
      ...anomalies.map(({ name }) => name),
    );
  }
  const text = parts.join('\n').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((part) => text.includes(part));
}

/** The values that there are to choose from, sorted. */
export function choicesOf(runs: readonly IndexedRun[]): Record<'plan' | 'system' | 'anomaly', string[]> & {
  verdict: [kind: string, word: string][];
} {
  const plan = new Set<string>();
  const system = new Set<string>();
  const anomaly = new Set<string>();
  const verdict = new Map<string, string>();
  for (const run of runs) {
    plan.add(run.plan);
    const { kind, word } = shownOf(run);
    verdict.set(kind, word);
    if (run.summary === null) continue;
    system.add(run.summary.system);
    for (const { name } of run.summary.anomalies) anomaly.add(name);
  }
  const sorted = (names: Set<string>) => [...names].filter((name) => name !== '').sort();
  return { plan: sorted(plan), system: sorted(system), anomaly: sorted(anomaly), verdict: [...verdict].sort() };
}

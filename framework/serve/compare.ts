// What is different between two runs, fact by fact, and whether that is better or worse.
import { compact, grouped } from '../report/text.js';
import { at, entriesAt, listAt, numberAt, textAt } from '../store/loose.js';
import type { RunSummary } from '../store/run-summary.js';
import { milliseconds, percent } from './words.js';

export type Change = 'better' | 'worse' | 'same' | 'changed' | 'not recorded';

export interface Fact {
  readonly group: 'Setting' | 'Verdict' | 'Latency' | 'Load' | 'Coverage';
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly change: Change;
  /** How much, where that can be said: `+12 %`. */
  readonly by: string;
}

/** One of the two: what lists tell of it, and its whole result as it was read. */
export interface Side {
  readonly summary: RunSummary;
  readonly result: unknown;
}

/** Figures within this share of each other count as the same: runs in real time always differ a little. */
export const NOISE = 0.05;
const LONGEST = 200;
const MOST_FACTS = 500;
const MISSING = 'not recorded';

export function factsOf(before: Side, after: Side): Fact[] {
  const facts = [
    ...settings(before, after),
    ...verdicts(before.summary, after.summary),
    ...latencies(before.summary, after.summary),
    ...load(before.summary, after.summary),
    ...coverage(before, after),
  ];
  return facts.slice(0, MOST_FACTS);
}

/** `better`: the direction that is; null: neither is. */
export function changeOf(
  before: number | null,
  after: number | null,
  better: 'lower' | 'higher' | null,
): Pick<Fact, 'change' | 'by'> {
  if (before === null || after === null) return { change: before === after ? 'same' : MISSING, by: '' };
  const difference = after - before;
  if (difference === 0) return { change: 'same', by: '' };
  const share = before === 0 ? null : difference / Math.abs(before);
  const by =
    share === null ? '' : `${share > 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
  if (better === null) return { change: 'changed', by };
  if (share !== null && Math.abs(share) <= NOISE) return { change: 'same', by };
  return { change: difference < 0 === (better === 'lower') ? 'better' : 'worse', by };
}

function numeric(
  group: Fact['group'],
  name: string,
  values: readonly [before: number | null | undefined, after: number | null | undefined],
  format: (value: number) => string,
  better: 'lower' | 'higher' | null,
): Fact {
  const [before, after] = values.map((value) => value ?? null) as [number | null, number | null];
  const text = (value: number | null) => (value === null ? MISSING : format(value));
  return { group, name, before: text(before), after: text(after), ...changeOf(before, after, better) };
}

const SETTINGS: readonly [name: string, ...path: string[]][] = [
  ['version of chaos', 'version'],
  ['system', 'system', 'name'],
  ['system options', 'system', 'options'],
  ['workload', 'workload', 'name'],
  ['workload options', 'workload', 'options'],
  ['deployment', 'deployment'],
  ['nodes', 'nodes'],
  ['clients', 'clients'],
  ['rate asked', 'rate', 'asked'],
  ['seed', 'seed'],
];

type Setting = readonly [name: string, before: unknown, after: unknown];

/** Settings that differ; options one by one. */
function settings(before: Side, after: Side): Fact[] {
  const all = SETTINGS.flatMap(([name, ...path]): Setting[] =>
    name.endsWith('options')
      ? optionPairs(name, entriesAt(before.result, ...path), entriesAt(after.result, ...path))
      : [[name, at(before.result, ...path), at(after.result, ...path)]],
  );
  const expected: Setting = ['expected', expectation(before.summary), expectation(after.summary)];
  return [...all, expected].flatMap(([name, one, other]): Fact[] => {
    const [a, b] = [valueText(one), valueText(other)];
    return a === b ? [] : [{ group: 'Setting', name, before: a, after: b, change: 'changed', by: '' }];
  });
}

function expectation({ expect }: RunSummary): string {
  if (expect === 'valid') return 'valid';
  return `${expect.anomalies.join(', ')}${expect.others === 'allow' ? ', others allowed' : ''}`;
}

function optionPairs(title: string, before: [string, unknown][], after: [string, unknown][]): Setting[] {
  const [one, other] = [new Map(before), new Map(after)];
  const kind = title.replace(' options', '');
  return [...new Set([...one.keys(), ...other.keys()])].map((name) => [
    `${kind}: ${name}`,
    one.get(name),
    other.get(name),
  ]);
}

function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value.slice(0, LONGEST) : compact(value, LONGEST);
}

/** As the plan sees it: content, in doubt, or not. */
function rank({ expectationMet, valid }: RunSummary): number {
  return expectationMet ? 2 : valid === 'unknown' ? 1 : 0;
}

function verdicts(before: RunSummary, after: RunSummary): Fact[] {
  const sentence = ({ valid, status }: RunSummary) =>
    status !== 'completed' ? status : valid === true ? 'valid' : valid === false ? 'invalid' : 'unknown';
  const met = ({ expectationMet }: RunSummary) => (expectationMet ? 'yes' : 'no');
  const ranked = changeOf(rank(before), rank(after), 'higher').change;
  const verdict = sentence(before) === sentence(after) ? 'same' : ranked === 'same' ? 'changed' : ranked;
  const names = [...new Set([...before.anomalies, ...after.anomalies].map(({ name }) => name))];
  return [
    { group: 'Verdict', name: 'verdict', before: sentence(before), after: sentence(after), change: verdict, by: '' },
    {
      group: 'Verdict',
      name: 'as the plan expects',
      before: met(before),
      after: met(after),
      change: met(before) === met(after) ? 'same' : ranked,
      by: '',
    },
    ...names.map((name) => anomaly(name, before, after)),
  ];
}

/** One more kind of anomaly is worse, unless the plan asks for it. */
function anomaly(name: string, before: RunSummary, after: RunSummary): Fact {
  const [one, other] = [before, after].map(
    ({ anomalies }) => anomalies.find((found) => found.name === name)?.count ?? 0,
  ) as [number, number];
  const asked = [before, after].some(({ expect }) => expect !== 'valid' && expect.anomalies.includes(name));
  const text = (count: number) => (count === 0 ? 'not found' : `${grouped(count)} found`);
  const change = one === other ? 'same' : asked || (one > 0 && other > 0) ? 'changed' : other > 0 ? 'worse' : 'better';
  return {
    group: 'Verdict',
    name: asked ? `${name} (expected)` : name,
    before: text(one),
    after: text(other),
    change,
    by: '',
  };
}

function latencies(before: RunSummary, after: RunSummary): Fact[] {
  const of = ({ figures }: RunSummary, name: string) => {
    if (figures === null) return null;
    return name === ''
      ? figures.latency.all
      : Object.hasOwn(figures.latency.byFunction, name)
        ? figures.latency.byFunction[name]!
        : null;
  };
  const names = [before, after].flatMap(({ figures }) => Object.keys(figures?.latency.byFunction ?? {}));
  return ['', ...new Set(names)].flatMap((name) =>
    (['p50', 'p99'] as const).map((quantile) =>
      numeric(
        'Latency',
        `${quantile} of ${name === '' ? 'all operations' : name}`,
        [of(before, name)?.[quantile], of(after, name)?.[quantile]],
        milliseconds,
        'lower',
      ),
    ),
  );
}

const perSecond = (value: number) => `${grouped(Math.round(value * 10) / 10)}/s`;

function load(before: RunSummary, after: RunSummary): Fact[] {
  return [
    numeric('Load', 'rate achieved', [before.rate.achieved, after.rate.achieved], perSecond, 'higher'),
    numeric('Load', 'availability', [before.figures?.availability, after.figures?.availability], percent, 'higher'),
    numeric('Load', 'duration', [before.duration, after.duration], milliseconds, null),
  ];
}

function coverage(before: Side, after: Side): Fact[] {
  const outcome = (name: 'invoke' | 'ok' | 'fail' | 'info', title: string) =>
    numeric('Coverage', title, [before.summary.operations[name], after.summary.operations[name]], grouped, null);
  const reads = (side: Side) => numberAt(side.result, 'coverage', 'readsAfterHeal');
  const [one, other] = [faultsOf(before.result), faultsOf(after.result)];
  const faults = [...new Set([...one.keys(), ...other.keys()])].flatMap((name) => [
    numeric(
      'Coverage',
      `${name} injected`,
      [one.get(name)?.injected ?? 0, other.get(name)?.injected ?? 0],
      grouped,
      null,
    ),
    numeric(
      'Coverage',
      `operations during ${name}`,
      [one.get(name)?.operations ?? 0, other.get(name)?.operations ?? 0],
      grouped,
      null,
    ),
  ]);
  return [
    outcome('invoke', 'operations'),
    outcome('ok', 'ok'),
    outcome('fail', 'fail'),
    outcome('info', 'info'),
    numeric('Coverage', 'reads after the last heal', [reads(before), reads(after)], grouped, null),
    ...faults,
  ];
}

function faultsOf(result: unknown): Map<string, { injected: number | null; operations: number | null }> {
  const faults = listAt(result, 'coverage', 'faults').slice(0, 50);
  return new Map(
    faults.map((fault) => [
      (textAt(fault, 'nemesis') ?? 'without a name').slice(0, LONGEST),
      { injected: numberAt(fault, 'injected'), operations: numberAt(fault, 'operations') },
    ]),
  );
}

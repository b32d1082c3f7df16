// How much of what clients asked during the load was answered.
import { defineChecker } from '../framework/contracts/define.js';
import type { Chart, Lane } from '../framework/contracts/exhibit.js';
import { EVENT_INVOKE, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { NS_PER_S, toNs } from '../framework/contracts/time.js';
import { isAnswered } from './shared/answered.js';
import { lanesChart, showing, withPoints } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { type Outages, outagesOf } from './shared/outages.js';
import { courseOf } from './shared/phases.js';
import { amount, instant, milliseconds, percent, span } from './shared/text.js';

interface Options {
  'at-least': number;
  window: number;
}

interface Tally {
  asked: number;
  answered: number;
}

interface Service {
  /** Length of a window. */
  size: number;
  from: number;
  to: number;
  all: Tally;
  /** By window, from the beginning of the load; one where windows were not asked for. */
  windows: Tally[];
  byNode: Map<string, Tally>;
  /** The longest span without an answer. */
  outage: { from: number; length: number };
}

const MOST_WINDOWS = 100_000;

/** A window shorter than this share of the whole is the remainder at the end, and is not judged. */
const WHOLE_WINDOW = 0.5;

/** `start`: of the window with this ordinal. */
const isWhole = (i: number, start: number, size: number, to: number) =>
  i === 0 || Math.min(to, start + size) - start >= WHOLE_WINDOW * size;

const share = ({ asked, answered }: Tally) => answered / asked;

function count(tally: Tally, answered: boolean): void {
  tally.asked++;
  if (answered) tally.answered++;
}

/** The load: from its phase to the healing; in a history without phases, all of it. */
function loadOf(history: History): { from: number; to: number } {
  const { phases } = courseOf(history);
  const { time, length } = history.columns;
  const end = length === 0 ? 0 : time[length - 1]! + 1;
  return { from: phases.get('load')?.time ?? (length === 0 ? 0 : time[0]!), to: phases.get('heal')?.time ?? end };
}

function measure(history: History, window: number): Service {
  const { time, type, process, mate, node, length } = history.columns;
  const { from, to } = loadOf(history);
  const whole = Math.max(1, to - from);
  const size = window > 0 ? Math.max(window, Math.ceil(whole / MOST_WINDOWS)) : whole;
  const windows = Array.from({ length: Math.ceil((to - from) / size) }, () => ({ asked: 0, answered: 0 }));
  const byNode = new Map<string, Tally>();
  const all = { asked: 0, answered: 0 };
  const outage = { from, length: 0 };
  let lastAnswer = from;
  const answerAt = (instant: number) => {
    if (instant - lastAnswer > outage.length) Object.assign(outage, { from: lastAnswer, length: instant - lastAnswer });
    lastAnswer = instant;
  };
  for (let row = 0; row < length; row++) {
    if (process[row]! < 0) continue;
    if (type[row] !== EVENT_INVOKE) {
      if (time[row]! > from && time[row]! <= to && isAnswered(history, row)) answerAt(time[row]!);
      continue;
    }
    const invoked = time[row]!;
    if (invoked < from || invoked >= to) continue;
    const end = mate[row]!;
    const answered = end >= 0 && isAnswered(history, end);
    count(all, answered);
    count(windows[Math.floor((invoked - from) / size)]!, answered);
    const name = history.nodes[node[row]!];
    if (name === undefined) continue;
    let tally = byNode.get(name);
    if (tally === undefined) {
      tally = { asked: 0, answered: 0 };
      byNode.set(name, tally);
    }
    count(tally, answered);
  }
  answerAt(to);
  return { size, from, to, all, windows, byNode, outage };
}

/** The share by window; null: it was asked for of the whole. */
function sharesOf({ size, from, to, windows }: Service, wanted: number): Chart | null {
  if (windows.length < 2) return null;
  const whole = windows
    .map((tally, i) => ({ tally, at: from + i * size }))
    .filter(({ at }, i) => isWhole(i, at, size, to));
  const percentOf = (tally: Tally) => (tally.asked === 0 ? null : Number((100 * share(tally)).toFixed(2)));
  return {
    kind: 'chart',
    title: `Operations that were answered, in each ${span(size)}`,
    note: `Of the operations begun in each window of the load; the area is what was asked for.`,
    unit: '%',
    bands: [{ name: `at least ${percent(wanted)}`, points: [from, to].map((at) => [at, 100 * wanted, 100] as const) }],
    series: [
      {
        name: 'answered',
        shape: 'steps',
        points: [...whole.map(({ tally, at }) => [at, percentOf(tally)] as const), [to, null]],
      },
      ...withPoints({
        name: 'too few',
        shape: 'points',
        points: whole
          .filter(({ tally }) => tally.asked > 0 && share(tally) < wanted)
          .map(({ tally, at }) => [at, percentOf(tally)] as const),
        wrong: true,
      }),
    ],
  };
}

function outageLanes(outages: Outages, nodes: readonly string[]): Chart | null {
  const lanes = nodes.map(
    (name): Lane => ({
      name,
      spans: (outages.byNode.get(name) ?? []).map(({ from, to, unanswered }) => ({
        from,
        to,
        text: `${unanswered} unanswered`,
      })),
    }),
  );
  return lanesChart(
    'When nodes answered nobody',
    `Stretches of the load of at least ${span(outages.least)} in which a node was asked and answered no operation.`,
    lanes.some(({ spans }) => spans.length > 0) ? lanes : [],
  );
}

export default defineChecker<Options>({
  name: 'availability',
  summary: 'Enough of what clients asked during the load was answered.',
  options: {
    'at-least': option.percent(
      'The share of operations begun during the load that must be answered: by `ok`, or by a refusal that only a working store gives, such as a failed precondition.',
      '80%',
    ),
    window: option.duration(
      'Ask it of every span of this length instead of the load as a whole; 0s: of the whole.',
      '0s',
    ),
  },
  anomalies: ['unavailable'],
  explains: EXPLANATIONS,
  check(history, { options, nodes }) {
    const wanted = options['at-least'];
    const service = measure(history, toNs(options.window));
    const { size, from, to, all, windows, byNode, outage } = service;
    const findings = new Findings();
    let worst: number | null = null;
    windows.forEach((tally, i) => {
      const start = from + i * size;
      const end = Math.min(to, start + size);
      if (tally.asked === 0 || !isWhole(i, start, size, to)) return;
      worst = Math.min(worst ?? 1, share(tally));
      if (share(tally) >= wanted) return;
      findings.add('unavailable', () => ({
        message: `Only ${percent(share(tally))} of ${amount(tally.asked, 'operation')} between ${instant(start)} and ${instant(end)} were answered; at least ${percent(wanted)} were asked for. The longest span without an answer lasted ${span(outage.length)}, from ${instant(outage.from)}.`,
        evidence: { from: start, to: end, ...tally },
      }));
    });
    const verdict = findings.verdict({
      unknown: all.asked === 0 ? 'no operation was issued during the load' : null,
      valid: `${percent(all.asked === 0 ? 0 : share(all))} of ${amount(all.asked, 'operation')} were answered`,
      details: {
        asked: all.asked,
        answered: all.answered,
        share: all.asked === 0 ? null : share(all),
        worstWindow: worst,
        longestOutage: { from: outage.from / NS_PER_S, milliseconds: milliseconds(outage.length) },
        byNode: Object.fromEntries([...byNode].map(([name, tally]) => [name, share(tally)])),
      },
    });
    return showing(verdict, sharesOf(service, wanted), outageLanes(outagesOf(history, from, to), nodes));
  },
});

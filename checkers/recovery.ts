// How soon each node served clients again once the last fault had healed.
import { defineChecker } from '../framework/contracts/define.js';
import type { Chart, Point } from '../framework/contracts/exhibit.js';
import { EVENT_INVOKE, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { NS_PER_MS, toNs } from '../framework/contracts/time.js';
import { isAnswered } from './shared/answered.js';
import { showing, withPoints } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { courseOf, healsOf } from './shared/phases.js';
import { amount, instant, list, milliseconds, span } from './shared/text.js';

interface Options {
  within: number;
}

interface Return {
  /** Since when clients waited for it: the heal, or the first operation after it. Infinity: nobody asked. */
  since: number;
  /** When it first answered; Infinity: never. */
  answered: number;
}

/** The end of the last heal; in a run without faults, the end of its healing phase. */
function healed(history: History): number | null {
  const { lastHeal, phases } = courseOf(history);
  return lastHeal ?? phases.get('recover')?.time ?? phases.get('heal')?.time ?? null;
}

/**
 * After each heal (ascending) until the next one, of each node: from its operations that were under way at the heal, or began
 * before the next.
 */
function returns(history: History, heals: readonly number[]): Map<string, Return>[] {
  const { time, type, process, mate, node, length } = history.columns;
  const results = heals.map(() => new Map<string, Return>());
  for (let row = 0; row < length; row++) {
    const name = history.nodes[node[row]!];
    if (process[row]! < 0 || type[row] !== EVENT_INVOKE || name === undefined) continue;
    const end = mate[row]!;
    const ended = end < 0 ? Number.POSITIVE_INFINITY : time[end]!;
    const isAnswer = end >= 0 && isAnswered(history, end);
    const last = countBelow(heals, ended);
    for (let i = Math.max(0, countBelow(heals, time[row]!) - 1); i < last; i++) {
      const entry = entryOf(results[i]!, name);
      entry.since = Math.min(entry.since, Math.max(heals[i]!, time[row]!));
      if (isAnswer) entry.answered = Math.min(entry.answered, ended);
    }
  }
  return results;
}

function entryOf(result: Map<string, Return>, name: string): Return {
  const known = result.get(name);
  if (known !== undefined) return known;
  const entry = { since: Number.POSITIVE_INFINITY, answered: Number.POSITIVE_INFINITY };
  result.set(name, entry);
  return entry;
}

/** How many of the ascending numbers are below this one. */
function countBelow(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Heals that the picture goes through, the last ones; and nodes that get a look of their own. */
const MOST_HEALS = 200;
const MOST_NODES = 9;

/** How long each node took to answer again after each heal; `slow` are the nodes that took too long after the last one. */
function picture(
  history: History,
  heal: number,
  nodes: readonly string[],
  slow: ReadonlySet<string>,
  within: number,
): Chart | null {
  const end = history.columns.time[history.length - 1]!;
  const heals = [...new Set([...healsOf(history), heal])].sort((a, b) => a - b).slice(-MOST_HEALS);
  const answers = new Map<string, Point[]>();
  const silent: Point[] = [];
  const late: Point[] = [];
  returns(history, heals).forEach((byNode, i) => {
    const from = heals[i]!;
    const until = heals[i + 1] ?? end;
    for (const [node, { since, answered }] of byNode) {
      if (!nodes.includes(node)) continue;
      const point: Point = [since, Math.max(Math.min(answered, until) - since, 1) / NS_PER_MS];
      const name = nodes.length <= MOST_NODES ? node : 'a node';
      if (from === heal && slow.has(node)) late.push(point);
      else if (answered > until) silent.push(point);
      else answers.set(name, [...(answers.get(name) ?? []), point]);
    }
  });
  const inOrder = [...answers].sort(([a], [b]) => nodes.indexOf(a) - nodes.indexOf(b));
  const series = withPoints(
    ...inOrder.map(([name, points]) => ({ name, shape: 'points' as const, points })),
    { name: 'no answer before the next heal or the end', shape: 'points', points: silent },
    { name: 'too late', shape: 'points', points: late, wrong: true },
  );
  if (series.length === 0) return null;
  return {
    kind: 'chart',
    title: 'How long nodes took to answer again after faults had healed',
    note: 'Each point is a node after a heal: from the moment that a client waited for it to its first answer. Only the last heal is judged.',
    unit: 'ms',
    log: true,
    bands: [{ name: 'allowed after the last heal', points: [[heal, 0, within / NS_PER_MS]] }],
    series,
  };
}

export default defineChecker<Options>({
  name: 'recovery',
  summary: 'Every node answers clients soon after the last fault has healed.',
  options: {
    within: option.duration(
      'How soon after the last heal (or after the first operation that it is asked for then) each node must answer.',
      '5s',
    ),
  },
  anomalies: ['slow-recovery'],
  explains: EXPLANATIONS,
  check(history, { options, nodes }) {
    const within = toNs(options.within);
    const heal = healed(history);
    if (heal === null) {
      return new Findings().verdict({ unknown: 'the history tells of no healing' });
    }
    const byNode = returns(history, [heal])[0]!;
    const end = history.columns.time[history.length - 1]!;
    const findings = new Findings();
    const figures: Record<string, number | null> = {};
    const undecided: string[] = [];
    const slow = new Set<string>();
    for (const node of nodes) {
      const { since, answered } = byNode.get(node) ?? {
        since: Number.POSITIVE_INFINITY,
        answered: Number.POSITIVE_INFINITY,
      };
      figures[node] = Number.isFinite(answered) ? milliseconds(answered - since) : null;
      const waited = Math.min(answered, end) - since;
      if (waited > within) {
        slow.add(node);
        const what = Number.isFinite(answered)
          ? `answered for the first time ${span(waited)} later`
          : `had not answered any operation when the history ended, ${span(waited)} later`;
        findings.add('slow-recovery', () => ({
          message: `The last fault healed at ${instant(heal)}, clients asked ${node} from ${instant(since)} on, and it ${what}; ${span(within)} were allowed.`,
          evidence: { node, since, answered: Number.isFinite(answered) ? answered : null },
        }));
      } else if (!Number.isFinite(answered)) {
        undecided.push(node);
      }
    }
    const verdict = findings.verdict({
      unknown:
        undecided.length > 0
          ? `nobody got an answer from ${list(undecided)} after the last heal, nor waited long enough for one`
          : null,
      valid: `${amount(nodes.length, 'node')} answered within ${span(within)} of the last heal`,
      details: { healed: heal, milliseconds: figures },
    });
    return showing(verdict, picture(history, heal, nodes, slow, within));
  },
});

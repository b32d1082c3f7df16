// How soon each node served clients again once the last fault had healed.
import { defineChecker } from '../framework/contracts/define.js';
import type { Chart, Lane, Span } from '../framework/contracts/exhibit.js';
import { EVENT_INVOKE, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { toNs } from '../framework/contracts/time.js';
import { isAnswered } from './shared/answered.js';
import { lanesChart, showing } from './shared/exhibits.js';
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

/** Of each node, from its operations that were under way at the heal or came later. */
function returns(history: History, heal: number): Map<string, Return> {
  const { time, type, process, mate, node, length } = history.columns;
  const result = new Map<string, Return>();
  for (let row = 0; row < length; row++) {
    const name = history.nodes[node[row]!];
    if (process[row]! < 0 || type[row] !== EVENT_INVOKE || name === undefined) continue;
    const end = mate[row]!;
    const ended = end < 0 ? Number.POSITIVE_INFINITY : time[end]!;
    if (ended <= heal) continue;
    let entry = result.get(name);
    if (entry === undefined) {
      entry = { since: Number.POSITIVE_INFINITY, answered: Number.POSITIVE_INFINITY };
      result.set(name, entry);
    }
    entry.since = Math.min(entry.since, Math.max(heal, time[row]!));
    if (end >= 0 && ended < entry.answered && isAnswered(history, end)) entry.answered = ended;
  }
  return result;
}

/** Heals that the picture goes through, the last ones. */
const MOST_HEALS = 40;

/** After each heal, how long it took each node to answer again; `slow` are the nodes that took too long after the last one. */
function picture(history: History, heal: number, nodes: readonly string[], slow: ReadonlySet<string>): Chart | null {
  const end = history.columns.time[history.length - 1]!;
  const heals = [...new Set([...healsOf(history), heal])].sort((a, b) => a - b).slice(-MOST_HEALS);
  const spans = new Map(nodes.map((node) => [node, [] as Span[]]));
  heals.forEach((from, i) => {
    const last = from === heal;
    const until = heals[i + 1] ?? end;
    for (const [node, { since, answered }] of returns(history, from)) {
      if (since > until) continue;
      const again = answered <= until;
      spans.get(node)?.push({
        from: since,
        to: again ? answered : until,
        ...(again ? {} : { text: 'no answer' }),
        ...(last && slow.has(node) ? { wrong: true } : {}),
      });
    }
  });
  const lanes = [...spans].map(([name, own]): Lane => ({ name, spans: own }));
  return lanesChart(
    'How long nodes took to answer again after faults had healed',
    'After each heal, from the moment that a client waited for the node to its first answer. Only the last heal is judged.',
    lanes.some((lane) => lane.spans.length > 0) ? lanes : [],
  );
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
    const byNode = returns(history, heal);
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
    return showing(verdict, picture(history, heal, nodes, slow));
  },
});

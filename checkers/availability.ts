// How much of what clients asked during the load was answered.
import { defineChecker } from '../framework/contracts/define.js';
import { EVENT_INVOKE, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { NS_PER_S, toNs } from '../framework/contracts/time.js';
import { isAnswered } from './shared/answered.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
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
  check(history, { options }) {
    const wanted = options['at-least'];
    const { size, from, to, all, windows, byNode, outage } = measure(history, toNs(options.window));
    const findings = new Findings();
    let worst: number | null = null;
    windows.forEach((tally, i) => {
      const start = from + i * size;
      const end = Math.min(to, start + size);
      if (tally.asked === 0 || (i > 0 && end - start < WHOLE_WINDOW * size)) return;
      worst = Math.min(worst ?? 1, share(tally));
      if (share(tally) >= wanted) return;
      findings.add('unavailable', () => ({
        message: `Only ${percent(share(tally))} of ${amount(tally.asked, 'operation')} between ${instant(start)} and ${instant(end)} were answered; at least ${percent(wanted)} were asked for. The longest span without an answer lasted ${span(outage.length)}, from ${instant(outage.from)}.`,
        evidence: { from: start, to: end, ...tally },
      }));
    });
    return findings.verdict({
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
  },
});

// Counters: what a read may return is bounded by what was acknowledged before it and what was attempted until then.
import { defineChecker } from '../framework/contracts/define.js';
import type { Chart, Point } from '../framework/contracts/exhibit.js';
import type { History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { actor } from './shared/actor.js';
import { type CounterHistory, type CounterRead, counterHistory } from './shared/counter-reads.js';
import { showing, withPoints } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { finalStart } from './shared/final-reads.js';
import { Findings, stopped } from './shared/findings.js';
import { type Sums, subsetSums } from './shared/sums.js';
import { amount, instant, show } from './shared/text.js';

interface Options {
  add: string;
  read: string;
  'final-only': boolean;
}

type Departure = 'missing' | 'excess' | 'other';

/**
 * Which anomaly a wrong read is. Where all adds have one sign, a read is on the near side of its bounds when updates are
 * missing, and beyond them when there is more than was asked for; with both signs nobody can tell one from the other.
 */
const NAMES: Readonly<Record<Departure, { seenLater: string; never: string }>> = {
  missing: { seenLater: 'stale-read', never: 'lost-update' },
  excess: { seenLater: 'phantom-update', never: 'phantom-update' },
  other: { seenLater: 'counter-out-of-bounds', never: 'counter-out-of-bounds' },
};

const MEANING: Readonly<Record<string, string>> = {
  'stale-read': 'acknowledged updates are missing that a later read shows',
  'lost-update': 'acknowledged updates are missing and no later read shows them',
  'phantom-update': 'it counts more than was ever asked for',
  'counter-out-of-bounds': 'no choice of the updates that may have happened adds up to it',
};

const inBounds = ({ value, lower, upper }: CounterRead) => value !== null && value >= lower && value <= upper;

function departure({ value, lower }: CounterRead, { ups, downs }: CounterHistory, bounded: boolean): Departure {
  if (value === null || bounded || ups === downs) return 'other';
  return value < lower === !downs ? 'missing' : 'excess';
}

/** What the counter can hold once every add has ended one way or the other. */
function acceptable({ adds }: CounterHistory, first: CounterRead | undefined): Sums {
  const certain = adds.filter(
    ({ acknowledged }) => acknowledged >= 0 && first !== undefined && acknowledged < first.invoked,
  );
  const open = adds.filter(
    ({ acknowledged }) => !(acknowledged >= 0 && first !== undefined && acknowledged < first.invoked),
  );
  return subsetSums(
    certain.reduce((sum, { delta }) => sum + delta, 0),
    open.map(({ delta }) => delta),
  );
}

function describe(history: History, read: CounterRead, name: string, final: boolean) {
  const { value, lower, upper, invoked, completed, lastAdd } = read;
  const returned = value === null ? show(history.value(completed)) : String(value);
  const allowed = lower === upper ? `exactly ${lower}` : `between ${lower} and ${upper}`;
  return {
    message: `The ${final ? 'final ' : ''}read by ${actor(history, invoked)} at ${instant(history.columns.time[completed]!)} returned ${returned}; it should be ${allowed}: ${MEANING[name]}.`,
    operations: lastAdd < 0 ? [invoked] : [lastAdd, invoked].sort((a, b) => a - b),
    evidence: { value: history.value(completed), lower, upper },
  };
}

/** The reads within what they may have returned; those that nobody judges beside them. */
function picture(
  history: History,
  reads: readonly CounterRead[],
  judged: readonly CounterRead[],
  isRight: (read: CounterRead) => boolean,
): Chart | null {
  if (judged.length === 0) return null;
  const { time } = history.columns;
  const matters = new Set(judged);
  const points = (some: readonly CounterRead[]) =>
    some.flatMap(({ completed, invoked, value }): Point[] =>
      value === null ? [] : [[time[completed]!, value, invoked]],
    );
  return {
    kind: 'chart',
    title: 'What reads returned, and what they may have returned',
    note: 'Each read stands at the time of its answer. The area is bounded by what was acknowledged before the read began and by what was attempted until it ended.',
    bands: [
      { name: 'possible', points: judged.map(({ completed, lower, upper }) => [time[completed]!, lower, upper]) },
    ],
    series: withPoints(
      { name: 'read', shape: 'points', points: points(judged.filter(isRight)) },
      { name: 'read that is not judged', shape: 'points', points: points(reads.filter((read) => !matters.has(read))) },
      { name: 'wrong read', shape: 'points', points: points(judged.filter((read) => !isRight(read))), wrong: true },
    ),
  };
}

export default defineChecker<Options>({
  name: 'counter',
  summary: 'Reads lie between what was acknowledged before them and what was attempted before they ended.',
  options: {
    add: option.text('The function that adds an amount, which may be negative.', 'add'),
    read: option.text('The function that returns the total.', 'read'),
    'final-only': option.flag(
      'Whether only the final reads are judged: for counters that are right in the end, not at once.',
      false,
    ),
  },
  anomalies: ['lost-update', 'stale-read', 'phantom-update', 'counter-out-of-bounds'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    if (cancelled()) return stopped();
    const counter = counterHistory(history, options.add, options.read);
    const start = finalStart(history, options.add);
    const isFinal = (read: CounterRead) => start !== null && read.invoked > start;
    const finals = counter.reads.filter(isFinal);
    const judged = options['final-only'] ? finals : counter.reads;
    const sums = acceptable(counter, finals[0]);
    const isRight = (read: CounterRead) => inBounds(read) && (!isFinal(read) || sums.has(read.value!));
    const lastRight = judged.reduce((last, read) => (isRight(read) ? Math.max(last, read.invoked) : last), -1);
    const findings = new Findings();
    for (const read of judged) {
      if (isRight(read)) continue;
      const names = NAMES[departure(read, counter, inBounds(read))];
      const name = lastRight > read.completed ? names.seenLater : names.never;
      findings.add(name, () => describe(history, read, name, isFinal(read)));
    }
    const verdict = findings.verdict({
      unknown: judged.length === 0 ? `no ${options['final-only'] ? 'final ' : ''}read succeeded` : null,
      valid: `${amount(judged.length, 'read')} within bounds`,
      details: {
        adds: counter.adds.length,
        acknowledged: counter.adds.filter(({ acknowledged }) => acknowledged >= 0).length,
        reads: counter.reads.length,
        judged: judged.length,
        finalReads: finals.slice(0, 20).map(({ value }) => value),
        acceptable: { lowest: sums.lowest, highest: sums.highest },
      },
    });
    return showing(verdict, picture(history, counter.reads, judged, isRight));
  },
});

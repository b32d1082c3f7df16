// How old reads of registers are: the figure behind "eventually", and a bound on it where a system promises one (Bailis et al.,
// Probabilistically Bounded Staleness for Practical Partial Quorums, 2012: t-visibility).
import type { Anomaly } from '../../framework/contracts/checker.js';
import { defineChecker } from '../../framework/contracts/define.js';
import type { Chart, Point } from '../../framework/contracts/exhibit.js';
import { option } from '../../framework/contracts/options.js';
import { type Milliseconds, type Nanoseconds, NS_PER_MS, toNs } from '../../framework/contracts/time.js';
import { NONE, type RegisterOperations, registerOperations, repeatedValues } from '../sequential/operations.js';
import { RegisterWords } from '../sequential/words.js';
import { showing, withPoints } from '../shared/exhibits.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { Findings, stopped } from '../shared/findings.js';
import { quantiles } from '../shared/quantiles.js';
import { amount, capital, show, span } from '../shared/text.js';
import { type Ages, agesOf } from './ages.js';

interface Options {
  'at-most'?: Milliseconds;
  initial: unknown;
}

function tooStale(
  { history, row, key, reads, writer, versions }: RegisterOperations,
  ages: Ages,
  at: number,
  most: Nanoseconds,
): Omit<Anomaly, 'name'> {
  const read = row[ages.reads[at]!]!;
  const by = row[ages.by[at]!]!;
  const version = reads[ages.reads[at]!]!;
  const source = writer[version]!;
  const rows = source === NONE ? [by, read] : [row[source]!, by, read];
  const words = new RegisterWords(history, rows);
  const name = history.keys[key[ages.reads[at]!]! - 1];
  return {
    message: `${capital(words.actor(read))} ${words.did(read)}, asked at ${words.start(read)}: ${show(versions.value(version))} had certainly been overwritten for ${span(ages.age[at]!)}, by ${words.operation(by)}, acknowledged at ${words.end(by)}; ${span(most)} were allowed.`,
    operations: rows.sort((a, b) => a - b),
    ...(name === undefined ? {} : { key: name }),
    evidence: { age: ages.age[at]!, overwritten: by },
  };
}

/** The ages of old reads; null: none was old. */
function picture({ history, row }: RegisterOperations, ages: Ages, most: Nanoseconds): Chart | null {
  const old: Point[] = [];
  const late: Point[] = [];
  ages.age.forEach((age, at) => {
    if (age <= 0) return;
    const read = row[ages.reads[at]!]!;
    (age > most ? late : old).push([history.columns.time[read]!, age / NS_PER_MS, read]);
  });
  const count = old.length + late.length;
  if (count === 0) return null;
  return {
    kind: 'chart',
    title: 'How old what reads returned was',
    note: `For how long the value had certainly been overwritten when the read began. ${amount(ages.age.length - count, 'read')} that returned nothing old ${ages.age.length - count === 1 ? 'is' : 'are'} not drawn.`,
    unit: 'ms',
    log: true,
    series: withPoints(
      { name: 'old read', shape: 'points', points: old },
      { name: `older than ${span(most)}`, shape: 'points', points: late, wrong: true },
    ),
  };
}

export default defineChecker<Options>({
  name: 'staleness',
  summary:
    'How old reads of registers are: for how long what they returned had certainly been overwritten; with `at-most`, none is older than that.',
  options: {
    'at-most': option.duration('How old what a read returns may be; left out: it is only measured.'),
    initial: option.any('The value of every key at the start.', null),
  },
  anomalies: ['too-stale'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    if (cancelled()) return stopped();
    const operations = registerOperations(history, { initial: options.initial });
    const ages = agesOf(operations);
    const findings = new Findings();
    const most = options['at-most'] === undefined ? Number.POSITIVE_INFINITY : toNs(options['at-most']);
    const late = [...ages.age.keys()].filter((at) => ages.age[at]! > most);
    late.sort((a, b) => ages.age[b]! - ages.age[a]! || a - b);
    for (const at of late) findings.add('too-stale', () => tooStale(operations, ages, at, most));

    const old = ages.age.filter((age) => age > 0);
    const all = quantiles(ages.age);
    const judged = ages.reads.length;
    const unjudged = ages.ambiguous + ages.impossible;
    const why = ages.ambiguous > 0 ? repeatedValues(operations) : 'they returned what was never written, or not yet';
    const unknown = () => {
      if (judged + unjudged === 0) return 'no read succeeded';
      const counts = judged === 0 || Number.isFinite(most);
      return unjudged > 0 && counts ? `${amount(unjudged, 'read')} could not be judged: ${why}` : null;
    };
    const verdict = findings.verdict({
      unknown: unknown(),
      valid: `${old.length} of ${amount(judged, 'read')} were old${all === null ? '' : `, the oldest by ${all.max} ms`}`,
      details: {
        reads: judged,
        unjudged,
        old: old.length,
        /** Milliseconds, of all reads and of those that were old. */
        age: all,
        ageOfOld: quantiles(old),
      },
    });
    return showing(verdict, picture(operations, ages, most));
  },
});

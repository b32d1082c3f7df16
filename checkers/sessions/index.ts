// Session guarantees as a check of plans: those that the plan names, by default all four.
import type { Valid } from '../../framework/contracts/checker.js';
import { defineChecker } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { anomaliesOf, checkSessions } from './check.js';
import { GUARANTEES, type Guarantee } from './guarantees.js';

interface Options {
  guarantees: readonly Guarantee[];
  initial: unknown;
  'nil-matches-any': boolean;
}

export default defineChecker<Options>({
  name: 'sessions',
  summary:
    'Each process sees its own writes, never goes back to older values, and sees the writes of others in their order and after what these had read.',
  options: {
    guarantees: option.list(
      'The session guarantees that must hold.',
      { type: 'string', enum: GUARANTEES },
      GUARANTEES,
      { minItems: 1 },
    ),
    initial: option.any('The value of every key at the start.', null),
    'nil-matches-any': option.flag(
      'Whether a read that returned null says nothing, rather than that there was no value.',
      false,
    ),
  },
  anomalies: [...GUARANTEES, 'unwritten-value', 'aborted-read', 'future-read'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    const names = GUARANTEES.filter((name) => options.guarantees.includes(name));
    const result = checkSessions(history, {
      initial: options.initial,
      nilMatchesAny: options['nil-matches-any'],
      cancelled,
    });
    const results = names.map((name) => ({ name, ...result.guarantees[name] }));
    const valid: Valid = (['unknown', false] as const).reduce<Valid>(
      (worst, one) => (results.some((it) => it.valid === one) ? one : worst),
      true,
    );
    const same = results.filter((it) => it.valid === valid);
    return {
      valid,
      anomalies: anomaliesOf(result, names),
      reason:
        valid === true ? whyValid(names, result.reads) : [...new Set(same.map(({ reason }) => reason))].join('; '),
      details: {
        operations: result.operations,
        reads: result.reads,
        impossible: result.impossible.violations,
        guarantees: Object.fromEntries(results.map((it) => [it.name, { valid: it.valid, violations: it.violations }])),
      },
    };
  },
});

function whyValid(names: readonly Guarantee[], reads: number): string {
  return `${names.join(', ')} hold${names.length === 1 ? 's' : ''} for ${reads} read${reads === 1 ? '' : 's'}`;
}

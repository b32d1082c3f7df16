// Sequential consistency as a check of plans.
import { defineChecker } from '../../framework/contracts/define.js';
import { option } from '../../framework/contracts/options.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { checkSequential } from './check.js';

interface Options {
  initial: unknown;
  budget?: number;
  'nil-matches-any': boolean;
}

export default defineChecker<Options>({
  name: 'sequential',
  summary:
    'One order of all operations on all keys explains what every process saw, each process’s own operations in the order in which it did them; real time plays no part.',
  options: {
    initial: option.any('The value of every key at the start.', null),
    budget: option.integer(
      'Writes that the search may try before it gives up with `unknown`; by default as many as take a few seconds.',
      undefined,
      { minimum: 1 },
    ),
    'nil-matches-any': option.flag(
      'Whether a read that returned null says nothing, rather than that there was no value.',
      false,
    ),
  },
  anomalies: ['not-sequentially-consistent', 'unwritten-value', 'aborted-read'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    const { valid, anomalies, reason, operations, configurations } = checkSequential(history, {
      initial: options.initial,
      nilMatchesAny: options['nil-matches-any'],
      ...(options.budget === undefined ? {} : { budget: options.budget }),
      cancelled,
    });
    return { valid, anomalies, reason, details: { operations, configurations } };
  },
});

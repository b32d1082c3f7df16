// Linearizability: every operation seems to take effect at one instant between its invocation and its completion, key by key.
import type { Verdict } from '../../framework/contracts/checker.js';
import { defineChecker } from '../../framework/contracts/define.js';
import type { History } from '../../framework/contracts/history.js';
import { option } from '../../framework/contracts/options.js';
import { amount, instant } from '../shared/text.js';
import { checkLinearizable, type KeyResult, type LinearizableResult } from './check.js';
import { ANOMALIES } from './evidence/families.js';
import { MODELS } from './models/table.js';

interface Options {
  model: string;
  initial: unknown;
  budget?: number;
  'max-time'?: number;
  'nil-matches-any': boolean;
}

/** Keys that details list one by one. */
const MOST_LISTED = 20;

const ENDED: Readonly<Record<string, string>> = {
  configurations: 'its budget of configurations ran out',
  memory: 'its memory was used up',
  time: 'max-time was over',
  cancelled: 'it was asked to stop',
};

export default defineChecker<Options>({
  name: 'linearizable',
  summary: 'Every operation seems to take effect at one instant between its invocation and its completion, key by key.',
  options: {
    model: option.choice(
      'What the operations mean; `auto`: cas-register, which also judges plain registers.',
      ['auto', ...MODELS.map(({ name }) => name)],
      'auto',
    ),
    initial: option.any('The value of every key at the start.', null),
    budget: option.integer(
      'Configurations that the search may explore for each key before it gives up with `unknown`; by default the keys share 2,000,000, at most 1,000,000 each.',
      undefined,
      { minimum: 1 },
    ),
    'max-time': option.duration('Time after which the check gives up with `unknown`; by default there is no limit.'),
    'nil-matches-any': option.flag(
      'Whether a read that returned null says nothing, rather than that there was no value.',
      false,
    ),
  },
  anomalies: ANOMALIES,
  check(history, { options, elapsed, cancelled }) {
    const { budget, 'max-time': maxTime } = options;
    const result = checkLinearizable(history, {
      model: options.model,
      initial: options.initial,
      nilMatchesAny: options['nil-matches-any'],
      ...(budget === undefined ? {} : { budget }),
      ...(maxTime === undefined ? {} : { maxTime }),
      elapsed,
      cancelled,
    });
    return verdict(history, result);
  },
});

function verdict(history: History, result: LinearizableResult): Verdict {
  const { valid, anomalies, keys } = result;
  const reason = valid === true ? whyValid(result) : valid === false ? whyInvalid(result) : whyUnknown(history, keys);
  return { valid, anomalies, reason, details: details(result) };
}

function whyValid({ operations, keys, model }: LinearizableResult): string {
  return `${amount(operations, 'operation')} on ${amount(keys.length, 'key')} can be put in order as a ${model}`;
}

function whyInvalid({ keys, anomalies }: LinearizableResult): string {
  const invalid = keys.filter(({ valid }) => valid === false).length;
  const more = invalid > anomalies.length ? `; the first ${anomalies.length} are explained` : '';
  return `${invalid} of ${amount(keys.length, 'key')} cannot be put in order${more}`;
}

function whyUnknown(history: History, keys: readonly KeyResult[]): string {
  const open = keys.filter(({ valid }) => valid === 'unknown');
  const first = open[0]!;
  const name = first.key === undefined ? 'the history' : `key ${first.key}`;
  const others = open.length > 1 ? ` (and ${amount(open.length - 1, 'other key')})` : '';
  const advice =
    first.ended === 'cancelled'
      ? ''
      : `; try ${first.ended === 'memory' ? '' : `a larger ${first.ended === 'time' ? 'max-time' : 'budget'}, `}more keys with fewer operations each, or values that are written only once`;
  return `${name}${others} was not judged to the end: ${ENDED[first.ended ?? 'cancelled']} after ${amount(first.configurations, 'configuration')}, with ${first.placed} of ${first.completed} completed operations put in order${until(history, first)}${advice}`;
}

function until(history: History, { stuck }: KeyResult): string {
  const { mate, time } = history.columns;
  const end = mate[stuck] ?? -1;
  return end < 0 ? '' : `, up to ${instant(time[end]!)}`;
}

function details({ model, operations, configurations, keys }: LinearizableResult): Record<string, unknown> {
  const count = (valid: unknown) => keys.filter((key) => key.valid === valid).length;
  const reasons = new Map<string, number>();
  for (const { algorithm, why } of keys) {
    const text = `${algorithm}: ${why}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const worth = keys.filter(({ valid }) => valid !== true);
  const listed = [...worth, ...keys.filter(({ valid }) => valid === true)].slice(0, MOST_LISTED);
  return {
    model,
    operations,
    configurations,
    keys: { judged: keys.length, valid: count(true), invalid: count(false), unknown: count('unknown') },
    algorithms: Object.fromEntries(reasons),
    byKey: listed.map(({ key, stuck: _, why: __, ...figures }) => ({ key: key ?? null, ...figures })),
  };
}

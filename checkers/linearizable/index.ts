// Linearizability: every operation seems to take effect at one instant between its invocation and its completion, key by key.
import type { CheckContext, Verdict } from '../../framework/contracts/checker.js';
import { defineChecker } from '../../framework/contracts/define.js';
import { ChaosError } from '../../framework/contracts/error.js';
import type { History } from '../../framework/contracts/history.js';
import { option } from '../../framework/contracts/options.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { amount, instant, show, size } from '../shared/text.js';
import {
  checkLinearizable,
  checkLinearizableWith,
  DEFAULT_MEMORY,
  type KeyResult,
  type LinearizableOptions,
  type LinearizableResult,
} from './check.js';
import { ANOMALIES } from './evidence/families.js';
import { modelOf } from './models/define.js';
import { guarded } from './models/guarded.js';
import type { AnyModel } from './models/model.js';
import { MODELS, modelNamed } from './models/table.js';
import { proofLines } from './proof/lines.js';
import { proveLinearizable } from './proof/prove.js';
import type { Ended } from './search/rounds.js';
import { weakerGuarantees, weakerText } from './weaker.js';

interface Options {
  model: string;
  initial: unknown;
  budget?: number;
  'max-time'?: number;
  memory?: number;
  'nil-matches-any': boolean;
}

/** Keys that details list one by one. */
const MOST_LISTED = 100;

const NAMES = ['auto', ...MODELS.map(({ name }) => name)];

export default defineChecker<Options>({
  name: 'linearizable',
  summary: 'Every operation seems to take effect at one instant between its invocation and its completion, key by key.',
  options: {
    model: option.nameOrModule(
      'What the operations mean; `auto`: cas-register, which also judges plain registers.',
      NAMES,
      'defineModel',
      'auto',
    ),
    initial: option.any('The value of every key at the start.', null),
    budget: option.integer(
      'Configurations that the search may explore for each key before it gives up with `unknown`; by default the keys share 2,000,000, at most 1,000,000 each.',
      undefined,
      { minimum: 1 },
    ),
    'max-time': option.duration('Time after which the check gives up with `unknown`; by default there is no limit.'),
    memory: option.size(
      'Memory that the tables of the search may take before it gives up with `unknown`; 256MiB by default, and never more than the machine can spare.',
    ),
    'nil-matches-any': option.flag(
      'Whether a read that returned null says nothing, rather than that there was no value.',
      false,
    ),
  },
  anomalies: ANOMALIES,
  explains: EXPLANATIONS,
  validate({ model, initial }, module) {
    try {
      modelFor(model, module).initial(initial);
      return [];
    } catch (error) {
      if (error instanceof RangeError) return [error.message];
      throw error;
    }
  },
  prove(history, context, file) {
    const { budget, initial, model, 'nil-matches-any': nilMatchesAny } = context.options;
    const claim = { model: modelFor(model, context.module), initial, nilMatchesAny };
    const options = { ...claim, memory: memoryOf(context).memory, cancelled: context.cancelled };
    const proof = proveLinearizable(history, budget === undefined ? options : { ...options, budget });
    if ('keys' in proof) return proofLines(history, claim, proof.keys, file);
    const hint = 'the verdict stands; try a larger budget';
    throw new ChaosError('unproven', `there is no proof: ${proof.unproven}`, { hint });
  },
  check(history, context) {
    const { budget, 'max-time': maxTime, initial, model, 'nil-matches-any': nilMatchesAny } = context.options;
    const limits = memoryOf(context);
    const options: LinearizableOptions = {
      model: modelFor(model, context.module),
      initial,
      nilMatchesAny,
      memory: limits.memory,
      ...(budget === undefined ? {} : { budget }),
      ...(maxTime === undefined ? {} : { maxTime }),
      elapsed: context.elapsed,
      cancelled: context.cancelled,
      soFar: (progress) => context.soFar?.(() => verdict(history, progress(), limits)),
    };
    const conclude = (result: LinearizableResult): Verdict => {
      const found = verdict(history, result, limits);
      return result.valid === false ? withWeaker(found, history, options) : found;
    };
    return context.workers === undefined
      ? conclude(checkLinearizable(history, options))
      : checkLinearizableWith(context.workers, history, options).then(conclude);
  },
});

/** Adds what still holds, where that can be said. */
function withWeaker(found: Verdict, history: History, options: LinearizableOptions): Verdict {
  const { model, initial, nilMatchesAny = false, cancelled = () => false } = options;
  if (cancelled()) return found;
  const weaker = weakerGuarantees(history, model as AnyModel, { initial, nilMatchesAny, cancelled });
  if (weaker === null) return found;
  return { ...found, reason: `${found.reason}; ${weakerText(weaker)}`, details: { ...found.details, weaker } };
}

interface LimitsGiven {
  /** Bytes. */
  memory: number;
  /** The machine has no more to spare. */
  isAll: boolean;
}

function memoryOf({ options, memory: spare = Number.POSITIVE_INFINITY }: CheckContext<Options>): LimitsGiven {
  const asked = options.memory ?? DEFAULT_MEMORY;
  return { memory: Math.min(asked, spare), isAll: spare < asked };
}

/** The model of that name, or the one that the module at that path exports. Throws ChaosError. */
function modelFor(name: string, module: CheckContext['module']): AnyModel {
  return modelNamed(name) ?? guarded(modelOf(name, module?.(name)));
}

function verdict(history: History, result: LinearizableResult, limits: LimitsGiven): Verdict {
  const { valid, anomalies } = result;
  const why = valid === true ? whyValid : valid === false ? whyInvalid : whyUnknown;
  return { valid, anomalies, reason: why(result, history, limits), details: details(result) };
}

function whyValid({ operations, keys, model }: LinearizableResult): string {
  const where = withoutKeys(keys) ? '' : ` on ${amount(keys.length, 'key')}`;
  const article = /^[aeiou]/.test(model) ? 'an' : 'a';
  return `${amount(operations, 'operation')}${where} can be put in order as ${article} ${model}`;
}

function withoutKeys(keys: readonly KeyResult[]): boolean {
  return keys.length === 1 && keys[0]!.key === undefined;
}

function whyInvalid({ keys, anomalies }: LinearizableResult): string {
  const invalid = keys.filter(({ valid }) => valid === false).length;
  const what = withoutKeys(keys) ? 'the history' : `${invalid} of ${amount(keys.length, 'key')}`;
  const found = `${what} cannot be put in order`;
  if (anomalies.length === 0) return `${found}; it was asked to stop before that was explained`;
  return invalid > anomalies.length ? `${found}; the first ${anomalies.length} are explained` : found;
}

/** Which key was not judged to the end, what ended it, how far it came, and what to try. */
function whyUnknown({ keys }: LinearizableResult, history: History, limits: LimitsGiven): string {
  const open = keys.filter(({ valid }) => valid === 'unknown');
  const [first] = open;
  if (first === undefined) return 'it was asked to stop before the operations were sorted by key';
  const { ended, configurations, placed, completed } = first;
  const name = first.key === undefined ? 'the history' : `key ${show(first.key)}`;
  const others = open.length > 1 ? ` (and ${amount(open.length - 1, 'other key')} of ${keys.length})` : '';
  const spent = `after ${amount(configurations, 'configuration')}`;
  const came = `with ${placed} of ${completed} completed operations put in order${until(history, first)}`;
  return `${name}${others} was not judged to the end: ${endText(ended ?? 'cancelled', limits)} ${spent}, ${came}${advice(ended, limits)}`;
}

function endText(ended: Ended, { memory, isAll }: LimitsGiven): string {
  const texts: Record<Ended, string> = {
    configurations: 'its budget of configurations ran out',
    memory: `its memory (${size(memory)}${isAll ? ', all that the machine can spare' : ''}) was used up`,
    time: 'max-time was over',
    cancelled: 'it was asked to stop',
    decided: 'another key is invalid, which settles it,',
  };
  return texts[ended];
}

function advice(ended: Ended | null, { isAll }: LimitsGiven): string {
  if (ended === null || ended === 'cancelled' || ended === 'decided') return '';
  const more = {
    configurations: 'a larger budget, ',
    memory: isAll ? '' : 'more memory, ',
    time: 'a larger max-time, ',
  };
  return `; try ${more[ended]}more keys with fewer operations each, or values that are written only once`;
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
    byKey: listed.map(({ key, stuck: _, ...figures }) => ({ key: key ?? null, ...figures })),
  };
}

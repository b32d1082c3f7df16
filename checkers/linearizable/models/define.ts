// Models of users: what they have to say, and what is wrong with one that does not.
import { isMarked, KIND } from '../../../framework/contracts/define.js';
import { ChaosError } from '../../../framework/contracts/error.js';
import { show } from '../../shared/text.js';
import type { AnyModel, Model } from './model.js';

/** As a user writes it: how to show states and operations may be left out. */
export type ModelDefinition<S> = Omit<Model<S>, 'showState' | 'showOperation'> &
  Partial<Pick<Model<S>, 'showState' | 'showOperation'>>;

const MODEL = 'model';

/**
 * A model for `model: ./my-model.ts` in a plan, `--model ./my-model.ts`, or `checkLinearizable` from code. Throws
 * `ChaosError('model-invalid')` with everything that is wrong with its shape.
 */
export function defineModel<S>(definition: ModelDefinition<S>): Model<S> {
  const problems = shapeProblems(definition);
  if (problems.length > 0) throw new ChaosError('model-invalid', problems.join('; '), { kind: 'usage' });
  const model: Model<S> = { showState: show, showOperation, ...definition };
  return Object.freeze({ ...model, [KIND]: MODEL });
}

/** `pop → 3`, `push 3`, `contains 3 → true`. */
function showOperation(f: string, input: unknown, output: unknown): string {
  const asked = input === null || input === undefined ? f : `${f} ${show(input)}`;
  return output === undefined ? asked : `${asked} → ${show(output)}`;
}

/** The model that a module of the user's exports; throws `ChaosError` when it exports something else. */
export function modelOf(path: string, exported: unknown): AnyModel {
  if (isMarked(MODEL, exported)) return exported as AnyModel;
  const what = exported === undefined ? `${path} has no default export` : `the default export of ${path} is no model`;
  throw new ChaosError('module-no-definition', what, {
    kind: 'usage',
    hint: 'End it with: export default defineModel({ … }).',
  });
}

type Shape = (value: unknown) => string | null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Shape = (value) => (typeof value === 'string' && /\S/.test(value) ? null : 'a text');
const flag: Shape = (value) => (typeof value === 'boolean' ? null : 'true or false');
const method: Shape = (value) => (typeof value === 'function' ? null : 'a function');
const oneOf =
  (...words: string[]): Shape =>
  (value) =>
    words.includes(value as string) ? null : `one of ${words.join(', ')}`;

interface Fields {
  required: Readonly<Record<string, Shape>>;
  optional?: Readonly<Record<string, Shape>>;
}

const MODEL_FIELDS: Fields = {
  required: { name: text, summary: text, functions: functionMap, initial: method, step: method },
  optional: {
    identity: method,
    problem: method,
    reaches: method,
    fades: flag,
    part: method,
    showState: method,
    showOperation: method,
    cell: () => null,
    container: () => null,
    membership: () => null,
    lock: () => null,
  },
};

const FUNCTION_FIELDS: Fields = {
  required: { observes: oneOf('input', 'output', 'both') },
  optional: { pure: flag, owned: flag, resets: flag, overwrites: flag },
};

const ROLE_FIELDS: Readonly<Record<string, Fields>> = {
  cell: { required: { needs: method, leaves: method } },
  container: { required: { order: oneOf('first', 'last', 'least', 'any'), role: method } },
  membership: { required: { role: method, read: method } },
  lock: { required: { role: method } },
};

function functionMap(value: unknown): string | null {
  return isObject(value) && Object.keys(value).length > 0 ? null : 'a map of functions, at least one';
}

/** Everything that keeps a value from being a model, as clauses; empty when it is one. */
export function shapeProblems(value: unknown): string[] {
  if (!isObject(value)) return [`a model is an object, not ${show(value)}`];
  const name = text(value['name']) === null ? `the model ${value['name']}` : 'the model';
  const problems = fieldProblems(value, MODEL_FIELDS, name);
  const { functions } = value;
  if (isObject(functions)) {
    for (const [f, description] of Object.entries(functions))
      problems.push(...fieldProblems(description, FUNCTION_FIELDS, `functions.${f} of ${name}`));
  }
  for (const [role, fields] of Object.entries(ROLE_FIELDS)) {
    if (value[role] !== undefined) problems.push(...fieldProblems(value[role], fields, `${role} of ${name}`));
  }
  return problems;
}

function fieldProblems(value: unknown, { required, optional = {} }: Fields, where: string): string[] {
  if (!isObject(value)) return [`${where} must be an object, not ${show(value)}`];
  const missing = Object.entries(required).flatMap(([field, shape]) => {
    const expected = shape(value[field]);
    return expected === null ? [] : [`"${field}" of ${where} must be ${expected}`];
  });
  const known = { ...required, ...optional };
  const others = Object.entries(value).flatMap(([field, part]) => {
    if (!Object.hasOwn(known, field)) return [`${where} has an unknown field "${field}"`];
    const expected = Object.hasOwn(optional, field) && part !== undefined ? optional[field]!(part) : null;
    return expected === null ? [] : [`"${field}" of ${where} must be ${expected}`];
  });
  return [...missing, ...others];
}

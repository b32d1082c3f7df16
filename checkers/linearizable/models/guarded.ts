// Runs the code of a user's model: what it throws, or returns that makes no sense, becomes an error that names the operation.
import { ChaosError, messageOf } from '../../../framework/contracts/error.js';
import { canonical } from '../../shared/canonical.js';
import { jsonProblem } from '../../shared/json.js';
import { show } from '../../shared/text.js';
import { type AnyModel, ILLEGAL } from './model.js';

/**
 * The same model; its functions throw `ChaosError('model-failed')`, which names model, function and operation, for whatever
 * goes wrong in them. RangeErrors of `initial`, which say that the value makes no sense, stay what they are.
 */
export function guarded(model: AnyModel): AnyModel {
  const { name, identity, problem, reaches, part, cell, container, membership, lock } = model;

  const run = <T>(what: string, asked: () => string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof ChaosError) throw cause;
      throw failure(name, `"${what}" threw for ${asked()}: ${messageOf(cause)}`, cause);
    }
  };
  const operation = (f: string, input: unknown, output: unknown) => () => told(f, input, output);
  const guard = <A extends [string, unknown, unknown, ...unknown[]], R>(what: string, work: (...args: A) => R) => {
    return (...args: A): R => run(what, operation(args[0], args[1], args[2]), () => work(...args));
  };

  const identify = (state: unknown): string | number => {
    const given = identity?.(state) ?? plainIdentity(name, state);
    if (typeof given === 'string' || typeof given === 'number') return given;
    throw failure(name, `"identity" must return a text or a number, not ${show(given)}`);
  };
  const guardedModel: AnyModel = {
    ...model,
    initial: (value) => {
      const state = initialState(model, value);
      if (state === undefined) throw failure(name, '"initial" returned undefined, which is no state');
      return state;
    },
    step: (state, f, input, output, process) => {
      const next: unknown = run('step', operation(f, input, output), () =>
        model.step(state, f, input, output, process),
      );
      if (next !== undefined) return next;
      const hint = 'return the next state, or ILLEGAL where the operation cannot happen';
      throw failure(name, `"step" returned undefined for ${told(f, input, output)}`, undefined, hint);
    },
    identity: (state) =>
      run(
        'identity',
        () => 'a state',
        () => identify(state),
      ),
    showState: (state) =>
      run(
        'showState',
        () => 'a state',
        () => String(model.showState(state)),
      ),
    showOperation: guard('showOperation', (f, input, output) => String(model.showOperation(f, input, output))),
  };
  if (problem !== undefined) guardedModel.problem = guard('problem', problem.bind(model));
  if (reaches !== undefined) {
    guardedModel.reaches = (state, f, input, output) =>
      run('reaches', operation(f, input, output), () => reaches.call(model, state, f, input, output));
  }
  if (part !== undefined) guardedModel.part = guard('part', part.bind(model));
  if (cell !== undefined)
    guardedModel.cell = {
      needs: guard('cell.needs', cell.needs.bind(cell)),
      leaves: guard('cell.leaves', cell.leaves.bind(cell)),
    };
  if (container !== undefined)
    guardedModel.container = { ...container, role: guard('container.role', container.role.bind(container)) };
  if (membership !== undefined)
    guardedModel.membership = { ...membership, role: guard('membership.role', membership.role.bind(membership)) };
  if (lock !== undefined) guardedModel.lock = { role: guard('lock.role', lock.role.bind(lock)) };
  return guardedModel;
}

/** A RangeError says that the value makes no sense: that is the user's business, not the model's fault. */
function initialState(model: AnyModel, value: unknown): unknown {
  try {
    return model.initial(value);
  } catch (cause) {
    if (cause instanceof ChaosError || (cause instanceof RangeError && !/call stack/.test(cause.message))) throw cause;
    throw failure(model.name, `"initial" threw for the value ${show(value)}: ${messageOf(cause)}`, cause);
  }
}

/** States without an identity of their own are JSON values: two that differ must not look alike. */
function plainIdentity(name: string, state: unknown): string {
  const problem = jsonProblem(state);
  if (problem === null) return canonical(state);
  const what = state === ILLEGAL ? 'ILLEGAL is no state' : `a state is no JSON value: ${problem}`;
  throw failure(
    name,
    what,
    undefined,
    'give the model a function identity(state), or make states of plain objects and lists',
  );
}

function told(f: string, input: unknown, output: unknown): string {
  const answer = output === undefined ? '' : ` → ${show(output)}`;
  return `the operation ${f} ${show(input ?? null)}${answer}`;
}

function failure(name: string, what: string, cause?: unknown, hint = 'correct the model'): ChaosError {
  return new ChaosError('model-failed', `the model ${name} is at fault: ${what}`, { kind: 'usage', hint, cause });
}

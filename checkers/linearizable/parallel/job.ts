// What a thread needs to search partitions by itself: actions and operations as plain data, in the same order as here, so that
// numbers mean the same on both sides.

import type { AnyModel } from '../models/model.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import type { Operations } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';
import type { Round } from '../search/rounds.js';

export interface Job {
  /** Name of a built-in model. */
  model: string;
  initial: unknown;
  values: unknown[];
  /** Columns of `Actions`. */
  f: Uint16Array;
  input: Int32Array;
  output: Int32Array;
  process: Int32Array;
  /** The searches of this thread, by their numbers. */
  numbers: number[];
  operations: Operations[];
  /** Rounds that the searches have been through. */
  past: Pick<Round, 'limit' | 'share'>[];
}

export function jobOf(
  { actions, start }: Machine,
  numbers: readonly number[],
  operationsOf: (number: number) => Operations,
  past: readonly Round[],
): Job {
  const { count, values, f, input, output, process: owner, model } = actions;
  return {
    model: model.name,
    initial: start,
    values: Array.from({ length: values.count }, (_, id) => values.value(id)),
    f: f.slice(0, count),
    input: input.slice(0, count),
    output: output.slice(0, count),
    process: owner.slice(0, count),
    numbers: [...numbers],
    past: past.map(({ limit, share }) => ({ limit, share })),
    // Parts are views of longer columns, which are not to be copied as a whole.
    operations: numbers.map((number) => {
      const { count: length, call, ret, action } = operationsOf(number);
      return { count: length, call: call.slice(), ret: ret.slice(), action: action.slice() };
    }),
  };
}

/** The machine of a job, with the same numbers for values and actions. */
export function machineOf({ initial, values, f, input, output, process }: Job, model: AnyModel): Machine {
  const interned = new Values();
  for (const [id, value] of values.entries()) {
    if (interned.id(value) !== id) throw new RangeError(`value ${id} became another one on its way into a thread`);
  }
  const actions = new Actions(model, interned);
  for (let id = 0; id < f.length; id++) actions.id(f[id]!, input[id]!, output[id]!, process[id]!);
  return new Machine(actions, initial);
}

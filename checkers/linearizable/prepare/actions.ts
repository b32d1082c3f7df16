// Actions: operations that the model cannot tell apart (function, input, output and owner are the same) share one number.

import { ChaosError } from '../../../framework/contracts/error.js';
import { int32, uint8 } from '../../shared/columns.js';
import { type AnyModel, type ModelFunction, NOTHING } from '../models/model.js';
import { DirectIndex } from './direct-index.js';
import { grown, HashIndex, mix } from './hash-index.js';
import { NO_VALUE, type Values } from './values.js';

/** Of an operation that any process could have done. */
export const NO_PROCESS = -1;

const FIRST_CAPACITY = 16;

/** Whether most of its actions observe more than one value. */
const isHashed = ({ observes, owned }: ModelFunction) => observes === 'both' || owned === true;

function hashOf(f: number, input: number, output: number, process: number): number {
  const hash = mix(mix(f, input), output);
  return process === NO_PROCESS ? hash : mix(hash, process);
}

export class Actions {
  readonly model: AnyModel;
  readonly values: Values;
  readonly functions: readonly string[];
  count = 0;
  /** Per action: function, numbers of input and output (NO_VALUE: not observed, or unknown), process (NO_PROCESS: any), pure (1 or 0). */
  f = new Uint16Array(FIRST_CAPACITY);
  input = int32(FIRST_CAPACITY);
  output = int32(FIRST_CAPACITY);
  process = int32(FIRST_CAPACITY);
  pure = uint8(FIRST_CAPACITY);
  /** Cell models: numbers of the value that the state must be and of the one left behind; NO_VALUE: none. */
  needs = int32(FIRST_CAPACITY);
  leaves = int32(FIRST_CAPACITY);
  /** Per function, for actions that observe one value and no process: by that value, asked for or returned. */
  readonly #byInput: readonly DirectIndex[];
  readonly #byOutput: readonly DirectIndex[];
  readonly #index = new HashIndex();
  readonly #observesInput: boolean[];
  readonly #observesOutput: boolean[];
  readonly #owned: boolean[];
  readonly #hashOf = (id: number) => hashOf(this.f[id]!, this.input[id]!, this.output[id]!, this.process[id]!);

  constructor(model: AnyModel, values: Values) {
    this.model = model;
    this.values = values;
    this.functions = Object.keys(model.functions);
    this.#byInput = this.functions.map(() => new DirectIndex());
    this.#byOutput = this.functions.map(() => new DirectIndex());
    this.#observesInput = this.functions.map((name) => model.functions[name]!.observes !== 'output');
    this.#observesOutput = this.functions.map((name) => model.functions[name]!.observes !== 'input');
    this.#owned = this.functions.map((name) => model.functions[name]!.owned === true);
  }

  /** Makes room for so many actions at once, if there are none yet. */
  reserve(actions: number): void {
    if (this.count > 0 || actions <= this.f.length) return;
    this.#grow(actions);
    if (this.functions.some((name) => isHashed(this.model.functions[name]!))) this.#index.reserve(actions);
  }

  /** Whether it matters which process does it. */
  isOwned(f: number): boolean {
    return this.#owned[f]!;
  }

  /** Whether operations of the function can never change the state. */
  isPure(f: number): boolean {
    return this.model.functions[this.functions[f]!]!.pure === true;
  }

  observesInput(f: number): boolean {
    return this.#observesInput[f]!;
  }

  observesOutput(f: number): boolean {
    return this.#observesOutput[f]!;
  }

  /**
   * The action of function number `f`; what the function does not observe must be NO_VALUE, or NO_PROCESS.
   * Throws `model-value` where the model says that the operation makes no sense.
   */
  id(f: number, input: number, output: number, process = NO_PROCESS): number {
    if (process === NO_PROCESS && (input === NO_VALUE) !== (output === NO_VALUE)) {
      const index = output === NO_VALUE ? this.#byInput[f]! : this.#byOutput[f]!;
      const value = output === NO_VALUE ? input : output;
      const known = index.get(value);
      if (known >= 0) return known;
      const id = this.#add(f, input, output, process);
      index.set(value, id);
      return id;
    }
    const index = this.#index;
    let slot = index.first(hashOf(f, input, output, process));
    for (let entry = index.slots[slot]!; entry !== 0; entry = index.slots[slot]!) {
      const id = entry - 1;
      const same = this.input[id] === input && this.output[id] === output && this.process[id] === process;
      if (same && this.f[id] === f) return id;
      slot = index.next(slot);
    }
    const id = this.#add(f, input, output, process);
    index.insert(slot, id, this.#hashOf);
    return id;
  }

  /** What an action stands for, in the order in which the functions of models take it. */
  operation(action: number): [f: string, input: unknown, output: unknown, process: number] {
    const { values, functions } = this;
    const [input, output] = [values.value(this.input[action]!), values.value(this.output[action]!)];
    return [functions[this.f[action]!]!, input, output, this.process[action]!];
  }

  #add(f: number, input: number, output: number, process: number): number {
    const { model, values } = this;
    const name = this.functions[f]!;
    const asked = values.value(input);
    const got = values.value(output);
    const problem = model.problem?.(name, asked, got);
    if (problem !== undefined) {
      throw new ChaosError('model-value', `the model ${model.name} cannot judge this history: ${problem}`, {
        kind: 'usage',
        hint: 'choose the model that fits the history, or correct the history',
      });
    }
    const id = this.count++;
    if (id === this.f.length) this.#grow(id * 2);
    this.f[id] = f;
    this.input[id] = input;
    this.output[id] = output;
    this.process[id] = process;
    const needs = model.cell === undefined ? NOTHING : model.cell.needs(name, asked, got);
    const leaves = model.cell === undefined ? NOTHING : model.cell.leaves(name, asked, got);
    // Mostly it is what was asked or returned, whose number is known.
    const numberOf = (value: unknown) => (value === got ? output : value === asked ? input : values.id(value));
    this.needs[id] = needs === NOTHING ? NO_VALUE : numberOf(needs);
    this.leaves[id] = leaves === NOTHING ? NO_VALUE : numberOf(leaves);
    const pure = model.functions[name]!.pure === true || (model.cell !== undefined && leaves === NOTHING);
    this.pure[id] = pure ? 1 : 0;
    return id;
  }

  #grow(length: number): void {
    const [f, pure] = [this.f, this.pure];
    this.f = new Uint16Array(length);
    this.f.set(f);
    this.pure = uint8(length);
    this.pure.set(pure);
    this.input = grown(this.input, length);
    this.output = grown(this.output, length);
    this.process = grown(this.process, length);
    this.needs = grown(this.needs, length);
    this.leaves = grown(this.leaves, length);
  }
}

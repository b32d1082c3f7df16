// Trials of the monitors of containers: random histories with all that makes them hard, and histories written by hand.
import type { Random } from '../../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../../framework/history/history.js';
import { createRandom } from '../../../framework/time/random.js';
import { isLinearizable, type JudgedOperation } from '../brute-force.js';
import { checkLinearizable } from '../check.js';
import { type AnyModel, NOTHING } from '../models/model.js';
import type { Monitor } from '../monitors/monitor.js';
import type { Machine } from '../prepare/machine.js';
import { type Drawn, drawn, objection, prepare, type Tally } from './judgements.js';
import { type Reference, type RunShape, randomRun } from './random-run.js';

export type Make = (machine: Machine) => Monitor;
/** An operation at its time: the value is what was asked and what came out, undefined when nobody knows. */
export type Timed = readonly [f: string, value: unknown, from: number, until: number | null];

/** Each operation by a process of its own. */
export function timed(operations: readonly Timed[]): ColumnarHistory {
  return drawn(
    operations.map(([f, value, from, until], process): Drawn => [process, f, value ?? null, value, from, until]),
  );
}

/** One after the other, from an instant on. */
export function inTurn(operations: readonly (readonly [f: string, value: unknown])[], from = 0): Timed[] {
  return operations.map(([f, value], i) => [f, value, from + 2 * i, from + 2 * i + 1]);
}

/** The judgement, and what the definition has against it (null: nothing). */
export function judgeTimed(model: AnyModel, make: Make, operations: readonly Timed[], initial: unknown = null) {
  const prepared = prepare(timed(operations), model, initial)!;
  const judgement = make(prepared.machine).judge(prepared.partition);
  const objected = objection(prepared, initial, make(prepared.machine), true, noTally(), provesIt(model, initial));
  return { judgement, objected };
}

/** The elements are all different, also those of operations without effect. */
export function distinctContainer(
  names: readonly [put: string, take: string, look: string | null],
  puts: number,
  next: (random: Random, elements: readonly number[]) => number,
): () => Reference {
  const everPut: number[] = [];
  return () => {
    const elements: number[] = [];
    return {
      perform(random) {
        const [put, take, look] = names;
        if (random.chance(puts)) {
          const element = random.int(1_000_000_000);
          everPut.push(element);
          elements.push(element);
          return { f: put, input: element, output: element, returns: false };
        }
        const at = elements.length === 0 ? -1 : next(random, elements);
        const output = elements[at] ?? null;
        if (look !== null && random.chance(0.25)) return { f: look, input: null, output, returns: true };
        if (at >= 0) elements.splice(at, 1);
        return { f: take, input: null, output, returns: true };
      },
      lie: (random) => (everPut.length === 0 || random.chance(0.4) ? null : random.pick(everPut)),
    };
  };
}

const SHAPES: readonly RunShape[] = [
  { operations: 9, processes: 3, stretch: 2, pending: 0.1, dropped: 0.5, failed: 0.05, lies: 0.1 },
  { operations: 9, processes: 5, stretch: 4, pending: 0.4, dropped: 0.5, failed: 0, lies: 0.1 },
  { operations: 10, processes: 3, stretch: 1, pending: 0.25, dropped: 0.2, failed: 0, lies: 0.15 },
  { operations: 8, processes: 6, stretch: 8, pending: 0.1, dropped: 0.5, failed: 0, lies: 0.25 },
  { operations: 8, processes: 3, stretch: 1, pending: 0.5, dropped: 0.4, failed: 0, lies: 0.2 },
];

export interface Trials extends Tally {
  objections: string[];
}

/** Judges random histories without repeated elements, every other one at every cutoff. */
export function judgeRandom(model: AnyModel, make: Make, reference: () => () => Reference, histories: number): Trials {
  const trials: Trials = { ...noTally(), objections: [] };
  for (let seed = 0; seed < histories; seed++) {
    const random = createRandom(seed, 'containers', 0);
    const prepared = prepare(randomRun(random, SHAPES[seed % SHAPES.length]!, reference()), model, null);
    if (prepared === null) continue;
    const objected = objection(prepared, null, make(prepared.machine), seed % 2 === 0, trials, provesIt(model, null));
    if (objected !== null) trials.objections.push(`seed ${seed}: ${objected}`);
  }
  return trials;
}

const noTally = (): Tally => ({ linearizable: 0, illegal: 0, obstacle: 0 });

/** Whether all operations on the elements of the hint fail by themselves, with as many unknown takes as there are elements. */
function provesIt(model: AnyModel, initial: unknown) {
  const elementOf = ({ f, input, output }: JudgedOperation) => model.container!.role(f, input, output).element;
  return (operations: Map<number, JudgedOperation>, hint: readonly number[]): boolean => {
    const elements = new Set(hint.map((i) => elementOf(operations.get(i)!)).filter((element) => element !== NOTHING));
    const unknown = [...operations.values()].filter(
      (operation) => operation.output === undefined && elementOf(operation) === NOTHING,
    );
    const enough = new Set(unknown.slice(0, elements.size));
    const kept = [...operations].filter(
      ([i, operation]) => hint.includes(i) || enough.has(operation) || elements.has(elementOf(operation)),
    );
    return (
      hint.length > 0 &&
      !isLinearizable(
        model,
        initial,
        kept.map(([, operation]) => operation),
      )
    );
  };
}

/** How a monitor, by its name, and the search judge 24 histories of 16 operations; `differences` are seeds, and what differed. */
export function compareWithSearch(model: AnyModel, monitor: string, make: () => Reference) {
  const found = { differences: [] as string[], verdicts: { true: 0, false: 0, unknown: 0 }, monitored: 0 };
  for (let seed = 0; seed < 24; seed++) {
    const shape = { operations: 16, processes: 4, stretch: 3, pending: 0.05, dropped: 0.5, failed: 0 };
    const history = randomRun(createRandom(seed, 'longer'), { ...shape, lies: seed % 2 === 0 ? 0 : 0.1 }, make);
    const [fast, slow] = [true, false].map((monitors) => checkLinearizable(history, { model, monitors, budget: 1000 }));
    found.verdicts[`${slow!.valid}`]++;
    if (slow!.valid === 'unknown') continue;
    if (fast!.valid !== slow!.valid) found.differences.push(`seed ${seed}: ${fast!.valid}, not ${slow!.valid}`);
    if (fast!.keys[0]!.algorithm !== monitor) continue;
    found.monitored++;
    if (fast!.keys[0]!.stuck !== slow!.keys[0]!.stuck)
      found.differences.push(`seed ${seed}: another operation is stuck`);
  }
  return found;
}

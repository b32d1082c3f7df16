// Turns a violation into an anomaly: the smallest witness, checked a second time, with a name and a sentence.
import type { Anomaly } from '../../../framework/contracts/checker.js';
import { ChaosError } from '../../../framework/contracts/error.js';
import type { History, Operation } from '../../../framework/contracts/history.js';
import { isLinearizable, isPossible, isReachable, type JudgedOperation, TooHard } from '../brute-force.js';
import type { AnyModel } from '../models/model.js';
import type { Contradiction } from '../monitors/contradictions.js';
import type { Actions } from '../prepare/actions.js';
import type { Machine } from '../prepare/machine.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { conflictOf } from './conflict.js';
import { nameOf } from './families.js';
import { partialsOf } from './partials.js';
import { possibleStates } from './possible.js';
import { Relaxed } from './relaxed.js';
import { narrowed } from './restrict.js';
import { contradictionSeed, findWitness, type Witness } from './witness.js';
import { Words } from './words.js';

export interface Violation {
  partition: Partition;
  /** The completed operation that could not be linearized, as an index into the partition. */
  stuck: number;
  /** Completed operations that could be. */
  placed: number;
  algorithm: string;
  contradiction: Contradiction | null;
  /** Operations that clash, as far as known. */
  hint: readonly number[];
}

/** Configurations that may be spent on shrinking one witness. */
const SHRINK_BUDGET = 100_000;
/** As many operations as the brute-force judge orders in no time. */
const FEW = 10;
/** Effort of the brute-force judge: steps times operations. */
const RECHECK_EFFORT = 2_000_000;

/** `whole`: with what the search came up against, which takes its time. */
export function explain(
  history: History,
  machine: Machine,
  initial: unknown,
  violation: Violation,
  whole: boolean,
): Anomaly {
  const { actions } = machine;
  const { partition, hint, stuck: first } = narrowedDown(violation, machine, initial);
  const relaxed = new Relaxed(machine, partition, partition.ret[first]!, SHRINK_BUDGET);
  const { contradiction } = violation;
  const hints = contradiction === null ? [hint] : [contradictionSeed(contradiction, relaxed, actions)];
  const witness = findWitness(relaxed, actions, first, hints);
  const stuck = lastToReturn(partition, witness.shown);
  const rechecked = recheck(history, machine, initial, relaxed, witness);
  const shown = witness.loose ? [stuck] : witness.shown;
  const possible = () => statesFor(machine, relaxed, witness, stuck);
  const named = nameOf({ history, partition, actions, initial, shown, stuck }, witness.loose, possible);
  const rows = witness.shown.map((i) => partition.row[i]!);
  const operations = [...new Set([...rows, ...(named.context ?? [])])].sort((a, b) => a - b);
  const key = history.keys[partition.key];
  const isAll = witness.folded.length === 0 && !witness.loose;
  const conflict = isAll ? conflictOf(history, machine, relaxed, operations, stuck) : null;
  return {
    name: named.name,
    message: named.sentence(new Words(history, actions, operations)),
    operations,
    ...(key === undefined ? {} : { key }),
    evidence: {
      operations: operations.map((row) => summary(history.operation(row))),
      // Those that prove it by themselves, and the one among them that could not be placed.
      witness: rows,
      stuck: partition.row[stuck]!,
      initial,
      placed: violation.placed,
      folded: witness.folded.length,
      irreducible: witness.irreducible,
      rechecked,
      model: actions.model.name,
      algorithm: violation.algorithm,
      ...(conflict === null ? {} : { conflict }),
      ...(whole && violation.algorithm === 'search' && violation.contradiction === null
        ? { search: partialsOf(history, machine, violation.partition, violation.stuck) }
        : {}),
    },
  };
}

function statesFor(machine: Machine, relaxed: Relaxed, { shown, folded }: Witness, stuck: number): string[] | null {
  const { operations, members, optional } = relaxed.arrange([...shown, ...folded]);
  return possibleStates(machine, operations, optional, members.indexOf(stuck));
}

/**
 * The part of the history that bears on the clash, up to the violation, and the operation that returns last in it; the whole
 * key where that part is no violation by itself.
 */
function narrowedDown({ partition, hint, stuck }: Violation, machine: Machine, initial: unknown) {
  const narrow = narrowed(partition, machine.actions, hint, initial);
  if (narrow.partition === partition) return { ...narrow, stuck };
  const { ret } = narrow.partition;
  // What clashes does so together with other operations on its elements, and these may return later.
  const returned: number[] = [];
  for (let i = 0; i < ret.length; i++) if (ret[i]! <= partition.ret[stuck]!) returned.push(i);
  const last = lastToReturn(narrow.partition, [...narrow.hint.filter((i) => ret[i] !== NEVER), ...returned]);
  const required = [...ret.keys()].filter((i) => ret[i]! <= ret[last]!);
  const holds = new Relaxed(machine, narrow.partition, ret[last]!, SHRINK_BUDGET).ask(required) === 'holds';
  return holds ? { partition, hint: [...hint], stuck } : { ...narrow, stuck: last };
}

/**
 * The operation at which the witness fails. Where the search did not look at everything before the stuck operation, that may be
 * an earlier one.
 */
function lastToReturn({ ret }: Partition, operations: readonly number[]): number {
  return operations.reduce((last, i) => (ret[i]! > ret[last]! ? i : last));
}

function summary({ index, process, f, asked, value, invoked, completed, outcome, node }: Operation) {
  return {
    index,
    process,
    f,
    value: outcome === 'ok' ? value : asked,
    invoked,
    completed: completed ?? null,
    outcome,
    node: node ?? null,
  };
}

/** Lets the brute-force judge confirm the witness; false when that is too hard for it. */
function recheck(history: History, machine: Machine, initial: unknown, relaxed: Relaxed, witness: Witness): boolean {
  const { model } = machine.actions;
  const { members, optional } = relaxed.arrange([...witness.shown, ...witness.folded]);
  const all = members.map((i, at) => judged(history, machine.actions, relaxed.partition, i, optional[at]!));
  const steps = Math.ceil(RECHECK_EFFORT / all.length);
  try {
    const required = all.filter((_, at) => !optional[at]);
    const helpers = all.filter((_, at) => optional[at]);
    if (
      all.length <= FEW ? !isLinearizable(model, initial, all, steps) : !canBe(model, initial, required, helpers, steps)
    ) {
      return true;
    }
  } catch (error) {
    if (error instanceof TooHard) return false;
    throw error;
  }
  const rows = witness.shown.map((i) => relaxed.partition.row[i]).join(', ');
  throw new ChaosError('witness-refuted', `a witness of the checker linearizable does not hold (operations ${rows})`, {
    kind: 'internal',
  });
}

function canBe(
  model: AnyModel,
  initial: unknown,
  required: readonly JudgedOperation[],
  optional: readonly JudgedOperation[],
  steps: number,
): boolean {
  // Where states are single values there are few of them, so that the generous reading is the cheap one.
  if (model.cell !== undefined && !isPossible(model, initial, required, optional, steps)) return false;
  return isReachable(model, initial, required, optional, steps);
}

/** With the values of the history, but for reads that were narrowed down to a few elements. */
function judged(
  history: History,
  actions: Actions,
  { row, action }: Partition,
  i: number,
  optional: boolean,
): JudgedOperation {
  const operation = history.operation(row[i]!);
  const { values, model, functions, f, output } = actions;
  const name = functions[f[action[i]!]!]!;
  const isRead = model.membership !== undefined && output[action[i]!] !== NO_VALUE;
  return {
    f: name,
    process: operation.process,
    input: operation.asked,
    output: isRead ? values.value(output[action[i]!]!) : operation.outcome === 'ok' ? operation.value : undefined,
    invoked: operation.index,
    returned: optional ? Number.POSITIVE_INFINITY : operation.end,
  };
}

// Holds the judgements of a monitor against the definition, on short histories without keys.
import type { History } from '../../../framework/contracts/history.js';
import { ColumnarHistory } from '../../../framework/history/history.js';
import { isLinearizable, type JudgedOperation } from '../brute-force.js';
import type { AnyModel } from '../models/model.js';
import type { Judgement, Monitor } from '../monitors/monitor.js';
import { Actions } from '../prepare/actions.js';
import { Machine } from '../prepare/machine.js';
import { NEVER, type Partition, partition } from '../prepare/partition.js';
import { Values } from '../prepare/values.js';

export interface Prepared {
  history: History;
  machine: Machine;
  partition: Partition;
}

/** Null where nothing happened. */
export function prepare(history: History, model: AnyModel, initial: unknown): Prepared | null {
  const actions = new Actions(model, new Values());
  const machine = new Machine(actions, initial);
  const [only] = partition(history, actions);
  return only === undefined ? null : { history, machine, partition: only };
}

/** The operations up to a cutoff for the brute-force judge: those that return later are optional, with what they returned. */
export function operationsUpTo({ history, partition }: Prepared, cutoff: number): Map<number, JudgedOperation> {
  const { count, call, ret, row } = partition;
  const operations = new Map<number, JudgedOperation>();
  for (let i = 0; i < count && call[i]! <= cutoff; i++) {
    const { f, process, asked, value, outcome } = history.operation(row[i]!);
    const output = outcome === 'ok' ? value : undefined;
    const returned = ret[i]! <= cutoff ? ret[i]! : Number.POSITIVE_INFINITY;
    operations.set(i, { f, process, input: asked, output, invoked: call[i]!, returned });
  }
  return operations;
}

/** What judgements came out as, and how often. */
export type Tally = Record<'linearizable' | 'illegal' | 'obstacle', number>;

/**
 * What the definition has against a judgement of the monitor, at the end or (`everywhere`) at any cutoff; null: nothing.
 * `suffices`: whether the operations that clash prove it, given all operations.
 */
export function objection(
  prepared: Prepared,
  initial: unknown,
  monitor: Monitor,
  everywhere: boolean,
  tally: Tally,
  suffices: (operations: Map<number, JudgedOperation>, hint: readonly number[]) => boolean,
): string | null {
  const { model } = prepared.machine.actions;
  const { events } = prepared.partition;
  const cutoffs = everywhere ? Array.from({ length: events }, (_, stamp) => stamp) : [NEVER - 1];
  for (const cutoff of cutoffs) {
    const judgement: Judgement = monitor.judge(prepared.partition, cutoff);
    if ('obstacle' in judgement) {
      tally.obstacle++;
      continue;
    }
    tally[judgement.outcome]++;
    const operations = operationsUpTo(prepared, cutoff);
    const expected = isLinearizable(model, initial, [...operations.values()]) ? 'linearizable' : 'illegal';
    if (judgement.outcome !== expected) return `at ${cutoff} it is ${expected}`;
    if (judgement.outcome === 'illegal' && !suffices(operations, judgement.hint)) {
      return `at ${cutoff} operations ${judgement.hint.join(', ')} do not prove it`;
    }
  }
  return null;
}

/** From when to when, by which process; `until` null: never completed. */
export type Drawn = readonly [
  process: number,
  f: string,
  input: unknown,
  output: unknown,
  from: number,
  until: number | null,
];

/** A history drawn by hand. */
export function drawn(operations: readonly Drawn[]): ColumnarHistory {
  const events = operations.flatMap((operation) => [
    { at: operation[4], operation, end: false },
    ...(operation[5] === null ? [] : [{ at: operation[5], operation, end: true }]),
  ]);
  const history = new ColumnarHistory();
  for (const { at, operation, end } of events.sort((a, b) => a.at - b.at)) {
    const [process, f, input, output] = operation;
    if (end) history.appendCompletion(at, process, 'ok', output);
    else history.appendInvoke(at, process, f, undefined, input, undefined);
  }
  return history;
}

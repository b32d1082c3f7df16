// Random histories of a register for differential tests: simulated honestly, then (if asked) damaged.

import type { Outcome } from '../../../framework/contracts/operation.js';
import type { Random } from '../../../framework/contracts/random.js';
import { ColumnarHistory } from '../../../framework/history/history.js';

export interface HistoryShape {
  processes: number;
  operations: number;
  /** Values are 0 .. values-1; `null` writes each value once. */
  values: number | null;
  /** Weights of read, write and cas. */
  mix: readonly [read: number, write: number, cas: number];
  /** Probability that an operation is indeterminate. */
  pending: number;
  /** Operations whose result is replaced by a random one. */
  lies: number;
  /** Probability that a completion is pushed on. */
  slow: number;
  keys?: number;
  /** Operations have no effect at all and return anything. */
  nonsense?: boolean;
}

interface Running {
  process: number;
  f: string;
  value: unknown;
  effect: boolean;
  outcome: Outcome;
  result: unknown;
}

/** A history of the shape; linearizable for a cas-register that starts with null if there are no lies and no nonsense. */
export function randomHistory(random: Random, shape: HistoryShape): ColumnarHistory {
  const history = new ColumnarHistory();
  const keys = shape.keys ?? 1;
  const state: unknown[] = new Array(keys).fill(null);
  const running: Running[] = [];
  let fresh = 0;
  let started = 0;
  let nextProcess = shape.processes;
  let free = Array.from({ length: shape.processes }, (_, process) => process);
  let time = 0;
  const guess = () => (random.chance(0.1) ? null : random.int(shape.values ?? Math.max(1, fresh)));
  const value = () => (shape.values === null ? fresh++ : random.int(shape.values));
  const keyOf = new Map<Running, number>();
  const total = shape.mix[0] + shape.mix[1] + shape.mix[2];
  const apply = (operation: Running) => {
    if (operation.effect) return;
    operation.effect = true;
    const key = keyOf.get(operation)!;
    if (operation.f === 'read') operation.result = shape.nonsense === true ? guess() : state[key];
    else if (operation.f === 'write') state[key] = operation.value;
    else {
      const [from, to] = operation.value as [unknown, unknown];
      if (state[key] === from || shape.nonsense === true) state[key] = to;
      else operation.outcome = 'fail';
    }
  };
  const late: Running[] = [];
  while (started < shape.operations || running.length > 0) {
    time += 1 + random.int(1000);
    if (late.length > 0 && random.chance(0.2)) apply(late.pop()!);
    const canStart = started < shape.operations && free.length > 0;
    if (canStart && (running.length === 0 || random.chance(0.5))) {
      const process = free[random.int(free.length)]!;
      free = free.filter((one) => one !== process);
      const draw = random.int(total);
      const key = random.int(keys);
      const f = draw < shape.mix[0] ? 'read' : draw < shape.mix[0] + shape.mix[1] ? 'write' : 'cas';
      const asked =
        f === 'read' ? null : f === 'write' ? value() : [random.chance(0.6) ? state[key] : guess(), value()];
      const operation: Running = { process, f, value: asked, effect: false, outcome: 'ok', result: asked };
      keyOf.set(operation, key);
      running.push(operation);
      history.appendInvoke(time, process, f, keys > 1 ? key : undefined, asked, `n${(process % 3) + 1}`);
      started++;
      continue;
    }
    const operation = running[random.int(running.length)]!;
    if (!operation.effect && random.chance(0.5)) {
      apply(operation);
      continue;
    }
    if (random.chance(shape.slow)) continue;
    running.splice(running.indexOf(operation), 1);
    if (random.chance(shape.pending)) {
      // An indeterminate operation took effect, takes effect later or never; its process is replaced.
      if (random.chance(0.4)) apply(operation);
      else if (random.chance(0.5)) late.push(operation);
      if (random.chance(0.8)) history.appendCompletion(time, operation.process, 'info', operation.value);
      free.push(nextProcess++);
      continue;
    }
    apply(operation);
    const lie = shape.lies > 0 && random.chance(shape.lies / shape.operations);
    const result = lie && operation.f === 'read' ? guess() : operation.result;
    const outcome = lie && operation.f !== 'read' ? (operation.outcome === 'ok' ? 'fail' : 'ok') : operation.outcome;
    history.appendCompletion(time, operation.process, outcome, result);
    free.push(operation.process);
  }
  return history;
}

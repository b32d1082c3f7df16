// Random histories of any size whose reads lag behind: one log of writes, and a copy for each thread that follows it at its own pace.
import type { Random } from '../../../framework/contracts/random.js';
import { ColumnarHistory } from '../../../framework/history/history.js';

export interface LaggingShape {
  operations: number;
  threads: number;
  keys: number;
  /** Writes that a copy may be behind. */
  lag: number;
  cas: number;
  /** Probability that a write or cas never completes, and that a process is replaced. */
  crashed: number;
}

interface Copy {
  at: number;
  state: (number | null)[];
}

interface Running {
  f: string;
  key: number;
  asked: unknown;
  done: boolean;
  type: 'ok' | 'fail';
  result: unknown;
}

/** Sequentially consistent, and hardly ever linearizable. Each value is written once. */
export function laggingHistory(random: Random, shape: LaggingShape): ColumnarHistory {
  const { keys, threads } = shape;
  const history = new ColumnarHistory();
  const log: [key: number, value: number][] = [];
  const newest: (number | null)[] = new Array(keys).fill(null);
  const copies = Array.from({ length: threads }, (): Copy => ({ at: 0, state: new Array(keys).fill(null) }));
  const processes = copies.map((_, thread) => thread);
  const running: (Running | null)[] = copies.map(() => null);
  const late: [number, number][] = [];
  let nextProcess = threads;
  let fresh = 0;
  let time = 0;
  let started = 0;
  const append = (key: number, value: number) => {
    log.push([key, value]);
    newest[key] = value;
  };
  const follow = (copy: Copy, to: number) => {
    for (; copy.at < to; copy.at++) copy.state[log[copy.at]![0]] = log[copy.at]![1];
  };
  const start = (): Running => {
    const key = random.int(keys);
    const draw = random.float();
    const f = draw < 0.5 ? 'read' : draw < 0.5 + shape.cas ? 'cas' : 'write';
    const asked = f === 'read' ? null : f === 'write' ? fresh++ : [newest[key]!, fresh++];
    return { f, key, asked, done: false, type: 'ok', result: asked };
  };
  const carryOut = (operation: Running, copy: Copy) => {
    operation.done = true;
    const { f, key, asked } = operation;
    if (f === 'read') {
      follow(copy, Math.max(copy.at, log.length - random.int(shape.lag)));
      operation.result = copy.state[key];
      return;
    }
    if (f === 'write') append(key, asked as number);
    else if (newest[key] === (asked as unknown[])[0]) append(key, (asked as number[])[1]!);
    else operation.type = 'fail';
    follow(copy, log.length);
  };
  /** It takes effect now, later or never. */
  const crash = ({ f, key, asked }: Running) => {
    const fate = random.float();
    if (f === 'write' && fate < 0.3) append(key, asked as number);
    else if (f === 'write' && fate < 0.6) late.push([key, asked as number]);
  };
  while (started < shape.operations || running.some((one) => one !== null)) {
    time += 1000;
    if (late.length > 0 && random.chance(0.05)) append(...late.splice(random.int(late.length), 1)[0]!);
    const thread = random.int(threads);
    const operation = running[thread]!;
    const replaced = random.chance(shape.crashed);
    if (operation === null) {
      if (started === shape.operations) continue;
      started++;
      const next = start();
      running[thread] = next;
      history.appendInvoke(time, processes[thread]!, next.f, `k${next.key}`, next.asked, undefined);
      continue;
    }
    if (!operation.done && !(replaced && operation.f !== 'read')) {
      carryOut(operation, copies[thread]!);
      continue;
    }
    running[thread] = null;
    if (!operation.done) crash(operation);
    history.appendCompletion(time, processes[thread]!, operation.done ? operation.type : 'info', operation.result);
    if (!operation.done || replaced) processes[thread] = nextProcess++;
  }
  return history;
}

// Random small histories of registers for differential tests: what processes saw comes from one order, from stale copies, or from nowhere.
import type { Random } from '../../../framework/contracts/random.js';
import { ColumnarHistory } from '../../../framework/history/history.js';

export interface RandomShape {
  processes: number;
  operations: number;
  keys: number;
  /** Values are 0 .. values-1; null: each value is written once. */
  values: number | null;
  /** Weights of read, write and cas. */
  mix: readonly [read: number, write: number, cas: number];
  /** Probability that a write or cas never completes; its process may go on under the same number. */
  pending: number;
  /** Probability that a read returns anything that was written to its key, or null. */
  lies: number;
  /** Probability that a completion is put off, so that operations overlap. */
  slow: number;
}

interface Step {
  process: number;
  key: number;
  f: string;
  asked: unknown;
  result: unknown;
  type: 'ok' | 'fail' | 'info' | 'open';
}

/**
 * Sequentially consistent unless there are lies: the steps are carried out in one order, but each process reports its own at
 * its own pace, so that real time says nothing.
 */
export function randomHistory(random: Random, shape: RandomShape): ColumnarHistory {
  return stretched(random, shape, steps(random, shape));
}

function steps(random: Random, shape: RandomShape): Step[] {
  const state: unknown[] = new Array(shape.keys).fill(null);
  const written: unknown[][] = Array.from({ length: shape.keys }, () => [null]);
  const [reads, writes, cas] = shape.mix;
  let fresh = 0;
  return Array.from({ length: shape.operations }, (): Step => {
    const process = random.int(shape.processes);
    const key = random.int(shape.keys);
    const draw = random.int(reads + writes + cas);
    const lie = random.chance(shape.lies);
    if (draw < reads) {
      const result = lie ? random.pick(written[key]!) : state[key];
      return { process, key, f: 'read', asked: null, result, type: 'ok' };
    }
    const value = shape.values === null ? fresh++ : random.int(shape.values);
    const type = random.chance(shape.pending) ? random.pick(['info', 'open'] as const) : 'ok';
    const happens = type === 'ok' || random.chance(0.5);
    written[key]!.push(value);
    if (draw < reads + writes) {
      if (happens) state[key] = value;
      return { process, key, f: 'write', asked: value, result: value, type };
    }
    const from = lie || random.chance(0.2) ? random.pick(written[key]!) : state[key];
    const succeeds = lie ? random.chance(0.5) : state[key] === from;
    if (happens && succeeds) state[key] = value;
    return {
      process,
      key,
      f: 'cas',
      asked: [from, value],
      result: [from, value],
      type: type === 'ok' && !succeeds ? 'fail' : type,
    };
  });
}

/** Each process carries out its steps in their order; how the processes overlap is random. */
function stretched(random: Random, shape: RandomShape, all: readonly Step[]): ColumnarHistory {
  const history = new ColumnarHistory();
  const queues = Array.from({ length: shape.processes }, (_, process) =>
    all.filter((step) => step.process === process),
  );
  const numbers = queues.map((_, process) => process);
  const running = new Map<number, Step>();
  let nextNumber = shape.processes;
  let time = 0;
  const busy = () => queues.flatMap((queue, process) => (queue.length > 0 || running.has(process) ? [process] : []));
  for (let left = busy(); left.length > 0; left = busy()) {
    const process = random.pick(left);
    time += 1 + random.int(1000);
    const step = running.get(process);
    if (step === undefined) {
      const next = queues[process]!.shift()!;
      running.set(process, next);
      const key = shape.keys > 1 ? `k${next.key}` : undefined;
      history.appendInvoke(time, numbers[process]!, next.f, key, next.asked, `n${(process % 3) + 1}`);
    } else if (!random.chance(shape.slow)) {
      running.delete(process);
      if (step.type === 'open') {
        numbers[process] = nextNumber++;
        continue;
      }
      history.appendCompletion(time, numbers[process]!, step.type, step.result);
      if (step.type === 'info' && random.chance(0.5)) numbers[process] = nextNumber++;
    }
  }
  return history;
}

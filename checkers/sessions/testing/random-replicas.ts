// Random small histories of registers whose reads may be answered from old copies: never from the future, never from nowhere.
import type { Random } from '../../../framework/contracts/random.js';
import { ColumnarHistory } from '../../../framework/history/history.js';

export interface ReplicasShape {
  processes: number;
  operations: number;
  keys: number;
  mix: readonly [read: number, write: number, cas: number];
  /** Probability that a read, or the comparison of a cas, is answered by any version that was there so far. */
  stale: number;
  pending: number;
}

interface Running {
  process: number;
  f: string;
  key: number;
  value: unknown;
  result: unknown;
}

/** Each value is written once; linearizable where nothing is stale. */
export function randomReplicas(random: Random, shape: ReplicasShape): ColumnarHistory {
  const history = new ColumnarHistory();
  const versions: (number | null)[][] = Array.from({ length: shape.keys }, () => [null]);
  const seen = (key: number) => (random.chance(shape.stale) ? random.pick(versions[key]!) : versions[key]!.at(-1)!);
  let free = Array.from({ length: shape.processes }, (_, process) => process);
  let nextProcess = shape.processes;
  const running: Running[] = [];
  let fresh = 0;
  let time = 0;
  const start = (process: number) => {
    const key = random.int(shape.keys);
    const [reads, writes, cas] = shape.mix;
    const draw = random.int(reads + writes + cas);
    const f = draw < reads ? 'read' : draw < reads + writes ? 'write' : 'cas';
    // A cas acts at its invocation, since what it compares with is asked there.
    const from = f === 'cas' ? seen(key) : null;
    const value = f === 'read' ? null : f === 'write' ? fresh++ : [from, fresh++];
    history.appendInvoke(time, process, f, `k${key}`, value, `n${(process % 3) + 1}`);
    if (f === 'cas') versions[key]!.push(fresh - 1);
    if (f === 'write' && random.chance(0.5)) versions[key]!.push(fresh - 1);
    running.push({ process, f, key, value, result: f === 'read' && random.chance(0.5) ? seen(key) : value });
  };
  const finish = ({ process, f, key, value, result }: Running) => {
    if (random.chance(shape.pending)) {
      if (random.chance(0.5)) history.appendCompletion(time, process, 'info', value);
      free.push(nextProcess++);
      return;
    }
    if (f === 'write' && !versions[key]!.includes(value as number)) versions[key]!.push(value as number);
    history.appendCompletion(time, process, 'ok', f === 'read' ? (result ?? seen(key)) : value);
    free.push(process);
  };
  for (let started = 0; started < shape.operations || running.length > 0; ) {
    time += 1 + random.int(1000);
    if (started < shape.operations && free.length > 0 && (running.length === 0 || random.chance(0.5))) {
      const process = random.pick(free);
      free = free.filter((one) => one !== process);
      start(process);
      started++;
    } else if (running.length > 0) {
      finish(running.splice(random.int(running.length), 1)[0]!);
    }
  }
  return history;
}

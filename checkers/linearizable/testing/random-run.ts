// Random histories for any model: an honest run in some order, stretched into overlapping intervals, then damaged.
import type { Random } from '../../../framework/contracts/random.js';
import { ColumnarHistory } from '../../../framework/history/history.js';
import { createRandom } from '../../../framework/time/random.js';

/** An operation that takes effect now. `returns`: its output is what came out rather than a copy of what was asked. */
export interface Done {
  f: string;
  input: unknown;
  output: unknown;
  returns: boolean;
}

export interface Reference {
  /** Carries out one random operation of the process; null: it can do nothing now. */
  perform(random: Random, process: number): Done | null;
  /** Another output for an operation that returns one. */
  lie(random: Random, done: Done): unknown;
}

export interface RunShape {
  operations: number;
  /** Processes at work at a time; one that leaves an operation open is replaced. */
  processes: number;
  /** How far invocations and completions are from the instant of effect, in operations. */
  stretch: number;
  /** Probability that an operation never completes. */
  pending: number;
  /** Probability that a pending operation never took effect. */
  dropped: number;
  /** Probability that a completed operation says that it failed. */
  failed: number;
  /** Probability that a completed operation returns something else, or, where it returns nothing, that it had no effect. */
  lies: number;
}

interface Planned extends Done {
  process: number;
  begin: number;
  /** Infinity: never. */
  end: number;
  failed: boolean;
}

const SEEDS = 2 ** 32;

/**
 * Linearizable for the model that `make` implements if there are no lies. `make` is called again for every operation that is to
 * have no effect, with all operations before it done once more: references are simple, and histories short.
 */
export function randomRun(random: Random, shape: RunShape, make: () => Reference): ColumnarHistory {
  return recorded([planned(random, shape, make)]);
}

/** The same on several keys, named `x0`, `x1` and so on, with processes of their own. */
export function randomRuns(random: Random, shape: RunShape, make: () => Reference, keys: number): ColumnarHistory {
  return recorded(Array.from({ length: keys }, () => planned(random, shape, make)));
}

function planned(random: Random, shape: RunShape, make: () => Reference): Planned[] {
  const operations: Planned[] = [];
  const processes = Array.from({ length: shape.processes }, (_, process) => ({ process, free: -1 }));
  let fresh = shape.processes;
  let reference = make();
  const past: { seed: number; process: number }[] = [];
  const replay = () => {
    reference = make();
    for (const { seed, process } of past) reference.perform(createRandom(seed, ''), process);
  };
  // Something happens in it, unless nothing can.
  const isEmpty = () => operations.every(({ failed }) => failed);
  for (let at = 0; at < shape.operations || (at < 10 * shape.operations && isEmpty()); at++) {
    const idle = processes.filter(({ free }) => free < at);
    if (idle.length === 0) continue;
    const worker = idle[random.int(idle.length)]!;
    const { process } = worker;
    const seed = random.int(SEEDS);
    const done = reference.perform(createRandom(seed, ''), process);
    if (done === null) continue;
    past.push({ seed, process });
    const begin = Math.max(at - random.float() * shape.stretch, worker.free + 1e-9);
    const pending = random.chance(shape.pending);
    const end = pending ? Number.POSITIVE_INFINITY : at + random.float() * shape.stretch;
    const operation: Planned = { ...done, process, begin, end, failed: false };
    const noEffect = () => {
      past.pop();
      replay();
    };
    if (pending) {
      worker.process = fresh++;
      worker.free = at;
      if (random.chance(shape.dropped)) noEffect();
    } else {
      worker.free = end;
      if (random.chance(shape.failed)) {
        operation.failed = true;
        noEffect();
      } else if (random.chance(shape.lies)) {
        if (done.returns) operation.output = reference.lie(random, done);
        else noEffect();
      }
    }
    operations.push(operation);
  }
  return operations;
}

function recorded(runs: readonly (readonly Planned[])[]): ColumnarHistory {
  const processes = 1 + Math.max(0, ...runs.flat().map(({ process }) => process));
  const events = runs.flatMap((operations, run) =>
    operations.flatMap((operation) => {
      const process = run * processes + operation.process;
      const begin = { at: operation.begin, operation, run, process, end: false };
      return operation.end === Number.POSITIVE_INFINITY ? [begin] : [begin, { ...begin, at: operation.end, end: true }];
    }),
  );
  events.sort((a, b) => a.at - b.at || a.process - b.process);
  const history = new ColumnarHistory();
  for (const [time, { operation, run, process, end }] of events.entries()) {
    const { f, input, output, failed } = operation;
    if (!end) history.appendInvoke(time, process, f, runs.length > 1 ? `x${run}` : undefined, input, undefined);
    else history.appendCompletion(time, process, failed ? 'fail' : 'ok', failed ? input : output);
  }
  return history;
}

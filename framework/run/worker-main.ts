// The main of a checker's thread: loads one module and calls what it exports, one call after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../contracts/error.js';
import type { WorkerContext } from '../contracts/workers.js';

export interface Setting {
  /** URL of the module. */
  module: string;
  /** Shared; 1 when the work is no longer wanted. */
  flag: Int32Array;
}

export interface Call {
  id: number;
  name: string;
  argument: unknown;
}

export interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

type Exported = (argument: unknown, context: WorkerContext) => unknown;

const { module, flag } = workerData as Setting;
const port = parentPort!;
const start = performance.now();
const context: WorkerContext = {
  cancelled: () => Atomics.load(flag, 0) !== 0,
  elapsed: () => performance.now() - start,
};
const exported = import(module) as Promise<Record<string, Exported | undefined>>;

async function answer({ id, name, argument }: Call): Promise<Answer> {
  try {
    const work = (await exported)[name];
    if (work === undefined) throw new RangeError(`${module} exports no ${name}`);
    return { id, result: await work(argument, context) };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

port.on('message', (call: Call) => {
  void answer(call).then((result) => port.postMessage(result));
});

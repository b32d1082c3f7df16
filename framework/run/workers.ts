// Threads for checkers: each loads one compiled module, and is told when the user has asked to stop.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import { ChaosError } from '../contracts/error.js';
import type { Worker, Workers } from '../contracts/workers.js';
import type { Answer, Call, Setting } from './worker-main.js';

const MAIN = new URL('./worker-main.js', import.meta.url);

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** As many threads as there are cores, or `count`. After an abort their work is told to end, not cut off. */
export function workers(signal: AbortSignal, count = availableParallelism()): Workers {
  // Most runs never need a thread: nothing listens to their signal.
  let flag: Int32Array | undefined;
  const raised = () => {
    const made = new Int32Array(new SharedArrayBuffer(4));
    const raise = () => Atomics.store(made, 0, 1);
    if (signal.aborted) raise();
    else signal.addEventListener('abort', raise, { once: true });
    return made;
  };
  return {
    count,
    start(module) {
      if (!existsSync(MAIN) || !existsSync(fileURLToPath(module))) return null;
      flag ??= raised();
      return startOne(module, flag);
    },
  };
}

function startOne(module: string, flag: Int32Array): Worker {
  const setting: Setting = { module, flag };
  // Searches make many short-lived states, and the default for threads is small.
  const thread = new Thread(MAIN, { workerData: setting, resourceLimits: { maxYoungGenerationSizeMb: 128 } });
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let broken: Error | null = null;
  const fail = (error: Error) => {
    broken ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  thread.on('message', ({ id, result, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new ChaosError('thread-failed', `a thread failed: ${error}`, { kind: 'internal' }));
  });
  thread.on('error', fail);
  thread.on('exit', () => fail(new ChaosError('thread-ended', 'a thread has ended', { kind: 'internal' })));
  return {
    call(name, argument) {
      return new Promise((resolve, reject) => {
        if (broken !== null) {
          reject(broken);
          return;
        }
        const call: Call = { id: calls++, name, argument };
        waiting.set(call.id, { resolve, reject });
        thread.postMessage(call);
      });
    },
    end() {
      thread.removeAllListeners('exit');
      void thread.terminate();
    },
  };
}

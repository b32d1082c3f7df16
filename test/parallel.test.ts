// Threads change how long a check takes, and nothing else. Threads run compiled code, so this uses what `npm run build` made.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type * as Check from '../checkers/linearizable/check.js';
import type { Workers } from '../framework/contracts/workers.js';
import { ColumnarHistory } from '../framework/history/history.js';
import type * as Threads from '../framework/run/workers.js';

const dist = resolve(import.meta.dirname, '../dist');
const compiled = <T>(file: string) => import(pathToFileURL(join(dist, file)).href) as Promise<T>;

/** Keys whose elements could have been enqueued in any order, and come out in one that is impossible in the end. */
function hard(keys: number, elements: number): ColumnarHistory {
  const history = new ColumnarHistory();
  let time = 0;
  for (let key = 0; key < keys; key++) {
    for (let i = 0; i < elements; i++) history.appendInvoke(time++, key * 100 + i, 'enqueue', key, i, undefined);
    for (let i = 0; i < elements; i++) history.appendCompletion(time++, key * 100 + i, 'ok', i);
    for (let i = elements - 1; i >= 0; i--) {
      history.appendInvoke(time++, key * 100, 'dequeue', key, null, undefined);
      history.appendCompletion(time++, key * 100, 'ok', i === 0 ? 99 : i);
    }
  }
  return history;
}

describe('the search in threads', () => {
  it('comes to the same answer with one, two and three of them, and uses them', async () => {
    const { checkLinearizable, checkLinearizableWith } = await compiled<typeof Check>('checkers/linearizable/check.js');
    const { workers } = await compiled<typeof Threads>('framework/run/workers.js');
    const history = hard(2, 8);
    // The evidence is found afterwards, in one thread, and takes longer than all else.
    const options = { model: 'fifo-queue', monitors: false, evidence: false };
    const expected = checkLinearizable(history, options);
    expect(expected.valid).toBe(false);
    expect(expected.configurations).toBeGreaterThan(150_000);
    for (const count of [1, 2, 3]) {
      let started = 0;
      const threads = workers(new AbortController().signal, count);
      const counted: Workers = {
        count,
        start(module) {
          started++;
          return threads.start(module);
        },
      };
      expect(await checkLinearizableWith(counted, history, options), `${count} threads`).toEqual(expected);
      expect(started).toBe(Math.min(count, 2));
    }
  }, 120_000);

  it('ends soon after it was asked to stop, and says how far it came', async () => {
    const { checkLinearizableWith } = await compiled<typeof Check>('checkers/linearizable/check.js');
    const { workers } = await compiled<typeof Threads>('framework/run/workers.js');
    const controller = new AbortController();
    const threads = workers(controller.signal, 2);
    let calls = 0;
    const stopping: Workers = {
      count: 2,
      start(module) {
        const worker = threads.start(module)!;
        return {
          call(name, argument) {
            if (++calls === 4) controller.abort();
            return worker.call(name, argument);
          },
          end: () => worker.end(),
        };
      },
    };
    const options = { model: 'fifo-queue', monitors: false, budget: 1e9, memory: 2 ** 30, evidence: false };
    const cancelled = () => controller.signal.aborted;
    const result = await checkLinearizableWith(stopping, hard(2, 14), { ...options, cancelled });
    expect(result.valid).toBe('unknown');
    expect(result.keys.map(({ ended }) => ended)).toEqual(['cancelled', 'cancelled']);
    expect(result.keys.every(({ configurations }) => configurations > 16_000)).toBe(true);
  });
});

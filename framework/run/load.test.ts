import { describe, expect, it } from 'vitest';
import type { Completion, Invocation } from '../contracts/operation.js';
import type { OperationGenerator } from '../contracts/workload.js';
import { ColumnarHistory } from '../history/history.js';
import { createRandom } from '../time/random.js';
import { virtualWorld } from '../time/virtual.js';
import type { Caller } from './caller.js';
import { Clients } from './clients.js';
import { Load } from './load.js';

type Answer = { after: number; completion: Completion } | 'silence';

/** Clients whose operations are answered as `answer` says; runs them for `load` ms. */
async function drive(options: {
  threads: number;
  rate: number | null;
  load: number;
  answer: (operation: Invocation, process: number) => Answer;
  operations?: (process: number) => OperationGenerator;
}) {
  const { clock, drive: run } = virtualWorld();
  const history = new ColumnarHistory();
  const errors: unknown[] = [];
  const load = new Load(clock, createRandom(1, 'arrivals'), options.threads, options.rate);
  let most = 0;
  let serial = 0;
  function* writes(): OperationGenerator {
    for (;;) yield { f: 'write', value: serial++ };
  }
  const clients: Clients = new Clients({
    clock,
    sink: {
      invoke: (...args) => {
        most = Math.max(most, clients.outstanding + 1);
        return history.appendInvoke(...args);
      },
      complete: (...args) => history.appendCompletion(...args),
    },
    maker: {
      operations: options.operations ?? writes,
      caller: (process): Caller => ({
        invoke: (operation, _node, done) => {
          const answer = options.answer(operation, process);
          if (answer !== 'silence') clock.schedule(clock.now() + answer.after * 1e6, () => done(answer.completion));
        },
        abandon: () => {},
        close: () => {},
      }),
      home: (thread) => `n${thread + 1}`,
      route: (thread) => `n${thread + 1}`,
      readOnly: (f) => f === 'read',
    },
    threads: options.threads,
    firstProcess: 0,
    timeout: 100,
    onIdle: (thread) => load.onIdle(thread),
    onError: (error) => errors.push(error),
  });
  await run(async () => {
    load.start(clients);
    await clock.sleep(options.load);
    load.stop();
    await clients.quiet();
  });
  return { history, load, clients, most, errors, now: clock.now() };
}

const ok = (after: number): Answer => ({ after, completion: { type: 'ok', value: null } });

describe('load', () => {
  it('open loop: issues at the rate, in order of time, with at most one operation a process', async () => {
    const { history, load, most } = await drive({ threads: 10, rate: 100, load: 60_000, answer: () => ok(5) });
    expect(load.issued).toBeGreaterThan(5800);
    expect(load.issued).toBeLessThan(6200);
    expect(load.shed).toBe(0);
    expect(most).toBeLessThanOrEqual(10);
    expect([...history.operations()].every((operation) => operation.outcome === 'ok')).toBe(true);
  });

  it('open loop: clients that cannot keep up shed, with a bounded backlog, and the achieved rate tells', async () => {
    const { load } = await drive({ threads: 2, rate: 100, load: 10_000, answer: () => ok(50) });
    expect(load.issued).toBeGreaterThan(380);
    expect(load.issued).toBeLessThanOrEqual(402);
    expect(load.shed).toBeGreaterThan(500);
  });

  it('closed loop: every client issues as soon as it is answered', async () => {
    const { load } = await drive({ threads: 3, rate: null, load: 1000, answer: () => ok(10) });
    expect(load.issued).toBeGreaterThanOrEqual(300);
    expect(load.issued).toBeLessThanOrEqual(303);
  });

  it('silence is info after the time-out, retires the process, and a fresh one takes its place', async () => {
    const { history, clients, now } = await drive({ threads: 2, rate: null, load: 1000, answer: () => 'silence' });
    const operations = [...history.operations()];
    expect(operations.every(({ outcome, error }) => outcome === 'info' && error === 'timeout')).toBe(true);
    expect(operations.every(({ invoked, completed }) => completed! - invoked === 100e6)).toBe(true);
    expect(new Set(operations.map(({ process }) => process)).size).toBe(operations.length);
    expect(clients.counts.info).toBe(operations.length);
    expect(now).toBeLessThanOrEqual(1100e6);
  });

  it('a silent read is a fail, and its process lives on', async () => {
    function* reads(): OperationGenerator {
      for (;;) yield { f: 'read', value: null };
    }
    const { history } = await drive({
      threads: 1,
      rate: null,
      load: 1000,
      answer: () => 'silence',
      operations: reads,
    });
    const operations = [...history.operations()];
    expect(operations.length).toBeGreaterThan(5);
    expect(operations.every(({ outcome, process }) => outcome === 'fail' && process === 0)).toBe(true);
  });

  it('generators see what came of their operations, also of the one that retires them', async () => {
    const seen: string[] = [];
    function* watching(process: number): OperationGenerator {
      for (let i = 0; ; i++) {
        const completion = yield { f: 'write', value: i };
        seen.push(`${process}:${i}:${completion?.type}`);
      }
    }
    await drive({
      threads: 1,
      rate: null,
      load: 115,
      answer: (operation) => (operation.value === 1 ? 'silence' : ok(10)),
      operations: watching,
    });
    expect(seen.slice(0, 2)).toEqual(['0:0:ok', '0:1:info']);
  });

  it('a late answer to an operation that timed out is not taken for the next one', async () => {
    const { history } = await drive({
      threads: 1,
      rate: null,
      load: 500,
      answer: (operation) =>
        operation.f === 'read' ? { after: 150, completion: { type: 'ok', value: 'late' } } : ok(1),
      operations: function* () {
        yield { f: 'read', value: null };
        for (;;) yield { f: 'write', value: 1 };
      },
    });
    const [read, ...writes] = [...history.operations()];
    expect(read).toMatchObject({ outcome: 'fail', error: 'timeout' });
    expect(writes.every(({ value }) => value === null)).toBe(true);
  });

  it('a generator that throws ends the run with its error', async () => {
    const { errors } = await drive({
      threads: 1,
      rate: null,
      load: 10,
      answer: () => ok(1),
      operations: function* () {
        yield { f: 'write', value: 1 };
        throw new Error('broken generator');
      },
    });
    expect(errors).toMatchObject([{ message: 'broken generator' }]);
  });
});

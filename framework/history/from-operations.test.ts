import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { EVENT_TYPES, type History } from '../contracts/history.js';
import { historyOfOperations, type LooseOperation } from './from-operations.js';
import { Recorder } from './recorder.js';
import { anyCalls, replay } from './testing/histories.js';

/** Events in short: `+0` invocation by process 0, `-0` its completion. */
const order = ({ columns }: History) =>
  Array.from(
    { length: columns.length },
    (_, row) => `${columns.type[row] === 0 ? '+' : '-'}${columns.process[row]}`,
  ).join(' ');

const write = (
  process: number,
  invoked: number,
  completed?: number,
  more: Partial<LooseOperation> = {},
): LooseOperation => ({
  process,
  f: 'write',
  asked: process,
  invoked,
  ...(completed === undefined ? {} : { completed }),
  ...more,
});

describe('the order of events', () => {
  it('is that of their times, whatever the order of the operations', () => {
    const operations = [write(0, 0, 10), write(1, 5, 7), write(2, 8, 20), write(1, 8.5, 9)];
    expect(order(historyOfOperations(operations))).toBe('+0 +1 -1 +2 +1 -1 -0 -2');
    expect(order(historyOfOperations([...operations].reverse()))).toBe('+0 +1 -1 +2 +1 -1 -0 -2');
  });

  it('puts invocations before completions at one instant: what touches is concurrent, within a process, too', () => {
    expect(order(historyOfOperations([write(0, 0, 5), write(1, 5, 6)]))).toBe('+0 +1 -0 -1');
    const chain = historyOfOperations([write(0, 0, 5), write(1, 0, 5), write(0, 5, 6), write(1, 5, 5)]);
    expect(order(chain)).toBe('+0 +1 +0 +1 -0 -1 -1 -0');
    const completions = [...chain.operations()].map(({ index, end }) => [index, end]);
    expect(completions).toEqual([
      [0, 4],
      [1, 5],
      [2, 7],
      [3, 6],
    ]);
  });

  it('takes any iterable, of any units', () => {
    const generated = (function* () {
      yield write(0, -3, -2.5);
      yield write(1, 1e300);
    })();
    expect(order(historyOfOperations(generated))).toBe('+0 -0 +1');
  });
});

it('what was asked and what came out have two names each', () => {
  const history = historyOfOperations([
    { process: 0, f: 'cas', key: 'k', input: [1, 2], invoked: 0, completed: 1 },
    { process: 0, f: 'read', key: 'k', output: 2, invoked: 2, completed: 3 },
    { process: 0, f: 'read', invoked: 4, completed: 5, outcome: 'fail', error: 'no' },
    { process: 0, f: 'write', asked: 3, invoked: 6 },
  ]);
  expect([...history.operations()]).toMatchObject([
    { f: 'cas', key: 'k', asked: [1, 2], value: null, outcome: 'ok' },
    { f: 'read', asked: null, value: 2, outcome: 'ok' },
    { outcome: 'fail', key: undefined, error: 'no' },
    { asked: 3, outcome: 'info', completed: undefined, end: -1 },
  ]);
});

it('the operations of a history give the same history, even where times say nothing', () => {
  fc.assert(
    fc.property(anyCalls(), (calls) => {
      const recorder = new Recorder({ file: null });
      replay(calls, recorder);
      const client = [...recorder.history.operations()];
      const again = historyOfOperations(
        client.map((operation) => ({
          ...operation,
          invoked: 0,
          completed: operation.completed === undefined ? undefined : 0,
        })),
      );
      const plain = (history: History) =>
        [...history.operations()].map(({ process, f, key, asked, value, outcome }) => ({
          process,
          f,
          key,
          asked,
          value: outcome === 'ok' ? value : null,
          outcome,
        }));
      const events = ({ columns }: History) =>
        Array.from(
          { length: columns.length },
          (_, row) => `${columns.process[row]} ${EVENT_TYPES[columns.type[row]!]}`,
        ).filter((text) => !text.startsWith('-1'));
      expect(plain(again)).toEqual(plain(recorder.history));
      expect(events(again)).toEqual(events(recorder.history));
    }),
    { seed: 7, numRuns: 200 },
  );
});

describe('what is refused, with the operation', () => {
  it.each<[string, LooseOperation[], string, RegExp]>([
    [
      'two operations open',
      [write(0, 0, 5), write(0, 3, 6)],
      'history-open',
      /operation 1 \(write of process 0\) was invoked while operation 0/,
    ],
    ['one open for ever', [write(0, 0), write(0, 3, 6)], 'history-open', /operation 1/],
    [
      'a completion too early',
      [write(0, 0, 1), write(1, 5, 4)],
      'operation-times',
      /operation 1 .* completed at 4, before it was invoked at 5/,
    ],
    [
      'no time',
      [{ process: 0, f: 'read' } as unknown as LooseOperation],
      'operation-malformed',
      /operation 0: "invoked" is undefined/,
    ],
    ['a time that is none', [write(0, 0, Number.NaN)], 'operation-malformed', /"completed" is NaN/],
    ['ok without completion', [write(0, 0, undefined, { outcome: 'ok' })], 'operation-malformed', /never completed/],
    ['a process that is none', [write(-1, 0, 1)], 'operation-malformed', /"process" is -1/],
    [
      'no function',
      [{ process: 0, invoked: 0 } as unknown as LooseOperation],
      'operation-malformed',
      /"f" is undefined/,
    ],
    [
      'an outcome that is none',
      [write(0, 0, 1, { outcome: 'maybe' as 'ok' })],
      'operation-malformed',
      /"outcome" is maybe/,
    ],
    ['a value that is no JSON', [write(0, 0, 1, { asked: new Map() })], 'operation-malformed', /no plain map/],
    ['NaN', [write(0, 0, 1, { value: Number.NaN })], 'operation-malformed', /out of range/],
    ['a bigint', [write(0, 0, 1, { asked: 1n })], 'operation-malformed', /bigint/],
    ['nothing', [null as unknown as LooseOperation], 'operation-malformed', /an object is expected/],
  ])('%s', (_, operations, code, message) => {
    let error: unknown;
    try {
      historyOfOperations(operations);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ChaosError);
    expect(error).toMatchObject({
      code,
      kind: 'usage',
      message: expect.stringMatching(message),
      event: expect.any(Number),
    });
  });
});

import { describe, expect, it } from 'vitest';
import { checkLinearizable } from '../check.js';
import { fifoQueue } from '../models/fifo-queue.js';
import { type AnyModel, ILLEGAL } from '../models/model.js';
import { unorderedQueue } from '../models/unordered-queue.js';
import type { Machine } from '../prepare/machine.js';
import { distinctContainer, inTurn, judgeRandom, judgeTimed, type Timed, timed } from '../testing/containers.js';
import { Bag } from './bag.js';

const make = (machine: Machine) => new Bag(machine);
const reference = (look: string | null) =>
  distinctContainer(['enqueue', 'dequeue', look], 0.45, (random, elements) => random.int(elements.length));

describe('the bag monitor', () => {
  it('agrees with the brute-force judge at every cutoff, and its hints prove what they should', () => {
    const trials = judgeRandom(unorderedQueue, make, () => reference(null), 2000);
    expect(trials.objections).toEqual([]);
    expect(trials.linearizable).toBeGreaterThan(5000);
    expect(trials.illegal).toBeGreaterThan(500);
    expect(trials.obstacle).toBeLessThan(20);
  });

  it('judges bags of users, which may have looks', () => {
    const trials = judgeRandom(peekable, make, () => reference('peek'), 800);
    expect(trials.objections).toEqual([]);
    expect(trials.linearizable).toBeGreaterThan(2000);
    expect(trials.illegal).toBeGreaterThan(300);
    const history = timed(
      inTurn([
        ['enqueue', 1],
        ['dequeue', 1],
        ['peek', 1],
      ]),
    );
    const { valid, keys } = checkLinearizable(history, { model: peekable });
    expect([valid, keys[0]!.algorithm]).toEqual([false, 'bag']);
  });

  const lies: readonly (readonly [name: string, operations: Timed[], hint: number[]])[] = [
    [
      'an element that nobody put',
      inTurn([
        ['enqueue', 1],
        ['dequeue', 2],
      ]),
      [1],
    ],
    [
      'an element taken before it was put',
      inTurn([
        ['dequeue', 1],
        ['enqueue', 1],
      ]),
      [0],
    ],
    [
      'an element taken twice',
      inTurn([
        ['enqueue', 1],
        ['dequeue', 1],
        ['dequeue', 1],
      ]),
      [1, 2],
    ],
    [
      'a false empty',
      inTurn([
        ['enqueue', 1],
        ['dequeue', null],
        ['dequeue', 1],
      ]),
      [0, 1, 2],
    ],
    [
      'a lost element',
      inTurn([
        ['enqueue', 1],
        ['dequeue', null],
      ]),
      [0, 1],
    ],
    [
      'an empty bag in spite of two elements in turn',
      [
        ['enqueue', 1, 0, 1],
        ['dequeue', null, 2, 9],
        ['enqueue', 2, 3, 4],
        ['dequeue', 1, 5, 6],
        ['dequeue', 2, 10, 11],
      ],
      [0, 1, 2, 3, 4],
    ],
    [
      'one pending dequeue for two elements',
      [
        ['dequeue', undefined, 0, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['enqueue', 2],
            ['dequeue', null],
          ],
          10,
        ),
      ],
      [1, 2, 3],
    ],
    [
      'a pending dequeue that comes too late',
      [
        ['enqueue', 1, 0, 1],
        ['dequeue', null, 2, 3],
        ['dequeue', undefined, 4, null],
      ],
      [0, 1],
    ],
  ];

  it.each(lies)('catches %s', (_, operations, hint) => {
    const { judgement, objected } = judgeTimed(unorderedQueue, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'illegal', hint });
  });

  const honest: readonly (readonly [name: string, operations: Timed[]])[] = [
    [
      'any order',
      inTurn([
        ['dequeue', null],
        ['enqueue', 1],
        ['enqueue', 2],
        ['enqueue', 3],
        ['dequeue', 2],
        ['dequeue', 1],
      ]),
    ],
    [
      'an enqueue that never returned but took effect',
      [
        ['enqueue', 1, 0, null],
        ['dequeue', 1, 1, 2],
        ['dequeue', null, 3, 4],
      ],
    ],
    [
      'an enqueue that never returned and nobody saw',
      [
        ['enqueue', 1, 0, null],
        ['dequeue', null, 1, 2],
      ],
    ],
    [
      'pending dequeues that emptied the bag',
      [
        ['dequeue', undefined, 0, null],
        ['dequeue', undefined, 1, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['enqueue', 2],
            ['dequeue', null],
          ],
          10,
        ),
      ],
    ],
    [
      'a pending dequeue that took nothing',
      [
        ['dequeue', undefined, 0, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['dequeue', 1],
          ],
          10,
        ),
      ],
    ],
    [
      'a moment without elements',
      [
        ['enqueue', 1, 0, 1],
        ['dequeue', null, 2, 9],
        ['dequeue', 1, 3, 8],
        ['enqueue', 2, 4, 5],
        ['dequeue', 2, 10, 11],
      ],
    ],
  ];

  it.each(honest)('passes %s', (_, operations) => {
    const { judgement, objected } = judgeTimed(unorderedQueue, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'linearizable' });
  });

  it('leaves to the search what it has no rule for', () => {
    const judge = (operations: Timed[], initial: unknown) =>
      judgeTimed(unorderedQueue, make, operations, initial).judgement;
    expect(
      judge(
        inTurn([
          ['enqueue', 1],
          ['enqueue', 1],
        ]),
        null,
      ),
    ).toHaveProperty('obstacle');
    expect(judge(inTurn([['dequeue', 1]]), [1])).toHaveProperty('obstacle');
    expect(judge(inTurn([['enqueue', 1]]), [])).toEqual({ outcome: 'linearizable' });
  });
});

/** A bag by somebody else: states list all that it may hold, as nobody knows what pending takes took. */
const peekable: AnyModel = {
  name: 'peekable-bag',
  summary: 'A bag in which one may look.',
  functions: fifoQueue.functions,
  initial: () => [[]],
  step(state: readonly (readonly number[])[], f: string, input: unknown, output: unknown) {
    const next = state.flatMap((elements): (readonly number[])[] => {
      if (f === 'enqueue') return [[...elements, input as number].sort((a, b) => a - b)];
      if (output === undefined && f === 'dequeue') {
        return [elements, ...elements.map((_, at) => elements.toSpliced(at, 1))];
      }
      if (output === undefined || (output === null && elements.length === 0)) return [elements];
      const at = elements.indexOf(output as number);
      return at < 0 ? [] : [f === 'peek' ? elements : elements.toSpliced(at, 1)];
    });
    const texts = new Set(next.map((elements) => JSON.stringify(elements)));
    return next.length === 0 ? ILLEGAL : [...texts].sort().map((text): unknown => JSON.parse(text));
  },
  showState: (state) => JSON.stringify(state),
  showOperation: fifoQueue.showOperation,
  container: { ...fifoQueue.container!, order: 'any' },
};

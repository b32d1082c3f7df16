import { describe, expect, it } from 'vitest';
import { priorityQueue } from '../models/priority-queue.js';
import type { Machine } from '../prepare/machine.js';
import {
  compareWithSearch,
  distinctContainer,
  inTurn,
  judgeRandom,
  judgeTimed,
  type Timed,
} from '../testing/containers.js';
import { PriorityQueue } from './priority-queue.js';

const make = (machine: Machine) => new PriorityQueue(machine);
const names = ['insert', 'extract-min', 'find-min'] as const;
const reference = (puts: number) =>
  distinctContainer(names, puts, (_, elements) => elements.indexOf(Math.min(...elements)));

const lies: readonly (readonly [name: string, operations: Timed[], hint: number[]])[] = [
  ['an element that nobody put', inTurn([['extract-min', 2]]), [0]],
  [
    'an element taken twice',
    inTurn([
      ['insert', 1],
      ['extract-min', 1],
      ['extract-min', 1],
    ]),
    [1, 2],
  ],
  [
    'the greater one first',
    inTurn([
      ['insert', -1.5],
      ['insert', 2],
      ['extract-min', 2],
      ['extract-min', -1.5],
    ]),
    [0, 2, 3],
  ],
  [
    'a lost element',
    inTurn([
      ['insert', 1],
      ['insert', 1.5],
      ['extract-min', 1.5],
    ]),
    [0, 2],
  ],
  [
    'a look past the least',
    inTurn([
      ['insert', 2],
      ['insert', 1],
      ['find-min', 2],
      ['extract-min', 1],
    ]),
    [1, 2, 3],
  ],
  [
    'a false empty',
    inTurn([
      ['insert', 1],
      ['extract-min', null],
      ['extract-min', 1],
    ]),
    [0, 1, 2],
  ],
  [
    'a greater one in spite of two lesser ones in turn',
    [
      ['insert', 9, 0, 1],
      ['insert', 1, 2, 3],
      ['extract-min', 9, 4, 11],
      ['insert', 2, 5, 6],
      ['extract-min', 1, 7, 8],
      ['extract-min', 2, 12, 13],
    ],
    [1, 2, 3, 4, 5],
  ],
  [
    'a look that could only be right after its element has been taken',
    [
      ['insert', 9, 0, 1],
      ['extract-min', 9, 2, 9],
      ['insert', 1, 4, 5],
      ['find-min', 9, 6, 13],
      ['extract-min', 1, 10, 11],
    ],
    [1, 2, 3, 4],
  ],
  [
    'one pending take for two elements',
    [
      ['extract-min', undefined, 0, null],
      ...inTurn(
        [
          ['insert', 1],
          ['insert', 2],
          ['insert', 3],
          ['extract-min', 3],
        ],
        10,
      ),
    ],
    [1, 2, 4],
  ],
  [
    'a pending take that comes too late',
    [
      ['insert', 1, 0, 1],
      ['insert', 2, 2, 3],
      ['extract-min', 2, 4, 5],
      ['extract-min', undefined, 6, null],
    ],
    [0, 2],
  ],
  [
    'a pending take that comes too late for an empty queue',
    [
      ['insert', 1, 0, 1],
      ['find-min', null, 2, 3],
      ['extract-min', undefined, 4, null],
    ],
    [0, 1],
  ],
];

const honest: readonly (readonly [name: string, operations: Timed[]])[] = [
  [
    'a queue in turn',
    inTurn([
      ['find-min', null],
      ['insert', 2],
      ['insert', -0.5],
      ['insert', 1e300],
      ['find-min', -0.5],
      ['extract-min', -0.5],
      ['extract-min', 2],
      ['extract-min', 1e300],
      ['extract-min', null],
    ]),
  ],
  [
    'a greater one before the lesser one had been put for sure',
    [
      ['insert', 2, 0, 1],
      ['insert', 1, 2, 5],
      ['extract-min', 2, 3, 4],
      ['extract-min', 1, 6, 7],
    ],
  ],
  [
    'an insert that never returned but took effect',
    [
      ['insert', 1, 0, null],
      ['extract-min', 1, 1, 2],
    ],
  ],
  [
    'an insert that never returned and nobody saw',
    [
      ['insert', 1, 0, null],
      ['insert', 2, 1, 2],
      ['extract-min', 2, 3, 4],
    ],
  ],
  [
    'pending takes that took the least, and emptied the queue',
    [
      ['extract-min', undefined, 0, null],
      ['extract-min', undefined, 1, null],
      ...inTurn(
        [
          ['insert', 1],
          ['insert', 2],
          ['extract-min', 2],
          ['insert', 3],
          ['extract-min', null],
          ['insert', 4],
        ],
        10,
      ),
    ],
  ],
];

describe('the monitor of priority queues', () => {
  it('agrees with the brute-force judge at every cutoff, and its hints prove what they should', () => {
    const trials = judgeRandom(priorityQueue, make, () => reference(0.45), 1200);
    expect(trials.objections).toEqual([]);
    expect(trials.linearizable).toBeGreaterThan(4000);
    expect(trials.illegal).toBeGreaterThan(400);
    expect(trials.obstacle).toBeLessThan(20);
  });

  it('agrees with the search on longer histories', () => {
    const { differences, verdicts, monitored } = compareWithSearch(priorityQueue, 'priority-queue', reference(0.5));
    expect(differences).toEqual([]);
    expect(verdicts.true).toBeGreaterThan(12);
    expect(verdicts.false).toBeGreaterThan(3);
    expect(monitored).toBeGreaterThan(18);
  });

  it.each(lies)('catches %s', (_, operations, hint) => {
    const { judgement, objected } = judgeTimed(priorityQueue, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'illegal', hint });
  });

  it.each(honest)('passes %s', (_, operations) => {
    const { judgement, objected } = judgeTimed(priorityQueue, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'linearizable' });
  });

  it('leaves to the search what it has no rule for', () => {
    const judge = (operations: Timed[], initial: unknown) =>
      judgeTimed(priorityQueue, make, operations, initial).judgement;
    const twice = inTurn([
      ['insert', 1],
      ['insert', 1],
    ]);
    expect(judge(twice, null)).toHaveProperty('obstacle');
    expect(judge(inTurn([['extract-min', 1]]), [1])).toHaveProperty('obstacle');
    expect(judge(inTurn([['insert', 1]]), [])).toEqual({ outcome: 'linearizable' });
  });
});

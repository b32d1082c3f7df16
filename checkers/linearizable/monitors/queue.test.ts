import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../framework/time/random.js';
import { checkLinearizable } from '../check.js';
import { fifoQueue } from '../models/fifo-queue.js';
import type { Machine } from '../prepare/machine.js';
import { distinctContainer, inTurn, judgeRandom, judgeTimed, type Timed, timed } from '../testing/containers.js';
import { prepare } from '../testing/judgements.js';
import { randomRun } from '../testing/random-run.js';
import { Queue } from './queue.js';

const make = (machine: Machine) => new Queue(machine);
const reference = (puts: number) => distinctContainer(['enqueue', 'dequeue', 'peek'], puts, () => 0);

describe('the queue monitor', () => {
  it('agrees with the brute-force judge at every cutoff, and its hints prove what they should', () => {
    const trials = judgeRandom(fifoQueue, make, () => reference(0.45), 2000);
    expect(trials.objections).toEqual([]);
    expect(trials.linearizable).toBeGreaterThan(5000);
    expect(trials.illegal).toBeGreaterThan(1000);
    expect(trials.obstacle).toBeLessThan(10);
  });

  it('agrees with the search on longer histories', () => {
    const verdicts = { true: 0, false: 0, unknown: 0 };
    for (let seed = 0; seed < 60; seed++) {
      const shape = { operations: 24, processes: 4, stretch: 2, pending: 0.1, dropped: 0.5, failed: 0 };
      const lies = seed % 2 === 0 ? 0 : 0.02;
      const history = randomRun(createRandom(seed, 'longer'), { ...shape, lies }, reference(0.5));
      const [fast, slow] = [true, false].map((monitors) =>
        checkLinearizable(history, { model: fifoQueue, monitors, budget: 20_000 }),
      );
      verdicts[`${slow!.valid}`]++;
      if (slow!.valid === 'unknown') continue;
      expect(fast!.valid, `seed ${seed}`).toBe(slow!.valid);
      expect(fast!.keys[0]!.algorithm, `seed ${seed}`).toBe('queue');
      expect(fast!.keys[0]!.stuck, `seed ${seed}`).toBe(slow!.keys[0]!.stuck);
    }
    expect(verdicts.true).toBeGreaterThan(30);
    expect(verdicts.false).toBeGreaterThan(5);
    expect(verdicts.unknown).toBeLessThan(10);
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
      'a look at an element that is gone',
      inTurn([
        ['enqueue', 1],
        ['dequeue', 1],
        ['peek', 1],
      ]),
      [1, 2],
    ],
    [
      'two elements that change places',
      inTurn([
        ['enqueue', 1],
        ['enqueue', 2],
        ['dequeue', 2],
        ['dequeue', 1],
      ]),
      [0, 1, 2, 3],
    ],
    [
      'a lost element',
      inTurn([
        ['enqueue', 1],
        ['enqueue', 2],
        ['dequeue', 2],
      ]),
      [0, 1, 2],
    ],
    [
      'a look past the head',
      inTurn([
        ['enqueue', 1],
        ['enqueue', 2],
        ['peek', 2],
        ['dequeue', 1],
      ]),
      [2, 3],
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
      'an empty queue in spite of two elements in turn',
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
      'two elements seen by turns',
      [
        ['enqueue', 1, 0, 9],
        ['enqueue', 2, 1, 10],
        ['peek', 1, 2, 3],
        ['peek', 2, 4, 5],
        ['peek', 1, 6, 7],
      ],
      [2, 3, 4],
    ],
    [
      'an element taken while another was at the head',
      [
        ['enqueue', 1, 0, 9],
        ['enqueue', 2, 1, 10],
        ['peek', 1, 2, 3],
        ['dequeue', 2, 4, 5],
        ['peek', 1, 6, 7],
      ],
      [2, 3, 4],
    ],
    [
      'one pending dequeue for two elements',
      [
        ['dequeue', undefined, 0, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['enqueue', 2],
            ['enqueue', 3],
            ['dequeue', 3],
          ],
          10,
        ),
      ],
      [1, 2, 3, 4],
    ],
    [
      'a pending dequeue that comes too late',
      [
        ['enqueue', 1, 0, 1],
        ['enqueue', 2, 2, 3],
        ['dequeue', 2, 4, 5],
        ['dequeue', undefined, 6, null],
      ],
      [0, 1, 2],
    ],
    [
      'a pending dequeue that comes too late for an empty queue',
      [
        ['enqueue', 1, 0, 1],
        ['peek', null, 2, 3],
        ['dequeue', undefined, 4, null],
      ],
      [0, 1],
    ],
  ];

  it.each(lies)('catches %s', (_, operations, hint) => {
    const { judgement, objected } = judgeTimed(fifoQueue, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'illegal', hint });
  });

  const honest: readonly (readonly [name: string, operations: Timed[]])[] = [
    [
      'a queue in turn',
      inTurn([
        ['peek', null],
        ['enqueue', 1],
        ['enqueue', 2],
        ['peek', 1],
        ['dequeue', 1],
        ['dequeue', 2],
        ['dequeue', null],
      ]),
    ],
    [
      'puts that overlap',
      [
        ['enqueue', 1, 0, 3],
        ['enqueue', 2, 1, 2],
        ['dequeue', 2, 4, 5],
        ['dequeue', 1, 6, 7],
      ],
    ],
    [
      'an enqueue that never returned but took effect',
      [
        ['enqueue', 1, 0, null],
        ['dequeue', 1, 1, 2],
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
      'a pending dequeue that took what is gone',
      [
        ['dequeue', undefined, 0, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['enqueue', 2],
            ['dequeue', 2],
          ],
          10,
        ),
      ],
    ],
    [
      'pending dequeues that emptied the queue',
      [
        ['dequeue', undefined, 0, null],
        ['dequeue', undefined, 1, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['enqueue', 2],
            ['peek', 2],
            ['dequeue', null],
          ],
          10,
        ),
      ],
    ],
    [
      'pending dequeues that took nothing',
      [
        ['dequeue', undefined, 0, null],
        ['dequeue', undefined, 1, null],
        ...inTurn(
          [
            ['enqueue', 1],
            ['dequeue', 1],
            ['dequeue', null],
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
    [
      'looks that fit between others',
      [
        ['enqueue', 1, 0, 9],
        ['enqueue', 2, 1, 10],
        ['peek', 1, 2, 5],
        ['peek', 2, 3, 8],
        ['dequeue', 1, 4, 7],
      ],
    ],
  ];

  it.each(honest)('passes %s', (_, operations) => {
    const { judgement, objected } = judgeTimed(fifoQueue, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'linearizable' });
  });

  it('counts pending dequeues, however many there are', () => {
    const verdictOf = (pending: number) => {
      const dequeues = Array.from({ length: pending }, (_, i): Timed => ['dequeue', undefined, i, null]);
      const puts = Array.from({ length: 6000 }, (_, i) => ['enqueue', i] as const);
      const history = timed([...dequeues, ...inTurn([...puts, ['peek', null]], pending)]);
      const { machine, partition } = prepare(history, fifoQueue, null)!;
      return make(machine).judge(partition);
    };
    expect(verdictOf(6000)).toEqual({ outcome: 'linearizable' });
    expect(verdictOf(5999)).toMatchObject({ outcome: 'illegal', hint: { length: 6001 } });
  });

  it('leaves to the search what it has no rule for', () => {
    const judge = (operations: Timed[], initial: unknown) => judgeTimed(fifoQueue, make, operations, initial).judgement;
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

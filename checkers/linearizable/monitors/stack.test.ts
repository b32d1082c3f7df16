import { describe, expect, it } from 'vitest';
import { stack } from '../models/stack.js';
import type { Machine } from '../prepare/machine.js';
import {
  compareWithSearch,
  distinctContainer,
  inTurn,
  judgeRandom,
  judgeTimed,
  type Timed,
  timed,
} from '../testing/containers.js';
import { prepare } from '../testing/judgements.js';
import { Stack } from './stack.js';

const make = (machine: Machine) => new Stack(machine);
const reference = (puts: number) =>
  distinctContainer(['push', 'pop', 'peek'], puts, (_, elements) => elements.length - 1);

const lies: readonly (readonly [name: string, operations: Timed[], hint: number[]])[] = [
  ['an element that nobody pushed', inTurn([['pop', 2]]), [0]],
  [
    'an element taken twice',
    inTurn([
      ['push', 1],
      ['pop', 1],
      ['pop', 1],
    ]),
    [1, 2],
  ],
  [
    'the lower one first',
    inTurn([
      ['push', 1],
      ['push', 2],
      ['pop', 1],
      ['pop', 2],
    ]),
    [0, 1, 2, 3],
  ],
  [
    'a lost element',
    inTurn([
      ['push', 1],
      ['push', 2],
      ['pop', 1],
    ]),
    [0, 1, 2],
  ],
  [
    'a look past the top',
    inTurn([
      ['push', 1],
      ['push', 2],
      ['peek', 1],
      ['pop', 2],
    ]),
    [0, 1, 2, 3],
  ],
  [
    'a false empty',
    inTurn([
      ['push', 1],
      ['pop', null],
      ['pop', 1],
    ]),
    [0, 1, 2],
  ],
  [
    'an empty stack in spite of two elements in turn',
    [
      ['push', 1, 0, 2],
      ['push', 2, 1, 4],
      ['pop', null, 3, 9],
      ['pop', 1, 5, 6],
      ['pop', 2, 10, 11],
    ],
    [0, 1, 2, 3, 4],
  ],
  [
    'three elements of which none can be at the bottom, though any two fit',
    [
      ['push', 1, 0, 2],
      ['push', 2, 1, 4],
      ['push', 3, 3, 7],
      ['pop', 1, 5, 6],
      ['pop', 2, 8, 9],
      ['pop', 3, 10, 11],
    ],
    [0, 1, 2, 3, 4, 5],
  ],
  [
    'one pending pop for two elements',
    [
      ['pop', undefined, 0, null],
      ...inTurn(
        [
          ['push', 3],
          ['push', 1],
          ['push', 2],
          ['pop', 3],
        ],
        10,
      ),
    ],
    [1, 2, 3, 4],
  ],
  [
    'a pending pop that comes too late',
    [
      ['push', 1, 0, 1],
      ['push', 2, 2, 3],
      ['pop', 1, 4, 5],
      ['pop', undefined, 6, null],
    ],
    [0, 1, 2],
  ],
  [
    'a pending pop that comes too late for an empty stack',
    [
      ['push', 1, 0, 1],
      ['peek', null, 2, 3],
      ['pop', undefined, 4, null],
    ],
    [0, 1],
  ],
];

const honest: readonly (readonly [name: string, operations: Timed[]])[] = [
  [
    'a stack in turn',
    inTurn([
      ['peek', null],
      ['push', 1],
      ['push', 2],
      ['peek', 2],
      ['pop', 2],
      ['peek', 1],
      ['pop', 1],
      ['pop', null],
    ]),
  ],
  [
    'pushes that overlap',
    [
      ['push', 1, 0, 3],
      ['push', 2, 1, 2],
      ['pop', 1, 4, 5],
      ['pop', 2, 6, 7],
    ],
  ],
  [
    'a push that never returned but took effect',
    [
      ['push', 1, 0, null],
      ['pop', 1, 1, 2],
    ],
  ],
  [
    'a push that never returned and nobody saw',
    [
      ['push', 1, 0, null],
      ['pop', null, 1, 2],
    ],
  ],
  [
    'pending pops that took what lay above, and emptied the stack',
    [
      ['pop', undefined, 0, null],
      ['pop', undefined, 1, null],
      ...inTurn(
        [
          ['push', 1],
          ['push', 2],
          ['pop', 1],
          ['push', 3],
          ['pop', null],
          ['push', 4],
        ],
        10,
      ),
    ],
  ],
  [
    'a look between two others',
    [
      ['push', 1, 0, 1],
      ['peek', 1, 2, 9],
      ['push', 2, 3, 4],
      ['pop', 2, 5, 6],
      ['push', 3, 7, 8],
      ['pop', 3, 10, 11],
    ],
  ],
];

describe('the stack monitor', () => {
  it('agrees with the brute-force judge at every cutoff, and its hints prove what they should', () => {
    const trials = judgeRandom(stack, make, () => reference(0.45), 1200);
    expect(trials.objections).toEqual([]);
    expect(trials.linearizable).toBeGreaterThan(4000);
    expect(trials.illegal).toBeGreaterThan(400);
    expect(trials.obstacle).toBeLessThan(20);
  });

  it('agrees with the search on longer histories', () => {
    const { differences, verdicts, monitored } = compareWithSearch(stack, 'stack', reference(0.5));
    expect(differences).toEqual([]);
    expect(verdicts.true).toBeGreaterThan(12);
    expect(verdicts.false).toBeGreaterThan(3);
    expect(monitored).toBeGreaterThan(18);
  });

  it.each(lies)('catches %s', (_, operations, hint) => {
    const { judgement, objected } = judgeTimed(stack, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'illegal', hint });
  });

  it.each(honest)('passes %s', (_, operations) => {
    const { judgement, objected } = judgeTimed(stack, make, operations);
    expect(objected).toBeNull();
    expect(judgement).toEqual({ outcome: 'linearizable' });
  });

  it('judges elements that lie on each other by the thousands, and finds the two that change places', () => {
    const deep = 5000;
    const pushes = Array.from({ length: deep }, (_, i) => ['push', i] as const);
    const pops = Array.from({ length: deep }, (_, i) => ['pop', deep - 1 - i] as const);
    const judge = (operations: (readonly [f: string, value: unknown])[]) => {
      const { machine, partition } = prepare(timed(inTurn(operations)), stack, null)!;
      return make(machine).judge(partition);
    };
    expect(judge([...pushes, ...pops])).toEqual({ outcome: 'linearizable' });
    const changed = pops.with(100, pops[200]!).with(200, pops[100]!);
    expect(judge([...pushes, ...changed])).toMatchObject({ outcome: 'illegal', hint: { length: 4 } });
  });

  it('leaves to the search what it has no rule for', () => {
    const judge = (operations: Timed[], initial: unknown) => judgeTimed(stack, make, operations, initial).judgement;
    const twice = inTurn([
      ['push', 1],
      ['push', 1],
    ]);
    expect(judge(twice, null)).toHaveProperty('obstacle');
    expect(judge(inTurn([['pop', 1]]), [1])).toHaveProperty('obstacle');
    expect(judge(inTurn([['push', 1]]), [])).toEqual({ outcome: 'linearizable' });
  });
});

import { describe, expect, it } from 'vitest';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { isLinearizable, type JudgedOperation } from '../brute-force.js';
import { ownerMutex } from '../models/mutex.js';
import { type Drawn, drawn, objection, prepare } from '../testing/judgements.js';
import { randomOf } from '../testing/random-model.js';
import { type Reference, type RunShape, randomRun } from '../testing/random-run.js';
import { Locks } from './lock.js';

const SHAPES: readonly RunShape[] = [
  { operations: 10, processes: 2, stretch: 2, pending: 0.05, dropped: 0.5, failed: 0.05, lies: 0.1 },
  { operations: 12, processes: 3, stretch: 4, pending: 0.15, dropped: 0.8, failed: 0, lies: 0.2 },
  { operations: 10, processes: 4, stretch: 6, pending: 0.3, dropped: 0.8, failed: 0, lies: 0 },
];

/** Two owners with names, for whom the processes act. */
function named(): Reference {
  let holder: string | null = null;
  return {
    perform(_, process) {
      const owner = `owner ${process % 2}`;
      if (holder !== null && holder !== owner) return null;
      const f = holder === null ? 'acquire' : 'release';
      holder = holder === null ? owner : null;
      return { f, input: owner, output: owner, returns: false };
    },
    lie: (_, { output }) => output,
  };
}

/** Owners with names, whose operations often stay pending. */
function crashing(random: Random): Drawn[] {
  const owners = 1 + random.int(3);
  const crashes = random.pick([0.2, 0.4, 0.6]);
  const stretch = random.pick([1, 3, 6]);
  const busy = Array.from({ length: owners }, () => -stretch);
  const turns = busy.map(() => 0);
  return Array.from({ length: 4 + random.int(7) }, (_, n): Drawn => {
    const owner = random.int(owners);
    const from = Math.max(busy[owner]! + 1e-6, n - random.float() * stretch);
    const until = random.chance(crashes) ? null : from + random.float() * stretch * 1.5;
    const f = (turns[owner]! % 2 === 1) === random.chance(0.9) ? 'release' : 'acquire';
    if (random.chance(until === null ? 0.4 : 0.9)) turns[owner]!++;
    if (random.chance(0.97)) busy[owner] = until ?? from;
    return [n, f, `owner ${owner}`, null, from, until];
  });
}

const ownerOf = ({ input, process }: JudgedOperation) => JSON.stringify(input ?? process);

/** Whether all operations of the owners that clash, and of the one who holds the lock at the start, fail by themselves. */
function proves(initial: unknown) {
  return (operations: Map<number, JudgedOperation>, hint: readonly number[]): boolean => {
    const owners = new Set([JSON.stringify(initial), ...hint.map((i) => ownerOf(operations.get(i)!))]);
    const kept = [...operations.values()].filter((operation) => owners.has(ownerOf(operation)));
    // Where an owner goes on after a crashed operation, nothing less than all operations may prove it.
    if (hint.length === 0) return [...operations.values()].some(({ input }) => input !== null);
    return hint.length <= 4 && !isLinearizable(ownerMutex, initial, kept);
  };
}

function judge(operations: readonly Drawn[], initial: unknown = null) {
  const prepared = prepare(drawn(operations), ownerMutex, initial)!;
  return new Locks(prepared.machine).judge(prepared.partition);
}

const acquire = (owner: number, from: number, until: number | null): Drawn => [
  owner,
  'acquire',
  null,
  null,
  from,
  until,
];
const release = (owner: number, from: number, until: number | null): Drawn => [
  owner,
  'release',
  null,
  null,
  from,
  until,
];

describe('locks', () => {
  it('are judged as by brute force', () => {
    const tally = { linearizable: 0, illegal: 0, obstacle: 0 };
    for (let seed = 0; seed < 1500; seed++) {
      const random = createRandom(seed, 'locks');
      const initial = random.chance(0.2) ? random.int(2) : null;
      const shape = SHAPES[seed % SHAPES.length]!;
      const history =
        seed % 5 === 0
          ? randomRun(random, shape, named)
          : randomOf('owner-mutex', random, seed, seed % 2 === 0 ? {} : shape);
      const prepared = prepare(history, ownerMutex, initial);
      if (prepared === null) continue;
      const monitor = new Locks(prepared.machine);
      const found = objection(prepared, initial, monitor, seed % 4 === 0, tally, proves(initial));
      expect(found, `seed ${seed}`).toBeNull();
    }
    expect(tally.linearizable).toBeGreaterThan(500);
    expect(tally.illegal).toBeGreaterThan(300);
    expect(tally.obstacle).toBeGreaterThan(50);
  });

  it('are held by one owner at a time', () => {
    const turns = [acquire(0, 0, 5), acquire(1, 1, 6), release(0, 7, 9), release(1, 8, 10)];
    expect(judge(turns)).toEqual({ outcome: 'illegal', hint: [0, 1] });
    expect(judge([acquire(0, 0, 5), acquire(1, 1, 8), release(0, 7, 12), release(1, 9, 10)])).toEqual({
      outcome: 'linearizable',
    });
  });

  it('are held for ever by an owner that never releases', () => {
    expect(judge([acquire(0, 0, 1), acquire(1, 2, 1000)])).toEqual({ outcome: 'illegal', hint: [0, 1] });
    expect(judge([acquire(0, 0, null), acquire(1, 2, 3)])).toEqual({ outcome: 'linearizable' });
    expect(judge([acquire(0, 0, 1), release(0, 2, null), acquire(1, 3, 4)])).toEqual({ outcome: 'linearizable' });
  });

  it('are released by who holds them, and not acquired twice', () => {
    expect(judge([release(0, 0, 1)])).toEqual({ outcome: 'illegal', hint: [0] });
    expect(judge([acquire(0, 0, 1), release(1, 2, 3)])).toEqual({ outcome: 'illegal', hint: [1] });
    expect(judge([acquire(0, 0, 1), release(0, 2, 3), release(0, 4, 5)])).toEqual({ outcome: 'illegal', hint: [1, 2] });
    expect(judge([acquire(0, 0, 1), acquire(0, 2, 3)])).toEqual({ outcome: 'illegal', hint: [0, 1] });
    expect(judge([release(0, 0, null), acquire(1, 1, null)])).toEqual({ outcome: 'linearizable' });
  });

  it('may be held at the start', () => {
    expect(judge([release(0, 0, 1), acquire(1, 2, 3)], 0)).toEqual({ outcome: 'linearizable' });
    expect(judge([acquire(1, 2, 3), release(0, 4, 5)], 0)).toEqual({ outcome: 'illegal', hint: [0] });
    expect(judge([acquire(1, 2, 3)], 7)).toEqual({ outcome: 'illegal', hint: [0] });
  });

  it('are judged as by brute force where operations of named owners crash, and others follow', () => {
    let told = 0;
    const tally = { linearizable: 0, illegal: 0, obstacle: 0 };
    for (let seed = 0; seed < 1500; seed++) {
      const random = createRandom(seed, 'crashes');
      const prepared = prepare(drawn(crashing(random)), ownerMutex, null)!;
      const monitor = new Locks(prepared.machine);
      const suffices = proves(null);
      const found = objection(prepared, null, monitor, seed % 4 === 0, tally, (operations, hint) => {
        told += Number(hint.length > 0);
        return suffices(operations, hint);
      });
      expect(found, `seed ${seed}`).toBeNull();
    }
    expect(tally.linearizable).toBeGreaterThan(500);
    expect(tally.illegal).toBeGreaterThan(300);
    expect(tally.obstacle).toBeGreaterThan(50);
    expect(told).toBeGreaterThan(100);
  });

  it('may be acquired by an operation that never completed', () => {
    const lost: Drawn = [0, 'acquire', 'a', null, 0, null];
    const given: Drawn = [1, 'release', 'a', null, 2, 5];
    expect(judge([lost, given])).toEqual({ outcome: 'linearizable' });
    expect(judge([given])).toEqual({ outcome: 'illegal', hint: [0] });
    // The two need the lock for an instant, but another owner holds it all the time.
    const held: Drawn = [2, 'acquire', 'b', null, 0.5, 1];
    expect(judge([lost, held, given])).toEqual({ outcome: 'illegal', hint: [] });
    expect(judge([lost, held, given, [2, 'release', 'b', null, 3, 9]])).toEqual({ outcome: 'linearizable' });
  });

  it('may be released by an operation that never completed, sooner or later', () => {
    const lost: Drawn[] = [
      [0, 'acquire', 'a', null, 0, 1],
      [1, 'release', 'a', null, 2, null],
    ];
    const others: Drawn[] = [
      [2, 'acquire', 'b', null, 3, 4],
      [3, 'release', 'a', null, 5, 6],
    ];
    expect(judge([...lost, others[0]!])).toEqual({ outcome: 'linearizable' });
    expect(judge([...lost, others[1]!])).toEqual({ outcome: 'linearizable' });
    expect(judge([...lost, ...others])).toEqual({ outcome: 'illegal', hint: [] });
  });

  it('may be acquired before another owner acquires them, and released by an old operation', () => {
    const early: Drawn[] = [
      [0, 'release', 'a', null, 0, null],
      [1, 'acquire', 'a', null, 1, 6],
      [2, 'acquire', 'b', null, 2, 3],
      [2, 'release', 'b', null, 7, 8],
    ];
    expect(judge(early)).toEqual({ outcome: 'linearizable' });
    expect(judge(early.slice(1))).toEqual({ outcome: 'illegal', hint: [0, 1] });
  });

  it('are left to the search where an owner has two operations at once that complete', () => {
    const twice: Drawn[] = [
      [0, 'acquire', 'a', null, 0, 3],
      [1, 'release', 'a', null, 1, 2],
    ];
    expect(judge(twice)).toEqual({ obstacle: 'an owner has two operations at once' });
  });
});

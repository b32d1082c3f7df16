import { describe, expect, it } from 'vitest';
import type { Random } from '../../../framework/contracts/random.js';
import { createRandom } from '../../../framework/time/random.js';
import { isLinearizable, type JudgedOperation } from '../brute-force.js';
import { growOnlySet, set } from '../models/set.js';
import { Elements } from '../prepare/elements.js';
import { type Drawn, drawn, objection, type Prepared, prepare } from '../testing/judgements.js';
import { randomOf } from '../testing/random-model.js';
import { type Done, type Reference, type RunShape, randomRun } from '../testing/random-run.js';
import { Sets } from './set.js';

interface Flavour {
  elements: number;
  /** Shares; the rest asks for an element. */
  adds: number;
  removes: number;
  reads: number;
}

/** Elements that come and go again and again. */
function busy({ elements, adds, removes, reads }: Flavour): Reference {
  const present = new Set<number>();
  return {
    perform(random): Done {
      const element = random.int(elements);
      const draw = random.float();
      if (draw < adds) {
        present.add(element);
        return { f: 'add', input: element, output: element, returns: false };
      }
      if (draw < adds + removes) {
        present.delete(element);
        return { f: 'remove', input: element, output: element, returns: false };
      }
      if (draw < adds + removes + reads) {
        return { f: 'read', input: null, output: random.shuffle([...present]), returns: true };
      }
      return { f: 'contains', input: element, output: present.has(element), returns: true };
    },
    lie: (random, { f, output }) => (f === 'read' ? lieAbout(random, output as number[]) : output !== true),
  };
}

function lieAbout(random: Random, read: number[]): number[] {
  if (random.chance(0.2)) return [...read, 0];
  return random.chance(0.5) ? read.slice(1) : [...new Set([...read, random.int(3)])];
}

const SHAPES: readonly RunShape[] = [
  { operations: 9, processes: 3, stretch: 2, pending: 0.1, dropped: 0.5, failed: 0.05, lies: 0.1 },
  { operations: 9, processes: 6, stretch: 7, pending: 0.15, dropped: 0.5, failed: 0, lies: 0.2 },
  { operations: 10, processes: 5, stretch: 4, pending: 0, dropped: 0, failed: 0, lies: 0.15 },
  { operations: 8, processes: 6, stretch: 5, pending: 0.35, dropped: 0.3, failed: 0, lies: 0.3 },
];

/** Whether all operations on the elements of those that clash, and reads as far as these, fail by themselves. */
function proves({ machine, partition }: Prepared, initial: unknown) {
  const { actions } = machine;
  const elements = new Elements(actions);
  return (operations: Map<number, JudgedOperation>, hint: readonly number[]): boolean => {
    if (hint.length === 0) return initial !== null && [...operations.values()].some(({ f }) => f === 'read');
    const meant = new Set(hint.flatMap((i) => elements.all(partition.action[i]!)));
    const isMeant = (element: unknown) => meant.has(actions.values.id(element));
    const kept = [...operations].flatMap(([i, operation]) => {
      if (elements.isWhole(partition.action[i]!)) {
        const { output } = operation;
        return [{ ...operation, output: Array.isArray(output) ? output.filter(isMeant) : output }];
      }
      return isMeant(operation.input) ? [operation] : [];
    });
    const start = Array.isArray(initial) ? initial.filter(isMeant) : initial;
    return hint.length <= 4 && !isLinearizable(actions.model, start, kept);
  };
}

function judge(operations: readonly Drawn[], initial: unknown = null, model = set) {
  const prepared = prepare(drawn(operations), model, initial)!;
  return new Sets(prepared.machine).judge(prepared.partition);
}

describe('sets', () => {
  const FLAVOURS: readonly [string, Flavour][] = [
    ['one element comes and goes', { elements: 1, adds: 0.25, removes: 0.25, reads: 0 }],
    ['few elements come and go', { elements: 3, adds: 0.3, removes: 0.25, reads: 0 }],
    ['elements only come', { elements: 3, adds: 0.35, removes: 0, reads: 0.3 }],
    ['the whole is read now and then', { elements: 2, adds: 0.35, removes: 0.1, reads: 0.1 }],
  ];

  it.each(FLAVOURS)('are judged as by brute force where %s', (name, flavour) => {
    const tally = { linearizable: 0, illegal: 0, obstacle: 0 };
    for (let seed = 0; seed < 800; seed++) {
      const random = createRandom(seed, name);
      const initial = random.chance(0.2) ? [random.int(2), 7] : null;
      const history = randomRun(random, SHAPES[seed % SHAPES.length]!, () => busy(flavour));
      const prepared = prepare(history, set, initial);
      if (prepared === null) continue;
      const monitor = new Sets(prepared.machine);
      const found = objection(prepared, initial, monitor, seed % 5 === 0, tally, proves(prepared, initial));
      expect(found, `seed ${seed}`).toBeNull();
    }
    expect(tally.linearizable).toBeGreaterThan(200);
    expect(tally.illegal).toBeGreaterThan(200);
    if (flavour.removes > 0 && flavour.reads > 0) expect(tally.obstacle).toBeGreaterThan(200);
    else if (flavour.reads === 0) expect(tally.obstacle).toBe(0);
  });

  it.each([set, growOnlySet].map((model) => [model.name, model] as const))(
    'are judged as by brute force: histories of the reference of %s',
    (name, model) => {
      const tally = { linearizable: 0, illegal: 0, obstacle: 0 };
      for (let seed = 0; seed < 1000; seed++) {
        const prepared = prepare(randomOf(name, createRandom(seed, 'sets'), seed), model, null);
        if (prepared === null) continue;
        const monitor = new Sets(prepared.machine);
        const found = objection(prepared, null, monitor, seed % 5 === 0, tally, proves(prepared, null));
        expect(found, `seed ${seed}`).toBeNull();
      }
      expect(tally.linearizable).toBeGreaterThan(200);
      expect(tally.illegal).toBeGreaterThan(200);
    },
  );

  it('let an element come and go while others wait for it', () => {
    const operations: Drawn[] = [
      [0, 'add', 'x', 'x', 0, 20],
      [1, 'contains', 'x', true, 1, 10],
      [2, 'remove', 'x', 'x', 2, 3],
      [3, 'contains', 'x', false, 11, 12],
    ];
    expect(judge(operations)).toEqual({ outcome: 'linearizable' });
    expect(judge(operations.filter(([process]) => process !== 2))).toEqual({ outcome: 'illegal', hint: [1, 2] });
  });

  it('do not bring an element back without another add', () => {
    const back: Drawn[] = [
      [0, 'add', 'x', 'x', 0, 1],
      [0, 'remove', 'x', 'x', 2, 3],
      [0, 'contains', 'x', true, 4, 5],
    ];
    expect(judge(back)).toEqual({ outcome: 'illegal', hint: [0, 1, 2] });
    expect(judge([...back, [1, 'add', 'x', 'x', 0.5, null]])).toEqual({ outcome: 'linearizable' });
  });

  it('start with the elements that they are given', () => {
    const found: Drawn[] = [[0, 'contains', 'x', true, 0, 1]];
    expect(judge(found)).toEqual({ outcome: 'illegal', hint: [0] });
    expect(judge(found, ['x'])).toEqual({ outcome: 'linearizable' });
    expect(judge([...found, [0, 'contains', 'y', true, 2, 3]], ['x'])).toEqual({ outcome: 'illegal', hint: [1] });
  });

  it('show reads of the whole in an order of inclusion', () => {
    const both: Drawn[] = [
      [0, 'add', 'x', 'x', 0, 10],
      [1, 'add', 'y', 'y', 0.5, 10.5],
    ];
    const reads = (...lists: string[][]): Drawn[] => [
      ...both,
      ...lists.map((list, n): Drawn => [2 + n, 'read', null, list, 1 + n / 8, 9 + n / 8]),
    ];
    expect(judge(reads(['x'], ['y', 'x'], []))).toEqual({ outcome: 'linearizable' });
    expect(judge(reads(['x'], ['y', 'x'], ['y']))).toEqual({ outcome: 'illegal', hint: [2, 4] });
    expect(judge(reads(['x', 'x']))).toEqual({ outcome: 'illegal', hint: [2] });
    expect(judge(reads(['z'], ['x']))).toEqual({ outcome: 'illegal', hint: [2] });
  });

  it('show in a read what was there before', () => {
    const missed: Drawn[] = [
      [0, 'add', 1, 1, 0, 1],
      [0, 'add', 2, 2, 2, 3],
      [1, 'read', null, [2], 4, 5],
    ];
    expect(judge(missed)).toEqual({ outcome: 'illegal', hint: [0, 2] });
    expect(judge(missed, null, growOnlySet)).toEqual({ outcome: 'illegal', hint: [0, 2] });
  });

  it('are left to the search where the whole is read and elements are removed', () => {
    const operations: Drawn[] = [
      [0, 'remove', 'x', 'x', 0, 1],
      [0, 'read', null, [], 2, 3],
    ];
    expect(judge(operations)).toEqual({ obstacle: 'elements are removed, and the set is read as a whole' });
  });

  it('hold in reads of the whole what they started with', () => {
    const added: Drawn = [0, 'add', 'x', 'x', 0, 1];
    const read = (list: string[], at: number): Drawn => [1, 'read', null, list, at, at + 1];
    expect(judge([added, read(['y', 'x'], 2)], ['y'])).toEqual({ outcome: 'linearizable' });
    expect(judge([added, read(['y'], 2)], ['y'])).toEqual({ outcome: 'illegal', hint: [] });
    expect(judge([read(['y'], 0), [0, 'contains', 'y', false, 2, 3]], ['y'])).toEqual({
      outcome: 'illegal',
      hint: [1],
    });
    expect(judge([added, read(['x'], 2)], ['y'])).toEqual({
      obstacle: 'it is not clear which elements were there at the start',
    });
    expect(judge([added, read([], 2), read(['x', 'y'], 4)], ['y'])).toEqual({
      obstacle: 'it is not clear which elements were there at the start',
    });
  });

  it('are left to the search where too many writes of an element are open at a time', () => {
    const writes = Array.from({ length: 40 }, (_, n): Drawn => [n, n % 2 ? 'add' : 'remove', 'x', 'x', n, 100 + n]);
    expect(judge(writes)).toEqual({ obstacle: 'too many operations on one element overlap' });
    expect(judge(writes.slice(0, 30))).toEqual({ outcome: 'linearizable' });
  });
});

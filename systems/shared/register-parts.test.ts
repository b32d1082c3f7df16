import { describe, expect, it } from 'vitest';
import { NO_BALLOT } from './ballot.js';
import { LastRequests } from './last-requests.js';
import { RegisterAcceptor } from './register-acceptor.js';
import { Query } from './register-query.js';
import { areInDoubt, carryOut, INITIAL, isState, outcomeIn, type State, type Task } from './register-state.js';
import type { Request } from './requests.js';
import { Resend } from './resend.js';

function task(request: Omit<Request, 'id' | 'key'> & { value?: unknown; from?: unknown; to?: unknown }): Task {
  const whole = { id: 1, key: 'x', ...request } as Request;
  const message = { src: 'c1', dest: 'n1', body: { type: whole.op } };
  return { request: whole, message, deadline: 9, outcomes: [], tried: 0, reply: null };
}

const at = (round: number, version = 1) => ({ place: 1, round, version });
const ballot = (number: number, node = 'n1') => ({ number, node });
const state = (value: unknown): State => ({ value, done: [] });

describe('carrying out', () => {
  it('is done in order, and marks the state with the attempt', () => {
    const tasks = [task({ op: 'write', value: 1 }), task({ op: 'cas', from: 1, to: 2 }), task({ op: 'read' })];
    expect(carryOut({ value: 0, done: [4] }, tasks, at(7))).toEqual({ value: 2, done: [4, 7] });
    expect(tasks.map(({ reply }) => reply)).toEqual([
      { type: 'write_ok' },
      { type: 'cas_ok' },
      { type: 'read_ok', value: 2 },
    ]);
    expect(areInDoubt(tasks, 1)).toBe(true);
    expect(areInDoubt(tasks, 2)).toBe(false);
  });

  it('leaves the state as it is, and nothing in doubt, when nothing changes', () => {
    const before = state(5);
    const tasks = [task({ op: 'cas', from: 1, to: 2 }), task({ op: 'read' })];
    expect(carryOut(before, tasks, at(7))).toBe(before);
    expect(tasks.map(({ reply }) => reply)).toMatchObject([{ code: 22 }, { value: 5 }]);
    expect(areInDoubt(tasks, 1)).toBe(false);
    expect(carryOut(INITIAL, tasks, at(8))).toBe(INITIAL);
    expect(tasks.map(({ reply }) => reply)).toMatchObject([{ code: 20 }, { code: 20 }]);
  });

  it('happens once on the way to a state, whichever attempt it was', () => {
    const once = task({ op: 'cas', from: 'a', to: 'b' });
    const first = carryOut(state('a'), [once], at(3));
    const second = carryOut(state('a'), [once], at(5));
    for (const [reached, round] of [
      [first, 3],
      [second, 5],
    ] as const) {
      const later = { ...reached, value: 'z' };
      expect(later.done[1]).toBe(round);
      expect(outcomeIn(once, later, 1)).toEqual({ type: 'cas_ok' });
      expect(carryOut(later, [once], at(9))).toBe(later);
    }
    expect(outcomeIn(once, state('a'), 1)).toBeNull();
  });
});

it.each([
  [null, false],
  ['x', false],
  [{ value: 1 }, false],
  [{ value: 1, done: [-1] }, false],
  [{ value: 1, done: ['1'] }, false],
  [{ done: [] }, true],
  [{ value: null, done: [0, 3] }, true],
])('%j as a state: %s', (value, expected) => expect(isState(value)).toBe(expected));

describe('a query', () => {
  const held = (version: number, chosen: State, number = 0, accepted: State | null = null) => ({
    version,
    chosen,
    accepted: number === 0 ? NO_BALLOT : ballot(number),
    state: accepted,
  });
  const query = (...answers: ReturnType<typeof held>[]) => {
    const one = new Query(1, task({ op: 'read' }), 5);
    answers.forEach((answer, place) => {
      one.learn(place, answer);
      one.learn(place, answer);
    });
    return one;
  };
  const [a, b] = [state('a'), state('b')];

  it('needs a majority', () => {
    expect(query(held(0, INITIAL), held(0, INITIAL)).outcome).toBeNull();
    expect(query(held(0, INITIAL), held(0, INITIAL), held(0, INITIAL)).outcome).toEqual({ version: 0, state: INITIAL });
  });

  it('takes what a majority has accepted, or what one has learned while none has accepted more', () => {
    expect(query(held(1, a, 2, b), held(1, a, 2, b), held(1, a, 2, b)).outcome).toEqual({ version: 2, state: b });
    expect(query(held(1, a, 2, b), held(2, b), held(1, a, 2, b)).outcome).toEqual({ version: 2, state: b });
    expect(query(held(2, b), held(1, a, 2, b), held(0, INITIAL)).outcome).toEqual({ version: 2, state: b });
  });

  it('cannot tell while only some have accepted, until all have answered', () => {
    const open = query(held(1, a, 2, b), held(1, a), held(1, a));
    expect([open.outcome, open.isHopeless]).toEqual([null, false]);
    const lost = query(held(1, a, 2, b), held(1, a), held(1, a), held(1, a));
    expect([lost.outcome, lost.isHopeless]).toEqual([null, true]);
    const mixed = query(held(1, a, 3, b), held(1, a, 2, a), held(1, a, 2, a), held(1, a, 2, a), held(1, a, 2, a));
    expect([mixed.outcome, mixed.isHopeless]).toEqual([null, true]);
  });
});

describe('an acceptor', () => {
  const disk = { records: [] as unknown[], snapshot: null as unknown };
  const log = {
    append: (record: unknown) => void disk.records.push(record),
    replace: (snapshot: unknown, tail: readonly unknown[]) => Object.assign(disk, { snapshot, records: [...tail] }),
    recover: () => JSON.parse(JSON.stringify(disk)) as typeof disk,
  };

  it('keeps its promises through restarts and compactions', () => {
    for (const compactAfter of [100, 1]) {
      Object.assign(disk, { records: [], snapshot: null });
      const first = new RegisterAcceptor(log, { compactAfter });
      first.start();
      expect(first.prepare('x', ballot(5))).toBe(true);
      expect(first.accept('x', ballot(4), state('a'), null, null)).toBe(false);
      expect(first.accept('x', ballot(5), state('b'), ballot(6), [['c1', 3]])).toBe(true);
      expect(first.accept('x', ballot(5), state('b'), ballot(6), null)).toBe(true);
      first.learn('y', 3, state('c'));
      expect(first.learn('y', 3, state('d'))).toBe(false);
      const again = new RegisterAcceptor(log, { compactAfter });
      expect(again.incarnation).toBe(2);
      for (const key of ['x', 'y']) expect(again.cell(key)).toEqual(first.cell(key));
      expect(again.prepare('x', ballot(5, 'n9'))).toBe(false);
      expect(again.prepare('x', ballot(6))).toBe(true);
      expect(again.requests.note('c1', 3)).toBe(false);
      expect(again.requests.note('c1', 4)).toBe(true);
    }
  });
});

it('remembers the last request of each client, of the latest thousand', () => {
  const requests = new LastRequests();
  expect([requests.note('a', 1), requests.note('a', 1), requests.note('a', 3), requests.note('a', 2)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  for (let client = 0; client < 999; client++) requests.note(`c${client}`, 1);
  expect(requests.note('a', 3)).toBe(false);
  requests.note('one more', 1);
  expect(requests.list()).toHaveLength(1000);
  expect(requests.note('a', 3)).toBe(true);
});

it('asks again after 1, 2, 4, 8 and then every 8 ticks', () => {
  const resend = new Resend();
  resend.begin(1);
  expect(Array.from({ length: 40 }, (_, tick) => tick).filter((tick) => resend.isDue(tick))).toEqual([
    1, 3, 7, 15, 23, 31, 39,
  ]);
});

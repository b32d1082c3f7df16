import { describe, expect, it } from 'vitest';
import type { Body } from '../../framework/contracts/message.js';
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { NO_BALLOT } from '../shared/ballot.js';
import { MemoryLog } from '../shared/testing/memory-log.js';
import { Acceptor } from './acceptor.js';
import multiPaxos from './index.js';
import { bugs } from './options.js';
import { DEFAULTS, Table } from './testing/table.js';

describe('options', () => {
  const problems = (options: object, nodes = 5) => multiPaxos.validate?.({ ...DEFAULTS, ...options }, nodes);

  it('have defaults that are fine', () => {
    const defaults = Object.entries(multiPaxos.options ?? {}).map(([name, { default: value }]) => [name, value]);
    expect(Object.fromEntries(defaults)).toEqual({
      ...DEFAULTS,
      heartbeat: '50ms',
      'election-timeout': '300ms',
      bug: undefined,
    });
    expect(problems({})).toEqual([]);
  });

  it('that contradict each other are refused', () => {
    expect(problems({ 'election-timeout': 99 })).toEqual(['election-timeout must be at least twice the heartbeat']);
    expect(problems({ heartbeat: 0 })).toEqual(['heartbeat must be longer than 0ms']);
    expect(problems({}, 32)).toEqual(['multi-paxos has at most 31 nodes']);
  });

  it('name every planted bug', () => {
    expect(Object.keys(bugs)).toEqual(['forget-promise', 'accept-lower-ballot', 'choose-own-value']);
  });
});

describe('an acceptor', () => {
  const ballot = (number: number) => ({ number, node: 'n1' });
  const value = (slot: number, number: number, command: unknown = slot) => ({ slot, ballot: ballot(number), command });
  const open = (log: DurableLog, forgetful = false) => {
    const acceptor = new Acceptor(log, forgetful);
    acceptor.recover();
    return acceptor;
  };

  it('remembers promise, values and checkpoint', () => {
    const log = new MemoryLog();
    const before = open(log);
    before.promise(ballot(3));
    for (let slot = 1; slot <= 6; slot++) before.accept(value(slot, 3));
    before.accept(value(9, 3));
    before.compact({ index: 4, items: ['state'] }, 1);
    before.promise(ballot(5));
    before.accept(value(6, 5, 'other'));
    expect(before.between(1, 9).map(({ slot }) => slot)).toEqual([4, 5, 6, 9]);

    const after = open(log);
    expect(after.promised).toEqual(ballot(5));
    expect(after.checkpoint).toEqual({ index: 4, items: ['state'] });
    expect(after.between(1, 99)).toEqual([value(5, 3), value(6, 5, 'other'), value(9, 3)]);
    expect([after.last, after.base]).toEqual([9, 4]);
  });

  it('forgets its promise when it restarts with the planted bug, before and after a checkpoint', () => {
    const log = new MemoryLog();
    const before = open(log, true);
    before.promise(ballot(3));
    before.accept(value(1, 3));
    expect(open(log, true).promised).toEqual(NO_BALLOT);
    before.compact({ index: 1, items: [] }, 0);
    expect(open(log, true).promised).toEqual(NO_BALLOT);
  });

  it('keeps values after a checkpoint that it takes over', () => {
    const acceptor = open(new MemoryLog());
    for (const slot of [2, 7, 8]) acceptor.accept(value(slot, 1));
    acceptor.install({ index: 7, items: [] });
    expect(acceptor.between(1, 99)).toEqual([value(8, 1)]);
    acceptor.install({ index: 20, items: [] });
    expect([acceptor.between(1, 99), acceptor.last]).toEqual([[], 20]);
  });

  it('does not give up a value of a higher ballot for one that it learns', () => {
    const acceptor = open(new MemoryLog());
    acceptor.accept(value(1, 4));
    acceptor.learn(value(1, 2));
    expect(acceptor.at(1)).toEqual(value(1, 4));
    acceptor.learn(value(1, 6));
    expect(acceptor.at(1)).toEqual(value(1, 6));
  });
});

describe('malformed messages', () => {
  const own = { number: 1, node: 'n2' };
  const good: Record<string, Record<string, unknown>> = {
    prepare: { ballot: own, from: 1 },
    promise: { ballot: own, chosen: 0, accepted: [{ slot: 1, ballot: own, command: null }] },
    refuse: { ballot: own, promised: own },
    accept: { ballot: own, first: 1, commands: [null], chosen: 0, stamp: 1 },
    accepted: { ballot: own, first: 1, count: 1, stamp: 1 },
    fetch: { from: 1, checkpoint: 0, offset: 0 },
    chosen: { values: [{ slot: 1, ballot: own, command: null }] },
    checkpoint: { index: 1, offset: 0, items: [], last: true },
  };
  const wrong = [undefined, null, -2, 1.5, Number.NaN, 'x', {}, [undefined], [{ slot: 0 }], { number: -1, node: 'n2' }];

  function answerTo(body: Body, src = 'n2'): unknown {
    const table = new Table(3);
    table.give({ src, dest: 'n1', body: { msg_id: 7, ...body } });
    const answer = table.sent.find(({ body: reply }) => reply.type === 'error')?.body;
    return answer?.['code'];
  }

  it.each(Object.keys(good))('%s: every field is checked, and so is the sender', (type) => {
    expect(answerTo({ type, ...good[type] })).toBeUndefined();
    for (const field of Object.keys(good[type]!)) {
      const refused = wrong.filter((value) => answerTo({ type, ...good[type], [field]: value }) === 12);
      expect(refused.length, field).toBeGreaterThanOrEqual(wrong.length - 3);
    }
    expect(answerTo({ type, ...good[type] }, 'n2')).toBeUndefined();
    const table = new Table(3);
    const answer = table.ask('n1', { type, ...good[type] }, 'stranger');
    expect(answer()).toMatchObject({ type: 'error', code: 12 });
  });

  it('a proposer that speaks in the ballot of another is refused', () => {
    expect(answerTo({ type: 'prepare', ...good['prepare'] }, 'n3')).toBe(12);
    expect(answerTo({ type: 'accept', ...good['accept'] }, 'n3')).toBe(12);
  });

  it('what nobody knows is not supported', () => {
    const table = new Table(3);
    expect(table.ask('n1', { type: 'frobnicate' })()).toMatchObject({ type: 'error', code: 10 });
  });
});

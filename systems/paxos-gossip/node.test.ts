import { describe, expect, it } from 'vitest';
import { among, both, type MessageTable, only } from '../shared/testing/message-table.js';
import { describeRegister } from '../shared/testing/register-scenarios.js';
import {
  CAS_OK,
  cas,
  WRITE_OK as OK,
  read,
  registerTable,
  retry,
  readOk as value,
  write,
} from '../shared/testing/register-table.js';
import system from './index.js';
import type { PaxosGossipOptions } from './node.js';
import { DEFAULTS, make } from './testing/options.js';

const bench = (nodes: number, options: Partial<PaxosGossipOptions> = {}) => registerTable(nodes, make(options));

describeRegister(bench, { cas: true });

describe('decisions', () => {
  it('begun by one node are completed by the next, which then goes on to its own', () => {
    const table = bench(5);
    table.answer('n1', write('a'));
    const half = table.ask('n1', write('b'));
    table.deliver(only('prepare', 'promised'));
    table.deliver(both(among('n1', 'n2'), only('accept')));
    table.lose();
    const swapped = table.ask('n2', cas('b', 'c'));
    table.deliver(among('n2', 'n3', 'n4'));
    expect(swapped()).toEqual(CAS_OK);
    expect(half()).toBeNull();
    // n1 asks again, hears that its version is over, and finds in the newer state that its own write was on the way there.
    retry(table, 'n1');
    expect(half()).toEqual(OK);
    expect(table.answer('n5', read())).toEqual(value('c'));
  });

  it('that went to somebody else are tried again for the next version', () => {
    const table = bench(3);
    table.answer('n1', write('a'));
    const late = table.ask('n1', cas('a', 'b'));
    table.lose();
    expect(table.answer('n2', write('z'))).toEqual(OK);
    retry(table, 'n1');
    expect(late()).toMatchObject({ code: 22 });
  });

  it('reach a node that has missed many versions with the next question', () => {
    const table = bench(3);
    for (let round = 0; round < 5; round++) {
      table.ask('n1', write(round));
      table.deliver(among('n1', 'n2'));
    }
    table.lose();
    table.ask('n2', write('last'));
    table.deliver(among('n2', 'n3'));
    table.kill('n1');
    table.kill('n2');
    table.start('n2');
    const got = table.ask('n3', read());
    table.deliver();
    expect(got()).toEqual(value('last'));
  });

  it('are kept through restarts and compactions, in a short log', () => {
    const table = bench(3, { 'compact-after': 10 });
    for (let round = 0; round < 40; round++) {
      for (const key of ['x', 'y', 3]) table.answer(table.names[round % 3]!, write(round, key));
      for (const disk of table.disks.values()) expect(disk.records.length).toBeLessThanOrEqual(13);
      if (round % 7 === 0) for (const node of table.names) table.restart(node);
    }
    for (const node of table.names) table.restart(node);
    for (const key of ['x', 'y', 3]) expect(table.answer('n3', read(key))).toEqual(value(39));
  });

  it('ignore messages that make no sense', () => {
    const table = bench(3);
    const state = { value: 'evil', done: [] };
    for (const body of [
      { type: 'decided', key: 'x', version: -1, state },
      { type: 'decided', key: 'x', version: 1, state: 'evil' },
      { type: 'decided', key: null, version: 1, state },
      { type: 'gossip', life: 1, at: 1, news: [['x', 1]], wants: null },
      { type: 'gossip', life: 1, at: 1, news: [['x', 1, 'evil']], wants: null },
      { type: 'gossip', life: 1, at: 1, news: [], wants: {} },
      { type: 'gossip', life: 'x', at: 1, news: [['x', 1, state]], wants: null },
      { type: 'gossip_ok', life: 1, at: 99, mine: { life: 1, at: 1, news: [['x', 1, null]] } },
      { type: 'gossip_ok', life: 1, at: 99, mine: 7 },
      { type: 'gossip_ok' },
      { type: 'accept', key: 'x', version: 9, base: null, ballot: { number: 1, node: 'n2' }, state, next: null },
    ]) {
      table.give({ src: 'n2', dest: 'n1', body });
    }
    expect(table.ask('n1', { type: 'txn', txn: [] })()).toMatchObject({ code: 10 });
    table.deliver();
    expect(table.answer('n1', read())).toMatchObject({ code: 20 });
  });

  it.each([
    ['none', { code: 22 }],
    ['learn-undecided', CAS_OK],
  ] as const)(
    'with the bug %s, a node that has accepted what was not chosen lets a cas from it end in %j',
    (bug, end) => {
      const table = bench(5, { bug });
      // n1 proposes 'a', and n2 alone accepts it; the others decide for 'z'.
      table.ask('n1', write('a'));
      table.deliver(only('prepare', 'promised'));
      table.deliver(both(among('n1', 'n2'), only('accept')));
      table.lose();
      const wrote = table.ask('n3', write('z'));
      table.deliver(among('n3', 'n4', 'n5'));
      expect(wrote()).toEqual(OK);
      table.lose();
      table.kill('n1');
      table.kill('n3');
      const swapped = table.ask('n2', cas('a', 'b'));
      for (let turn = 0; turn < 3; turn++) retry(table, 'n2');
      expect(swapped()).toMatchObject(end);
    },
  );
});

describe('gossip', () => {
  /** Gossip rounds, every message arriving, until every node answers locally with `expected`. */
  function rounds(table: MessageTable, expected: unknown): number {
    for (let round = 0; round < 20; round++) {
      const values = table.names.map((node) => table.ask(node, read())());
      if (values.every((body) => body?.['value'] === expected)) return round;
      for (const node of table.names) table.fire(node, 'gossip');
      table.deliver();
    }
    return Number.POSITIVE_INFINITY;
  }

  it.each([
    ['push', 1, 4],
    ['pull', 1, 4],
    ['push-pull', 1, 4],
    ['push', 2, 2],
    ['push-pull', 4, 1],
  ] as const)('by %s to %i peers at a time reaches all within %i rounds', (gossip, fanout, most) => {
    const table = bench(5, { gossip, fanout, reads: 'local' });
    for (let write_ = 0; write_ < 20; write_++) {
      expect(table.answer(table.names[write_ % 5]!, write(write_))).toEqual(OK);
      expect(rounds(table, write_)).toBeLessThanOrEqual(most);
    }
  });

  it.each(['push', 'pull', 'push-pull'] as const)('by %s makes up for lost messages', (gossip) => {
    const table = bench(3, { gossip, reads: 'local' });
    table.answer('n1', write('a'));
    for (let round = 0; round < 5; round++) {
      for (const node of table.names) table.fire(node, 'gossip');
      table.lose();
    }
    expect(rounds(table, 'a')).toBeLessThanOrEqual(3);
  });

  it.each(['push', 'pull', 'push-pull'] as const)('by %s reaches a node that was down, and starts over', (gossip) => {
    const table = bench(3, { gossip, reads: 'local' });
    table.answer('n1', write('old'));
    rounds(table, 'old');
    table.kill('n3');
    table.answer('n1', write('new'));
    for (let round = 0; round < 4; round++) {
      for (const node of ['n1', 'n2']) table.fire(node, 'gossip');
      table.deliver();
    }
    table.start('n3');
    expect(table.ask('n3', read())()).toEqual(value('old'));
    table.restart('n1');
    expect(rounds(table, 'new')).toBeLessThanOrEqual(3);
  });

  it('tells a peer only what it does not know yet', () => {
    const table = bench(3, { reads: 'local' });
    for (let key = 0; key < 10; key++) table.answer('n1', write('a', key));
    for (let round = 0; round < 6; round++) {
      for (const node of table.names) table.fire(node, 'gossip');
      table.deliver();
    }
    const before = table.sent.length;
    for (let round = 0; round < 4; round++) {
      for (const node of table.names) table.fire(node, 'gossip');
      table.deliver();
    }
    const news = table.sent.slice(before).flatMap(({ body }) => body['news'] as unknown[]);
    expect(news.filter((one) => one !== undefined)).toEqual([]);
  });
});

describe('local reads', () => {
  it('show what has arrived: older than what was written elsewhere, never older than one’s own writes', () => {
    const table = bench(3, { reads: 'local' });
    expect(table.answer('n1', read())).toMatchObject({ code: 20 });
    expect(table.answer('n1', write('a'))).toEqual(OK);
    expect(table.ask('n1', read())()).toEqual(value('a'));
    expect(table.ask('n2', read())()).toMatchObject({ code: 20 });
    expect(table.messages).toEqual([]);
  });

  it('never go back, also not after a restart', () => {
    const table = bench(3, { reads: 'local', 'compact-after': 2 });
    for (let round = 0; round < 20; round++) {
      table.answer(table.names[round % 3]!, write(round));
      const seen = table.names.map((node) => table.ask(node, read())()?.['value']);
      for (const node of table.names) table.restart(node);
      expect(table.names.map((node) => table.ask(node, read())()?.['value'])).toEqual(seen);
    }
  });
});

it.each([
  [{}, 32, /at most 31 nodes/],
  [{ 'gossip-period': 0 }, 3, /gossip-period must be longer/],
  [{ fanout: 5 }, 5, /a fanout of 5 needs more than 5 nodes/],
  [{ backoff: 0 }, 3, /backoff must be longer/],
])('refuses %j with %i nodes', (options, nodes, reason) => {
  const problems = system.validate!({ ...DEFAULTS, ...options }, nodes);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(reason);
  expect(system.validate!(DEFAULTS, 1)).toEqual([]);
});

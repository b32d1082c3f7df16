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
import type { CasPaxosOptions } from './node.js';
import { DEFAULTS, make } from './testing/options.js';

const bench = (nodes: number, options: Partial<CasPaxosOptions> = {}) => registerTable(nodes, make(options));

describeRegister(bench, { cas: true });

describe('the registers', () => {
  it('do without a minority, and answer nothing without a majority', () => {
    const table = bench(5);
    table.kill('n4');
    table.kill('n5');
    expect(table.answer('n1', write('a'))).toEqual(OK);
    table.kill('n3');
    expect(table.answer('n2', read())).toBeNull();
    expect(table.answer('n2', write('b'))).toBeNull();
    for (let tick = 0; tick < 10; tick++) table.fire('n2', 'resend');
    const codes = table.sent.filter(({ body }) => body.type === 'error').map(({ body }) => body['code']);
    expect(codes).toEqual([0, 0]);
    expect(table.timers('n2')).toEqual([]);
  });

  it('ignore messages that make no sense', () => {
    const table = bench(3);
    const wrote = table.ask('n1', write('a'));
    const ballot = { number: 1, node: 'n1' };
    const ahead = { number: 9, node: 'n2' };
    for (const body of [
      { type: 'prepare' },
      { type: 'prepare', key: 'x', version: 1, base: null, ballot: { number: -1, node: 'n2' } },
      { type: 'prepare', key: 'x', version: 2, base: null, ballot: ahead },
      { type: 'accept', key: 'x', version: 1, base: null, ballot: ahead },
      { type: 'accept', key: 'x', version: 1, base: null, ballot: ahead, state: { done: 'all' } },
      { type: 'accept', key: 'x', version: 1, base: null, ballot: ahead, state: { value: 1, done: [] }, next: 7 },
      { type: 'accept', key: 'x', version: 1, base: null, ballot: ahead, state: { value: 1, done: [] }, next: ballot },
      { type: 'promised', key: 'x', ballot, accepted: ahead, state: null },
      { type: 'promised', key: 'x', ballot: ahead, accepted: ahead, state: { value: 1, done: [] } },
      { type: 'accepted', key: 'x', ballot },
      { type: 'accepted', key: 'y', ballot },
      { type: 'refused', key: 'x', ballot },
      { type: 'state', op: 1 },
      { type: 'query' },
      { type: 'rumour' },
    ]) {
      table.give({ src: 'n2', dest: 'n1', body });
    }
    table.give({ src: 'n9', dest: 'n1', body: { type: 'prepare', key: 'x', version: 1, base: null, ballot: ahead } });
    expect(wrote()).toBeNull();
    table.deliver();
    expect(wrote()).toEqual(OK);
    expect(table.answer('n3', read())).toEqual(value('a'));
  });
});

describe('rounds', () => {
  const messages = (table: MessageTable, body: Parameters<MessageTable['ask']>[1], node = 'n1') => {
    const before = table.sent.length;
    table.answer(node, body);
    return table.sent.slice(before).filter(({ dest }) => dest.startsWith('n')).length;
  };

  it('of a change are two, and one for the next by the same node', () => {
    const table = bench(5);
    expect(messages(table, write('a'))).toBe(16);
    expect(messages(table, write('b'))).toBe(8);
    expect(messages(table, cas('b', 'c'))).toBe(8);
    expect(messages(table, write('d'), 'n2')).toBe(16);
    expect(messages(table, write('e'))).toBe(16);
    const plain = bench(5, { 'one-round-trip': false });
    expect(messages(plain, write('a'))).toBe(16);
    expect(messages(plain, write('b'))).toBe(16);
  });

  it('of a read are one where a majority agrees, and leave nothing in any log', () => {
    const table = bench(5);
    table.answer('n1', write('a'));
    const records = () => table.names.map((name) => table.disks.get(name)!.records.length);
    const before = records();
    expect(messages(table, read(), 'n3')).toBe(8);
    expect(records()).toEqual(before);
  });

  it('are shared by requests that wait for the same register', () => {
    const table = bench(3);
    const first = table.ask('n1', write(1));
    const later = [table.ask('n1', cas(1, 2)), table.ask('n1', cas(1, 3)), table.ask('n1', cas(2, 4))];
    table.deliver();
    expect([first(), ...later.map((answer) => answer())]).toMatchObject([OK, CAS_OK, { code: 22 }, CAS_OK]);
    expect(table.sent.filter(only('prepare'))).toHaveLength(2);
    expect(table.sent.filter(only('accept'))).toHaveLength(4);
    expect(table.answer('n2', read())).toEqual(value(4));
  });

  it('end although two proposers outbid each other', () => {
    const table = bench(3);
    const answers = [];
    for (let round = 0; round < 20; round++) {
      for (const node of table.names) answers.push(table.ask(node, write(`${node} ${round}`)));
      for (let turn = 0; turn < 40; turn++) {
        table.deliver(only('prepare'));
        table.deliver();
        for (const node of table.names) table.fire(node, 'backoff');
      }
    }
    expect(answers.every((answer) => answer()?.type === 'write_ok')).toBe(true);
  });
});

describe('lost and repeated messages', () => {
  it('are sent again, to those who have not answered, less and less often', () => {
    const table = bench(3);
    const wrote = table.ask('n1', write('a'));
    table.lose();
    const sent: number[] = [];
    for (let tick = 1; tick <= 8; tick++) {
      table.fire('n1', 'resend');
      if (table.messages.length > 0) sent.push(tick);
      table.lose();
    }
    expect(sent).toEqual([1, 3, 7]);
    table.fire('n1', 'resend');
    expect(wrote()).toBeNull();
  });

  it('do not make a request happen twice', () => {
    const table = bench(3);
    const request = { src: 'c50', dest: 'n1', body: { ...write('a'), msg_id: 4 } };
    table.give(request);
    table.give(request);
    table.deliver();
    table.answer('n2', write('b'));
    table.give(request);
    table.deliver();
    expect(table.answers('c50')).toHaveLength(1);
    expect(table.answer('n3', read())).toEqual(value('b'));
  });

  it.each([1000, 1])('do not make a request happen twice after a restart either (compact-after %i)', (compact) => {
    const table = bench(3, { 'compact-after': compact });
    const request = { src: 'c50', dest: 'n1', body: { ...write('a'), msg_id: 4 } };
    table.give(request);
    table.deliver();
    table.answer('n2', write('b'));
    table.restart('n1');
    table.give(request);
    table.deliver();
    expect(table.answer('n3', read())).toEqual(value('b'));
  });

  it('do not make a request happen twice after a restart, though its own node could not accept it', () => {
    const table = bench(5, { 'one-round-trip': false });
    const request = { src: 'c50', dest: 'n1', body: { ...write('a'), msg_id: 4 } };
    table.give(request);
    table.deliver(only('prepare'));
    table.ask('n5', write('b'));
    table.deliver(both(among('n1', 'n5'), only('prepare')));
    table.deliver(both(among('n1', 'n2', 'n3'), only('promised')));
    expect(table.messages.filter(only('accept'))).toHaveLength(4);
    table.restart('n1');
    table.lose();
    table.give(request);
    expect(table.messages).toEqual([]);
  });

  it('do not count twice', () => {
    const table = bench(5);
    const wrote = table.ask('n1', write('a'));
    for (const [asked, answer] of [
      ['prepare', 'promised'],
      ['accept', 'accepted'],
    ] as const) {
      table.deliver(both(among('n1', 'n2'), only(asked)));
      const [reply] = table.messages.filter(only(answer));
      for (let copy = 0; copy < 3; copy++) table.give(reply!);
      table.lose(only(answer));
      expect(wrote()).toBeNull();
      table.deliver(both(among('n1', 'n3'), only(asked, answer)));
    }
    expect(wrote()).toEqual(OK);
  });
});

describe('an attempt that failed', () => {
  /** n1 writes 'b' over 'a', and only n2 (beside n1) hears of it. */
  function halfWritten(options: Partial<CasPaxosOptions> = {}) {
    const table = bench(5, { 'one-round-trip': false, ...options });
    table.answer('n1', write('a'));
    const wrote = table.ask('n1', cas('a', 'b'));
    table.deliver(only('prepare', 'promised'));
    table.deliver(both(among('n1', 'n2'), only('accept')));
    table.lose();
    return { table, wrote };
  }

  it('is completed by whoever finds it, and its own node learns so from the state', () => {
    const { table, wrote } = halfWritten();
    const got = table.ask('n2', cas('b', 'c'));
    table.deliver(among('n2', 'n3', 'n4'));
    expect(got()).toEqual(CAS_OK);
    table.lose();
    expect(wrote()).toBeNull();
    retry(table, 'n1');
    expect(wrote()).toEqual(CAS_OK);
    expect(table.answer('n5', read())).toEqual(value('c'));
  });

  it('is carried out again when it was passed over', () => {
    const { table, wrote } = halfWritten();
    expect(table.ask('n3', write('z'))()).toBeNull();
    table.deliver(among('n3', 'n4', 'n5'));
    table.lose();
    retry(table, 'n1');
    expect(wrote()).toMatchObject({ type: 'error', code: 22 });
    expect(table.answer('n2', read())).toEqual(value('z'));
  });

  it('still counts when a later attempt did not find it, and somebody else did', () => {
    const table = bench(5, { 'one-round-trip': false });
    table.answer('n1', write('a'));
    const wrote = table.ask('n1', cas('a', 'b'));
    table.deliver(both(among('n1', 'n2', 'n3'), only('prepare')));
    // Before it has its promises, n1 itself promises more: of its accept, only n2 will know.
    table.ask('n5', write('lost'));
    table.deliver(both(among('n1', 'n5'), only('prepare')));
    table.deliver(both(among('n1', 'n2', 'n3'), only('promised')));
    table.deliver(both(among('n1', 'n2'), only('accept')));
    table.lose();
    table.kill('n5');
    // A second attempt, with n3 and n4: nobody there has heard of the first, and nobody else hears of this one.
    table.fire('n1', 'resend');
    table.fire('n1', 'resend');
    table.fire('n1', 'backoff');
    table.deliver(both(among('n1', 'n3', 'n4'), only('prepare', 'promised')));
    table.lose();
    // n2 remembers the first.
    const got = table.ask('n2', write('c'));
    table.deliver(among('n2', 'n3', 'n4'));
    table.fire('n2', 'backoff');
    table.deliver(among('n2', 'n3', 'n4'));
    expect(got()).toEqual(OK);
    expect(table.sent.some(({ body }) => (body['state'] as { value?: unknown } | null)?.value === 'c')).toBe(true);
    table.lose();
    retry(table, 'n1');
    expect(wrote()).toEqual(CAS_OK);
    expect(table.answer('n4', read())).toEqual(value('c'));
  });

  it('is not refused on the word of a majority that does not know it, as long as others may find it', () => {
    const table = bench(5, { 'one-round-trip': false });
    table.answer('n1', write('a'));
    // Only n5 has accepted 'y', and n1 hears of it: its cas succeeds there.
    table.ask('n5', write('y'));
    table.deliver(only('prepare', 'promised'));
    table.lose();
    const wrote = table.ask('n1', cas('y', 'b'));
    table.deliver(both(among('n1', 'n2', 'n5'), only('prepare')));
    table.ask('n4', write('lost'));
    table.deliver(both(among('n1', 'n4'), only('prepare')));
    table.deliver(both(among('n1', 'n2', 'n5'), only('promised')));
    table.deliver(both(among('n1', 'n2'), only('accept')));
    table.lose();
    table.kill('n5');
    // n1, n3 and n4 all hold 'a', and there the cas would fail.
    table.fire('n1', 'resend');
    table.fire('n1', 'resend');
    table.fire('n1', 'backoff');
    table.deliver(both(among('n1', 'n3', 'n4'), only('prepare', 'promised')));
    table.lose();
    expect(wrote()).toBeNull();
    const got = table.ask('n2', cas('b', 'c'));
    table.deliver(among('n2', 'n3', 'n4'));
    for (let turn = 0; turn < 3; turn++) {
      table.fire('n2', 'backoff');
      table.deliver(among('n2', 'n3', 'n4'));
    }
    expect(got()).toEqual(CAS_OK);
    table.lose();
    retry(table, 'n1');
    expect(wrote()).toEqual(CAS_OK);
  });

  it('makes a read that finds it complete it', () => {
    const { table } = halfWritten();
    table.kill('n1');
    const first = table.ask('n2', read());
    table.deliver(among('n2', 'n3', 'n4'));
    table.fire('n2', 'resend');
    table.fire('n2', 'resend');
    table.deliver(among('n2', 'n3', 'n4'));
    expect(first()).toEqual(value('b'));
    table.lose();
    const second = table.ask('n5', read());
    table.deliver(among('n3', 'n4', 'n5'));
    table.fire('n5', 'resend');
    table.fire('n5', 'resend');
    table.deliver(among('n3', 'n4', 'n5'));
    expect(second()).toEqual(value('b'));
  });
});

describe('a restart', () => {
  it('keeps everything, through any number of compactions, in a short log', () => {
    const table = bench(3, { 'compact-after': 10 });
    for (let round = 0; round < 60; round++) {
      for (const key of ['x', 'y', 3]) table.answer(table.names[round % 3]!, write(round, key));
      for (const disk of table.disks.values()) expect(disk.records.length).toBeLessThanOrEqual(13);
      if (round % 7 === 0) for (const node of table.names) table.restart(node);
    }
    for (const node of table.names) table.restart(node);
    for (const key of ['x', 'y', 3]) expect(table.answer('n3', read(key))).toEqual(value(59));
  });

  it('uses no ballot twice, also one that was only promised in advance', () => {
    const table = bench(3);
    const ballots = new Map<string, unknown>();
    for (let round = 0; round < 30; round++) {
      table.ask('n1', write(round));
      table.deliver(round % 3 === 0 ? only('prepare', 'promised') : () => true);
      table.lose();
      if (round % 2 === 0) table.restart('n1');
    }
    for (const { body } of table.sent.filter(only('accept'))) {
      const ballot = JSON.stringify(body['ballot']);
      const state = JSON.stringify(body['state']);
      expect(ballots.get(ballot) ?? state).toBe(state);
      ballots.set(ballot, state);
    }
    expect(ballots.size).toBeGreaterThan(15);
  });

  it('with the bug forget-accepted, loses what was acknowledged', () => {
    for (const [bug, answer] of [
      ['none', value('a')],
      ['forget-accepted', { type: 'error', code: 20 }],
    ] as const) {
      const table = bench(3, { bug });
      expect(table.answer('n1', write('a'))).toEqual(OK);
      for (const node of table.names) table.restart(node);
      expect(table.answer('n2', read())).toMatchObject(answer);
    }
  });
});

it('with the bug skip-prepare, a node acts on what it knows alone', () => {
  for (const [bug, answer] of [
    ['none', { type: 'error', code: 22 }],
    ['skip-prepare', CAS_OK],
  ] as const) {
    const table = bench(3, { bug });
    table.answer('n1', write('old'));
    table.ask('n1', write('new'));
    table.deliver(among('n1', 'n2'));
    table.lose();
    const swapped = table.ask('n3', cas('old', 'other'));
    for (let turn = 0; turn < 3; turn++) {
      table.deliver();
      table.fire('n3', 'backoff');
    }
    expect(swapped()).toMatchObject(answer);
  }
});

it.each([
  [{}, 32, /at most 31 nodes/],
  [{ resend: 0 }, 3, /resend must be longer/],
  [{ backoff: 0 }, 3, /backoff must be longer/],
  [{ 'give-up': 50 }, 3, /give-up must not be shorter/],
])('refuses %j with %i nodes', (options, nodes, reason) => {
  const problems = system.validate!({ ...DEFAULTS, ...options }, nodes);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(reason);
  expect(system.validate!(DEFAULTS, 5)).toEqual([]);
});

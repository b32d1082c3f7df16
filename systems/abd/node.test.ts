import { describe, expect, it } from 'vitest';
import { among, type MessageTable } from '../shared/testing/message-table.js';
import { describeRegister } from '../shared/testing/register-scenarios.js';
import { WRITE_OK as OK, read, registerTable, readOk as value, write } from '../shared/testing/register-table.js';
import type { AbdOptions } from './node.js';
import { make } from './testing/options.js';

const bench = (nodes: number, options: Partial<AbdOptions> = {}) => registerTable(nodes, make(options));

function tags(table: MessageTable): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { body } of table.sent) {
    if (body.type === 'store') found.set(`${body['n']} ${body['writer']}`, body['value']);
  }
  return found;
}

describeRegister(bench, { cas: false });

describe('the register', () => {
  it('answers error 20 for a key that was never written, once a majority says so', () => {
    const table = bench(3);
    const got = table.ask('n1', read());
    expect(got()).toBeNull();
    table.deliver(among('n1', 'n2'));
    expect(got()).toMatchObject({ type: 'error', code: 20 });
  });

  it('does without a minority, and answers nothing without a majority', () => {
    const table = bench(5);
    table.kill('n4');
    table.kill('n5');
    const wrote = table.ask('n1', write('a'));
    table.deliver(among('n1', 'n2'));
    expect(wrote()).toBeNull();
    table.deliver();
    expect(wrote()).toEqual(OK);
    table.kill('n3');
    expect(table.answer('n2', read())).toBeNull();
  });

  it('ignores messages that make no sense', () => {
    const table = bench(3);
    const got = table.ask('n1', read());
    for (const body of [
      { type: 'query' },
      { type: 'store', op: 1, key: 'x', n: 'many', writer: 'n2', value: 1 },
      { type: 'store', op: 1, key: 'x', value: 1 },
      { type: 'query_ok' },
      { type: 'query_ok', op: 'one', n: 1, writer: 'n2' },
      { type: 'store_ok', op: 99 },
      { type: 'gossip' },
    ]) {
      table.give({ src: 'n2', dest: 'n1', body });
    }
    table.give({
      src: 'n9',
      dest: 'n1',
      body: { ...table.sent[0]!.body, type: 'query_ok', n: 5, writer: 'n9', value: 5 },
    });
    table.deliver();
    expect(got()).toMatchObject({ code: 20 });
  });
});

describe('reads', () => {
  /** A write of 'new' that only n1 holds, on top of 'old' that all hold. */
  function halfWritten(options: Partial<AbdOptions> = {}): MessageTable {
    const table = bench(3, options);
    table.answer('n1', write('old'));
    table.ask('n1', write('new'));
    table.deliver((message) => message.body.type.startsWith('query'));
    table.messages = [];
    return table;
  }

  it('write back what they return, so that no later read returns an older value', () => {
    const table = halfWritten();
    const first = table.ask('n2', read());
    table.deliver(among('n1', 'n2'));
    expect(first()).toEqual(value('new'));
    const second = table.ask('n3', read());
    table.deliver(among('n2', 'n3'));
    expect(second()).toEqual(value('new'));
  });

  it('with the bug no-write-back, do not', () => {
    const table = halfWritten({ bug: 'no-write-back' });
    const first = table.ask('n2', read());
    table.deliver(among('n1', 'n2'));
    expect(first()).toEqual(value('new'));
    table.messages = [];
    const second = table.ask('n3', read());
    table.deliver(among('n2', 'n3'));
    expect(second()).toEqual(value('old'));
  });

  it('do not answer before a majority holds what they return', () => {
    const table = bench(5);
    table.ask('n1', write('a'));
    table.deliver((message) => message.body.type.startsWith('query'));
    table.messages = [];
    const got = table.ask('n2', read());
    table.deliver((message) => among('n1', 'n2', 'n3')(message) && message.body.type.startsWith('query'));
    expect(got()).toBeNull();
    // n1 and n2 hold it now; the third must say so.
    table.deliver(among('n1', 'n2'));
    expect(got()).toBeNull();
    table.deliver(among('n2', 'n3'));
    expect(got()).toEqual(value('a'));
  });

  it.each([
    [true, 0],
    [false, 4],
  ])('with fast-reads %s send %i stores when all agree', (fast, count) => {
    const table = bench(5, { 'fast-reads': fast });
    table.answer('n1', write('a'));
    const before = table.sent.length;
    expect(table.answer('n2', read())).toEqual(value('a'));
    expect(table.sent.slice(before).filter((message) => message.body.type === 'store')).toHaveLength(count);
  });
});

describe('lost and repeated messages', () => {
  it('asks those again who have not answered, less and less often', () => {
    const table = bench(3);
    const got = table.ask('n1', read());
    table.messages = [];
    const sent: number[] = [];
    for (let tick = 1; tick <= 8; tick++) {
      const before = table.sent.length;
      table.fire('n1', 'resend');
      if (table.sent.length > before) sent.push(tick);
      expect(table.sent.length - before).toBeOneOf([0, 2]);
    }
    expect(sent).toEqual([1, 3, 7]);
    table.deliver();
    expect(got()).toMatchObject({ code: 20 });
    table.fire('n1', 'resend');
    expect(table.timers('n1')).toEqual([]);
  });

  it('finishes a store whose messages were lost, and sends nothing to those who hold it', () => {
    const table = bench(5);
    const wrote = table.ask('n1', write('a'));
    table.deliver((message) => message.body.type.startsWith('query'));
    table.deliver(among('n1', 'n2'));
    table.messages = [];
    table.fire('n1', 'resend');
    expect(table.messages.map((message) => message.dest)).toEqual(['n3', 'n4', 'n5']);
    table.deliver();
    expect(wrote()).toEqual(OK);
  });

  it('gives up with an indefinite error', () => {
    const table = bench(3, { 'give-up': 1000, resend: 100 });
    const wrote = table.ask('n1', write('a'));
    for (let tick = 0; tick < 10; tick++) table.fire('n1', 'resend');
    expect(wrote()).toBeNull();
    table.fire('n1', 'resend');
    expect(wrote()).toMatchObject({ type: 'error', code: 0 });
    expect(table.timers('n1')).toEqual([]);
  });

  it('counts an answer that arrives twice once', () => {
    const table = bench(5);
    const wrote = table.ask('n1', write('a'));
    for (const type of ['query', 'store']) {
      table.deliver((message) => message.dest === 'n2' && message.body.type === type);
      const reply = table.messages.find((message) => message.src === 'n2')!;
      for (let copy = 0; copy < 3; copy++) table.give(reply);
      table.messages.splice(table.messages.indexOf(reply), 1);
      expect(wrote()).toBeNull();
      expect(table.messages.some((message) => message.body.type === 'store')).toBe(type === 'store');
      table.deliver((message) => among('n1', 'n3')(message) && message.body.type.startsWith(type));
    }
    expect(wrote()).toEqual(OK);
  });

  it('performs a request that arrives twice once', () => {
    const table = bench(3);
    const request = { src: 'c7', dest: 'n1', body: { ...write('a'), msg_id: 4 } };
    table.give(request);
    table.deliver();
    table.answer('n2', write('b'));
    table.give(request);
    table.deliver();
    expect(table.sent.filter((message) => message.dest === 'c7')).toHaveLength(1);
    expect(table.answer('n3', read())).toEqual(value('b'));
    table.give({ ...request, body: { ...write('c'), msg_id: 5 } });
    table.deliver();
    expect(table.sent.filter((message) => message.dest === 'c7')).toHaveLength(2);
  });
});

describe('tags', () => {
  it('of concurrent writes through one node differ', () => {
    const table = bench(3);
    const one = table.ask('n1', write('a'));
    const other = table.ask('n1', write('b'));
    table.deliver();
    expect([one(), other()]).toEqual([OK, OK]);
    expect([...tags(table)]).toEqual([
      ['1 n1', 'a'],
      ['2 n1', 'b'],
    ]);
  });

  it('of a write before a crash are not used again after it, though nobody else remembers them', () => {
    const table = bench(5);
    table.ask('n1', write('a'));
    table.deliver((message) => message.body.type.startsWith('query'));
    const inFlight = table.messages;
    table.messages = [];
    table.restart('n1');
    const wrote = table.ask('n1', write('b'));
    table.deliver(among('n1', 'n4', 'n5'));
    expect(wrote()).toEqual(OK);
    table.messages.push(...inFlight);
    table.deliver();
    expect([...tags(table)]).toEqual([
      ['1 n1', 'a'],
      ['2 n1', 'b'],
    ]);
    for (const node of table.names) {
      expect(table.answer(node, read())).toEqual(value('b'));
    }
  });

  it('of two writers with the same integer are ordered by the writer, everywhere alike', () => {
    const table = bench(3);
    table.ask('n1', write('a'));
    table.ask('n3', write('c'));
    table.deliver((message) => message.body.type.startsWith('query'));
    expect([...tags(table).keys()]).toEqual(['1 n1', '1 n3']);
    table.deliver();
    for (const node of table.names) {
      expect(table.answer(node, read())).toEqual(value('c'));
    }
  });
});

describe('a restart', () => {
  it('lets no reply to an operation of the earlier life count for one of this', () => {
    const table = bench(3);
    table.ask('n1', read());
    table.deliver((message) => message.dest === 'n2');
    const stale = table.messages.filter((message) => message.body.type === 'query_ok');
    expect(stale).toHaveLength(1);
    table.messages = [];
    table.kill('n1');
    table.ask('n2', write('a'));
    table.deliver(among('n2', 'n3'));
    table.start('n1');
    const got = table.ask('n1', read());
    for (const message of stale) table.give(message);
    expect(got()).toBeNull();
    table.deliver();
    expect(got()).toEqual(value('a'));
  });

  it('keeps everything that was stored, through any number of compactions, in a short log', () => {
    const table = bench(3, { 'compact-after': 10 });
    for (let round = 0; round < 100; round++) {
      for (const key of ['x', 'y', 3]) {
        table.answer('n1', write(round, key));
      }
      const { records } = table.disks.get('n2')!;
      expect(records.length).toBeLessThanOrEqual(13);
      if (round % 7 === 0) {
        for (const node of table.names) {
          table.restart(node);
        }
      }
    }
    for (const node of table.names) table.kill(node);
    for (const node of table.names) table.start(node);
    for (const key of ['x', 'y', 3]) {
      expect(table.answer('n3', read(key))).toEqual(value(99));
    }
  });

  it('takes a number that no earlier life had, also right after a compaction', () => {
    const table = bench(1, { 'compact-after': 1 });
    const ids = new Set<number>();
    for (let life = 0; life < 10; life++) {
      table.restart('n1');
      const { snapshot, records } = table.disks.get('n1')!;
      const last = [snapshot, ...records].findLast((entry) => (entry as { incarnation?: number })?.incarnation);
      ids.add((last as { incarnation: number }).incarnation);
    }
    expect([...ids]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

it('with the bug minority-quorum, two quorums may have no node in common', () => {
  const table = bench(5, { bug: 'minority-quorum' });
  const wrote = table.ask('n1', write('a'));
  table.deliver(among('n1', 'n2'));
  expect(wrote()).toEqual(OK);
  const got = table.ask('n3', read());
  table.deliver(among('n3', 'n4'));
  expect(got()).toMatchObject({ code: 20 });
});

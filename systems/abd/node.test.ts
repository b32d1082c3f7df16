import { describe, expect, it } from 'vitest';
import type { Message } from '../../framework/contracts/message.js';
import { Bench } from './testing/bench.js';

const write = (value: unknown, key: unknown = 'x') => ({ type: 'write', key, value });
const read = (key: unknown = 'x') => ({ type: 'read', key });
const between =
  (...nodes: string[]) =>
  (message: Message) =>
    nodes.includes(message.src) && nodes.includes(message.dest);
const OK = { type: 'write_ok', in_reply_to: 1 };
const value = (value: unknown) => ({ type: 'read_ok', value, in_reply_to: 1 });

function tags(bench: Bench): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { body } of bench.sent) {
    if (body.type === 'store') found.set(`${body['n']} ${body['writer']}`, body['value']);
  }
  return found;
}

describe('the register', () => {
  it.each([1, 2, 3, 4, 5])('with %i nodes gives every node what any node wrote', (count) => {
    const bench = new Bench(count);
    for (const writer of bench.names) {
      for (const [key, text] of [
        ['x', `${writer} x`],
        [7, null],
        ['7', { from: writer }],
      ] as const) {
        const wrote = bench.ask(writer, write(text, key));
        bench.deliver();
        expect(wrote()).toEqual(OK);
        for (const reader of bench.names) {
          const got = bench.ask(reader, read(key));
          bench.deliver();
          expect(got()).toEqual(value(text));
        }
      }
    }
  });

  it('answers error 20 for a key that was never written, once a majority says so', () => {
    const bench = new Bench(3);
    const got = bench.ask('n1', read());
    expect(got()).toBeNull();
    bench.deliver(between('n1', 'n2'));
    expect(got()).toMatchObject({ type: 'error', code: 20 });
  });

  it.each([
    [{ type: 'cas', key: 'x', from: 1, to: 2 }, 10],
    [{ type: 'txn', txn: [] }, 10],
    [{ type: 'write', key: 'x' }, 12],
    [{ type: 'read' }, 12],
    [{ type: 'write', key: { a: 1 }, value: 1 }, 12],
  ])('refuses %j with the definite error %i', (body, code) => {
    const bench = new Bench(3);
    expect(bench.ask('n1', body)()).toMatchObject({ type: 'error', code, in_reply_to: 1 });
    expect(bench.table).toEqual([]);
  });

  it('does without a minority, and answers nothing without a majority', () => {
    const bench = new Bench(5);
    bench.kill('n4');
    bench.kill('n5');
    const wrote = bench.ask('n1', write('a'));
    bench.deliver(between('n1', 'n2'));
    expect(wrote()).toBeNull();
    bench.deliver();
    expect(wrote()).toEqual(OK);
    bench.kill('n3');
    const got = bench.ask('n2', read());
    bench.deliver();
    expect(got()).toBeNull();
  });

  it('ignores messages that make no sense', () => {
    const bench = new Bench(3);
    const got = bench.ask('n1', read());
    for (const body of [
      { type: 'query' },
      { type: 'store', op: 1, key: 'x', n: 'many', writer: 'n2', value: 1 },
      { type: 'store', op: 1, key: 'x', value: 1 },
      { type: 'query_ok' },
      { type: 'query_ok', op: 'one', n: 1, writer: 'n2' },
      { type: 'store_ok', op: 99 },
      { type: 'gossip' },
    ]) {
      bench.give({ src: 'n2', dest: 'n1', body });
    }
    bench.give({
      src: 'n9',
      dest: 'n1',
      body: { ...bench.sent[0]!.body, type: 'query_ok', n: 5, writer: 'n9', value: 5 },
    });
    bench.deliver();
    expect(got()).toMatchObject({ code: 20 });
  });
});

describe('reads', () => {
  /** A write of 'new' that only n1 holds, on top of 'old' that all hold. */
  function halfWritten(options: ConstructorParameters<typeof Bench>[1] = {}): Bench {
    const bench = new Bench(3, options);
    bench.ask('n1', write('old'));
    bench.deliver();
    bench.ask('n1', write('new'));
    bench.deliver((message) => message.body.type.startsWith('query'));
    bench.table = [];
    return bench;
  }

  it('write back what they return, so that no later read returns an older value', () => {
    const bench = halfWritten();
    const first = bench.ask('n2', read());
    bench.deliver(between('n1', 'n2'));
    expect(first()).toEqual(value('new'));
    const second = bench.ask('n3', read());
    bench.deliver(between('n2', 'n3'));
    expect(second()).toEqual(value('new'));
  });

  it('with the bug no-write-back, do not', () => {
    const bench = halfWritten({ bug: 'no-write-back' });
    const first = bench.ask('n2', read());
    bench.deliver(between('n1', 'n2'));
    expect(first()).toEqual(value('new'));
    bench.table = [];
    const second = bench.ask('n3', read());
    bench.deliver(between('n2', 'n3'));
    expect(second()).toEqual(value('old'));
  });

  it('do not answer before a majority holds what they return', () => {
    const bench = new Bench(5);
    bench.ask('n1', write('a'));
    bench.deliver((message) => message.body.type.startsWith('query'));
    bench.table = [];
    const got = bench.ask('n2', read());
    bench.deliver((message) => between('n1', 'n2', 'n3')(message) && message.body.type.startsWith('query'));
    expect(got()).toBeNull();
    // n1 and n2 hold it now; the third must say so.
    bench.deliver(between('n1', 'n2'));
    expect(got()).toBeNull();
    bench.deliver(between('n2', 'n3'));
    expect(got()).toEqual(value('a'));
  });

  it.each([
    [true, 0],
    [false, 4],
  ])('with fast-reads %s send %i stores when all agree', (fast, count) => {
    const bench = new Bench(5, { 'fast-reads': fast });
    bench.ask('n1', write('a'));
    bench.deliver();
    const before = bench.sent.length;
    const got = bench.ask('n2', read());
    bench.deliver();
    expect(got()).toEqual(value('a'));
    expect(bench.sent.slice(before).filter((message) => message.body.type === 'store')).toHaveLength(count);
  });
});

describe('lost and repeated messages', () => {
  it('asks those again who have not answered, less and less often', () => {
    const bench = new Bench(3);
    const got = bench.ask('n1', read());
    bench.table = [];
    const sent: number[] = [];
    for (let tick = 1; tick <= 8; tick++) {
      const before = bench.sent.length;
      bench.tick('n1');
      if (bench.sent.length > before) sent.push(tick);
      expect(bench.sent.length - before).toBeOneOf([0, 2]);
    }
    expect(sent).toEqual([1, 3, 7]);
    bench.deliver();
    expect(got()).toMatchObject({ code: 20 });
    bench.tick('n1');
    expect(bench.timers.has('n1')).toBe(false);
  });

  it('finishes a store whose messages were lost, and sends nothing to those who hold it', () => {
    const bench = new Bench(5);
    const wrote = bench.ask('n1', write('a'));
    bench.deliver((message) => message.body.type.startsWith('query'));
    bench.deliver(between('n1', 'n2'));
    bench.table = [];
    bench.tick('n1');
    expect(bench.table.map((message) => message.dest)).toEqual(['n3', 'n4', 'n5']);
    bench.deliver();
    expect(wrote()).toEqual(OK);
  });

  it('gives up with an indefinite error', () => {
    const bench = new Bench(3, { 'give-up': 1000, resend: 100 });
    const wrote = bench.ask('n1', write('a'));
    for (let tick = 0; tick < 10; tick++) bench.tick('n1');
    expect(wrote()).toBeNull();
    bench.tick('n1');
    expect(wrote()).toMatchObject({ type: 'error', code: 0 });
    expect(bench.timers.has('n1')).toBe(false);
  });

  it('counts an answer that arrives twice once', () => {
    const bench = new Bench(5);
    const wrote = bench.ask('n1', write('a'));
    for (const type of ['query', 'store']) {
      bench.deliver((message) => message.dest === 'n2' && message.body.type === type);
      const reply = bench.table.find((message) => message.src === 'n2')!;
      for (let copy = 0; copy < 3; copy++) bench.give(reply);
      bench.table.splice(bench.table.indexOf(reply), 1);
      expect(wrote()).toBeNull();
      expect(bench.table.some((message) => message.body.type === 'store')).toBe(type === 'store');
      bench.deliver((message) => between('n1', 'n3')(message) && message.body.type.startsWith(type));
    }
    expect(wrote()).toEqual(OK);
  });

  it('performs a request that arrives twice once', () => {
    const bench = new Bench(3);
    const request = { src: 'c7', dest: 'n1', body: { ...write('a'), msg_id: 4 } };
    bench.give(request);
    bench.deliver();
    bench.ask('n2', write('b'));
    bench.deliver();
    bench.give(request);
    bench.deliver();
    expect(bench.sent.filter((message) => message.dest === 'c7')).toHaveLength(1);
    const got = bench.ask('n3', read());
    bench.deliver();
    expect(got()).toEqual(value('b'));
    bench.give({ ...request, body: { ...write('c'), msg_id: 5 } });
    bench.deliver();
    expect(bench.sent.filter((message) => message.dest === 'c7')).toHaveLength(2);
  });
});

describe('tags', () => {
  it('of concurrent writes through one node differ', () => {
    const bench = new Bench(3);
    const one = bench.ask('n1', write('a'));
    const other = bench.ask('n1', write('b'));
    bench.deliver();
    expect([one(), other()]).toEqual([OK, OK]);
    expect([...tags(bench)]).toEqual([
      ['1 n1', 'a'],
      ['2 n1', 'b'],
    ]);
  });

  it('of a write before a crash are not used again after it, though nobody else remembers them', () => {
    const bench = new Bench(5);
    bench.ask('n1', write('a'));
    bench.deliver((message) => message.body.type.startsWith('query'));
    const inFlight = bench.table;
    bench.table = [];
    bench.kill('n1');
    bench.start('n1');
    const wrote = bench.ask('n1', write('b'));
    bench.deliver(between('n1', 'n4', 'n5'));
    expect(wrote()).toEqual(OK);
    bench.table.push(...inFlight);
    bench.deliver();
    expect([...tags(bench)]).toEqual([
      ['1 n1', 'a'],
      ['2 n1', 'b'],
    ]);
    for (const node of bench.names) {
      const got = bench.ask(node, read());
      bench.deliver();
      expect(got()).toEqual(value('b'));
    }
  });

  it('of two writers with the same integer are ordered by the writer, everywhere alike', () => {
    const bench = new Bench(3);
    bench.ask('n1', write('a'));
    bench.ask('n3', write('c'));
    bench.deliver((message) => message.body.type.startsWith('query'));
    expect([...tags(bench).keys()]).toEqual(['1 n1', '1 n3']);
    bench.deliver();
    for (const node of bench.names) {
      const got = bench.ask(node, read());
      bench.deliver();
      expect(got()).toEqual(value('c'));
    }
  });
});

describe('a restart', () => {
  it('lets no reply to an operation of the earlier life count for one of this', () => {
    const bench = new Bench(3);
    bench.ask('n1', read());
    bench.deliver((message) => message.dest === 'n2');
    const stale = bench.table.filter((message) => message.body.type === 'query_ok');
    expect(stale).toHaveLength(1);
    bench.table = [];
    bench.kill('n1');
    bench.ask('n2', write('a'));
    bench.deliver(between('n2', 'n3'));
    bench.start('n1');
    const got = bench.ask('n1', read());
    for (const message of stale) bench.give(message);
    expect(got()).toBeNull();
    bench.deliver();
    expect(got()).toEqual(value('a'));
  });

  it('keeps everything that was stored, through any number of compactions, in a short log', () => {
    const bench = new Bench(3, { 'compact-after': 10 });
    for (let round = 0; round < 100; round++) {
      for (const key of ['x', 'y', 3]) {
        bench.ask('n1', write(round, key));
        bench.deliver();
      }
      const { records } = bench.disks.get('n2')!;
      expect(records.length).toBeLessThanOrEqual(13);
      if (round % 7 === 0) {
        for (const node of bench.names) {
          bench.kill(node);
          bench.start(node);
        }
      }
    }
    for (const node of bench.names) bench.kill(node);
    for (const node of bench.names) bench.start(node);
    for (const key of ['x', 'y', 3]) {
      const got = bench.ask('n3', read(key));
      bench.deliver();
      expect(got()).toEqual(value(99));
    }
  });

  it('takes a number that no earlier life had, also right after a compaction', () => {
    const bench = new Bench(1, { 'compact-after': 1 });
    const ids = new Set<number>();
    for (let life = 0; life < 10; life++) {
      bench.kill('n1');
      bench.start('n1');
      const { snapshot, records } = bench.disks.get('n1')!;
      const last = [snapshot, ...records].findLast((entry) => (entry as { incarnation?: number })?.incarnation);
      ids.add((last as { incarnation: number }).incarnation);
    }
    expect([...ids]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

it('with the bug minority-quorum, two quorums may have no node in common', () => {
  const bench = new Bench(5, { bug: 'minority-quorum' });
  const wrote = bench.ask('n1', write('a'));
  bench.deliver(between('n1', 'n2'));
  expect(wrote()).toEqual(OK);
  const got = bench.ask('n3', read());
  bench.deliver(between('n3', 'n4'));
  expect(got()).toMatchObject({ code: 20 });
});

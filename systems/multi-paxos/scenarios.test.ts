import { describe, expect, it } from 'vitest';
import { compareBallots } from '../shared/ballot.js';
import { only } from '../shared/testing/message-table.js';
import { cas, read, write } from '../shared/testing/store-bench.js';
import type { Bug, PaxosOptions } from './options.js';
import { Table } from './testing/table.js';

function fill(table: Table, node: string, from: number, to: number): void {
  for (let i = from; i < to; i++) expect(table.answer(node, write(i % 7, i))).toMatchObject({ type: 'write_ok' });
}

describe('leaders', () => {
  it('one is elected, reports itself, and nobody disturbs it', () => {
    const table = new Table(5);
    const leader = table.leader();
    const { ballot, term } = table.paxos(leader);
    table.run(20_000);
    expect(table.leader()).toBe(leader);
    expect(compareBallots(table.paxos(leader).ballot, ballot)).toBe(0);
    expect(table.reports).toContainEqual({
      node: leader,
      state: expect.objectContaining({ role: 'leader', term, leader }),
    });
    expect(table.laws.broken).toEqual([]);
  });

  it('one that is killed is replaced, and comes back as a follower', () => {
    const table = new Table(5);
    const first = table.leader();
    const { term } = table.paxos(first);
    fill(table, first, 0, 10);
    table.kill(first);
    const second = table.leader();
    expect(table.paxos(second).term).toBeGreaterThan(term);
    expect(table.answer(second, read(2))).toMatchObject({ value: 9 });
    table.start(first);
    table.run(1000);
    expect(table.leader()).toBe(second);
    expect(table.answer(first, read(2))).toMatchObject({ value: 9 });
  });

  it('one without a majority steps down and refuses; what waits at it is in doubt', () => {
    const table = new Table(5);
    const leader = table.leader();
    table.cut.add(leader);
    const [doubtful, missed] = [table.ask(leader, write(1, 1)), table.ask(leader, read(1))];
    table.run(700);
    expect(table.paxos(leader).leads).toBe(false);
    expect(doubtful()).toMatchObject({ type: 'error', code: 13 });
    expect(missed()).toMatchObject({ type: 'error', code: 11 });
    expect(table.ask(leader, write(1, 2))()).toMatchObject({ type: 'error', code: 11 });
  });

  it('two that prepare at once do not outbid each other for ever', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const table = new Table(5, {}, seed);
      table.now = 1000;
      for (const name of table.names) table.fire(name, 'election');
      table.run(2000);
      const leaders = table.names.filter((name) => table.paxos(name).leads);
      expect(leaders).toHaveLength(1);
    }
  });

  it('a node that was cut off and promised itself more has the leader prepare again, without loss for its callers', () => {
    const table = new Table(3);
    const leader = table.leader();
    const away = table.others(leader)[0]!;
    table.cut.add(away);
    table.run(5000);
    const before = table.paxos(leader).ballot;
    table.cut.clear();
    const answer = table.ask(leader, write(1, 'kept'));
    // Both the accept and its refusal are under way when the leader prepares again.
    table.run(1000);
    expect(answer()).toMatchObject({ type: 'write_ok' });
    const { ballot, leads } = table.paxos(leader);
    expect(leads).toBe(true);
    expect(compareBallots(ballot, before)).toBeGreaterThan(0);
    expect(table.paxos(away).leader).toBe(leader);
  });

  it('a single node leads itself, and so does one of two as long as both run', () => {
    const alone = new Table(1);
    fill(alone, alone.leader(), 0, 20);
    expect(alone.answer('n1', read(5))).toMatchObject({ value: 19 });
    const pair = new Table(2);
    fill(pair, pair.leader(), 0, 5);
    pair.kill(pair.others(pair.leader())[0]!);
    pair.run(2000);
    expect(pair.names.filter((name) => pair.runs(name) && pair.paxos(name).leads)).toEqual([]);
  });
});

describe('requests', () => {
  const shapes: [string, Partial<PaxosOptions>][] = [
    ['confirmed reads', {}],
    ['reads through the log', { reads: 'log' }],
    ['a window of one slot', { window: 1 }],
  ];
  it.each(shapes)('are answered as lin-kv does, from every node: %s', (_, options) => {
    const table = new Table(3, options);
    table.leader();
    for (const node of table.names) {
      expect(table.answer(node, read(99))).toMatchObject({ code: 20 });
      expect(table.answer(node, cas(99, 1, 2))).toMatchObject({ code: 20 });
      expect(table.answer(node, write(1, 'a'))).toMatchObject({ type: 'write_ok' });
      expect(table.answer(node, cas(1, 'x', 'b'))).toMatchObject({ code: 22 });
      expect(table.answer(node, cas(1, 'a', 'b'))).toMatchObject({ type: 'cas_ok' });
      expect(table.answer(node, read(1))).toMatchObject({ type: 'read_ok', value: 'b' });
      expect(table.answer(node, { type: 'write', key: 1 })).toMatchObject({ code: 12 });
    }
  });

  it('without forwarding are refused by followers, which name the leader', () => {
    const table = new Table(3, { forward: false });
    const leader = table.leader();
    expect(table.answer(table.others(leader)[0]!, write(1, 1))).toMatchObject({ code: 11, leader });
  });

  it('that arrive twice take effect once', () => {
    const table = new Table(3);
    const leader = table.leader();
    table.answer(leader, write(1, 'a'), 'first');
    expect(table.answer(leader, cas(1, 'a', 'b'), 'second')).toMatchObject({ type: 'cas_ok' });
    table.answer(leader, write(1, 'a'), 'third');
    expect(table.answer(leader, cas(1, 'a', 'b'), 'second')).toMatchObject({ type: 'cas_ok' });
    expect(table.answer(leader, read(1))).toMatchObject({ value: 'a' });
  });

  it('of many clients at once share messages, wait for the window, and are all answered', () => {
    const table = new Table(3, { window: 8, 'max-batch': 4 });
    const leader = table.leader();
    const before = table.count('accept');
    const answers = Array.from({ length: 50 }, (_, i) => table.ask(leader, write(i, i)));
    expect(table.paxos(leader).acceptor.last).toBeLessThanOrEqual(table.paxos(leader).learner.chosen + 8);
    table.run(40);
    for (const answer of answers) expect(answer()).toMatchObject({ type: 'write_ok' });
    expect(table.count('accept') - before).toBeLessThan(2 * 50);
  });

  it('a read is not answered by a leader of the past, nor by an answer to an earlier life', () => {
    const table = new Table(3);
    const leader = table.leader();
    const [asker, third] = table.others(leader) as [string, string];
    table.answer(leader, write(1, 'old'));
    const stale = table.ask(asker, read(1));
    table.deliver((message) => message.body.type !== 'read-index');
    const late = table.messages.filter(only('read-index'));
    expect(late).toHaveLength(1);
    table.lose();
    table.kill(asker);
    table.start(asker);
    table.run(500);
    table.answer(leader, write(1, 'new'));
    table.cut.add(third);
    const fresh = table.ask(asker, read(1));
    table.lose(only('ask-index'));
    table.give(late[0]!);
    expect([stale(), fresh()]).toEqual([null, null]);
  });
});

describe('learning', () => {
  it('what is lost is sent again', () => {
    const table = new Table(5);
    const leader = table.leader();
    const answer = table.ask(leader, write(1, 1));
    table.lose(only('accept'));
    table.run(120);
    expect(answer()).toMatchObject({ type: 'write_ok' });
  });

  it('messages that come twice, late or in another order change nothing', () => {
    const table = new Table(3);
    const leader = table.leader();
    const answers = Array.from({ length: 9 }, (_, i) => {
      table.advance(0);
      return table.ask(leader, write(i, i));
    });
    table.advance(0);
    table.messages = [...table.messages, ...table.messages].reverse();
    table.run(200);
    for (const answer of answers) expect(answer()).toMatchObject({ type: 'write_ok' });
    for (const message of [...table.sent]) table.give(message);
    table.run(2000);
    expect(table.answer(table.leader(), read(3))).toMatchObject({ value: 3 });
    expect(table.laws.broken).toEqual([]);
  });

  it('a node that missed a little fetches the values', () => {
    const table = new Table(3, { 'max-batch': 4 });
    const leader = table.leader();
    const away = table.others(leader)[0]!;
    table.kill(away);
    fill(table, leader, 0, 30);
    table.start(away);
    table.run(200);
    expect(table.paxos(away).learner.chosen).toBe(table.paxos(leader).learner.chosen);
    expect(table.count('checkpoint')).toBe(0);
    expect(table.answer(away, read(1))).toMatchObject({ value: 29 });
  });

  it('one that missed more gets the checkpoint in parts, whatever is lost or doubled on the way', () => {
    const table = new Table(3, { 'checkpoint-every': 20, 'checkpoint-chunk': 4 });
    const leader = table.leader();
    const away = table.others(leader)[0]!;
    table.kill(away);
    fill(table, leader, 0, 100);
    table.start(away);
    for (let i = 0; i < 400; i++) {
      table.deliver((message) => message.body.type !== 'checkpoint');
      if (i % 3 === 0) table.lose(only('checkpoint'));
      else table.messages = [...table.messages, ...table.messages];
      table.deliver(only('checkpoint'));
      table.advance(10);
    }
    table.run(500);
    expect(table.count('checkpoint')).toBeGreaterThan(5);
    expect(table.paxos(away).learner.chosen).toBe(table.paxos(leader).learner.chosen);
    const known = Array.from({ length: 7 }, (_, key) => table.answer(away, read(key))?.['value']);
    expect(known).toEqual([98, 99, 93, 94, 95, 96, 97]);
    expect(table.laws.broken).toEqual([]);
  });

  it('a node that lags may lead: it fetches what its promises report as chosen first', () => {
    const table = new Table(3, { 'checkpoint-every': 10, 'checkpoint-chunk': 3 });
    const leader = table.leader();
    const [away, third] = table.others(leader) as [string, string];
    table.kill(away);
    fill(table, leader, 0, 60);
    table.kill(leader);
    table.start(away);
    table.now += 1000;
    table.fire(away, 'election');
    table.run(100);
    expect(table.paxos(away).leads).toBe(true);
    expect(table.paxos(third).leader).toBe(away);
    expect(table.answer(away, read(3))).toMatchObject({ value: 59 });
    expect(table.laws.broken).toEqual([]);
  });

  it('all nodes remember everything when all are killed, and logs stay short', () => {
    const table = new Table(5, { 'checkpoint-every': 20 });
    fill(table, table.leader(), 0, 120);
    table.kill(...table.names);
    for (const name of table.names) table.start(name);
    table.leader();
    for (const name of table.names) expect(table.answer(name, read(0))).toMatchObject({ value: 119 });
    for (const { records } of table.disks.values()) expect(records.length).toBeLessThan(60);
  });

  it('a gap is filled with a no-op, and what was accepted after it is chosen', () => {
    const table = new Table(3);
    const leader = table.leader();
    const [heir, third] = table.others(leader) as [string, string];
    const { chosen } = table.paxos(leader).learner;
    table.ask(leader, write(1, 'gap'));
    table.lose(only('accept'));
    table.ask(leader, write(2, 'after'));
    table.advance(0);
    table.deliver((message) => message.body.type === 'accept' && message.dest === third);
    table.lose();
    table.kill(leader);
    table.now += 1000;
    table.fire(heir, 'election');
    table.run(200);
    const { acceptor, learner } = table.paxos(heir);
    expect(learner.chosen).toBe(chosen + 2);
    expect(acceptor.at(chosen + 1)?.command).toBeNull();
    expect(table.answer(heir, read(1))).toMatchObject({ code: 20 });
    expect(table.answer(heir, read(2))).toMatchObject({ value: 'after' });
  });
});

describe('planted bugs', () => {
  /** A value that one acceptor has is proposed by the next leader, which did not have it: a majority may know it as chosen. */
  function inherited(bug: Bug): Table {
    const table = new Table(3, { bug });
    const leader = table.leader();
    const [heir, third] = table.others(leader) as [string, string];
    const answer = table.ask(leader, write(1, 'chosen'));
    table.deliver(({ src, dest }) => ![src, dest].includes(heir));
    expect(answer()).toMatchObject({ type: 'write_ok' });
    table.lose();
    table.kill(leader);
    table.now += 1000;
    table.fire(heir, 'election');
    table.run(200);
    expect(table.paxos(third).leader).toBe(heir);
    return table;
  }

  it('choose-own-value: an acknowledged write is gone; otherwise it is inherited', () => {
    const value = (bug: Bug) => {
      const table = inherited(bug);
      return table.answer(table.leader(), read(1));
    };
    expect(value('none')).toMatchObject({ value: 'chosen' });
    expect(value('choose-own-value')).toMatchObject({ code: 20 });
  });

  /**
   * A leader is cut off with a write in its own log only. The others elect another, whose write is chosen without the old
   * one's hearing of it. Then the old leader's accept reaches an acceptor that has promised more, after `before`.
   */
  function deposed(bug: Bug, before: (table: Table, acceptor: string) => void): Table {
    const table = new Table(3, { bug, 'election-timeout': 300 });
    const old = table.leader();
    const [heir, third] = table.others(old) as [string, string];
    // On a slow clock the old leader goes on for long.
    table.rates.set(old, 0.01);
    const lost = table.ask(old, write(1, 'old'));
    const accept = table.messages.find(({ dest, body }) => dest === third && body.type === 'accept')!;
    table.cut.add(old);
    table.now += 1000;
    table.fire(heir, 'election');
    table.run(10);
    expect(table.paxos(heir).leads).toBe(true);
    expect(table.answer(heir, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
    before(table, third);
    table.cut.clear();
    table.lose();
    table.give(accept);
    table.deliver(({ src, dest }) => src === third && dest === old);
    expect(lost()?.type).toBe(bug === 'none' ? undefined : 'write_ok');
    return table;
  }
  const nothing = () => {};
  const restart = (table: Table, acceptor: string) => {
    table.lose();
    table.kill(acceptor);
    table.start(acceptor);
  };

  it('accept-lower-ballot: a leader of the past has its value chosen in a slot that holds another', () => {
    expect(deposed('none', nothing).laws.broken).toEqual([]);
    expect(deposed('accept-lower-ballot', nothing).laws.broken).not.toEqual([]);
  });

  it('forget-promise: so does one that finds an acceptor which has restarted', () => {
    expect(deposed('none', restart).laws.broken).toEqual([]);
    expect(deposed('forget-promise', restart).laws.broken.some((law) => law.includes('was applied'))).toBe(true);
  });
});

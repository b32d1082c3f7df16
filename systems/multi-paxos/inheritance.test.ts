import { describe, expect, it } from 'vitest';
import type { Message } from '../../framework/contracts/message.js';
import { only } from '../shared/testing/message-table.js';
import { read, write } from '../shared/testing/store-bench.js';
import type { PaxosOptions } from './options.js';
import { Table } from './testing/table.js';

const hasCommands = ({ body }: Message) => body.type === 'accept' && (body['commands'] as unknown[]).length > 0;

/** The node prepares a ballot now, whoever was heard a moment ago. */
function campaign(table: Table, name: string): void {
  table.now += 1000;
  table.fire(name, 'election');
}

/** A leader has written `old` for key 1 to its own log and, with `also`, to that of one more, and is cut off with it. */
function divided(nodes: number, also: boolean, options: Partial<PaxosOptions> = {}) {
  const table = new Table(nodes, options);
  const old = table.leader();
  const [second, ...rest] = table.others(old) as [string, ...string[]];
  table.answer(old, write(2, 'before'));
  table.run(100);
  // On a slow clock it goes on believing in itself.
  table.rates.set(old, 0.001);
  const pending = table.ask(old, write(1, 'old'));
  if (also) table.deliver(({ dest, body }) => dest === second && body.type === 'accept');
  table.lose();
  table.cut.add(old);
  return { table, old, second, rest, pending };
}

describe('what a new ballot inherits', () => {
  it('a value that is not chosen gives way, also where it was accepted, when another is chosen', () => {
    const { table, second, rest } = divided(5, true);
    table.cut.add(second);
    campaign(table, rest[0]!);
    table.run(10);
    expect(table.answer(rest[0]!, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
    table.cut.delete(second);
    table.run(300);
    expect(table.paxos(second).leader).toBe(rest[0]);
    expect(table.answer(second, read(1))).toMatchObject({ value: 'new' });
    expect(table.laws.broken).toEqual([]);
  });

  it('of the values in its promises the one of the highest ballot, even against its own', () => {
    const { table, old, second, rest } = divided(5, true);
    const [heir, third, fourth] = rest as [string, string, string];
    table.cut.add(second);
    campaign(table, heir);
    table.run(10);
    const answer = table.ask(heir, write(1, 'new'));
    table.deliver(hasCommands);
    table.deliver(only('accepted'));
    expect(answer()).toMatchObject({ type: 'write_ok' });
    // Nobody else has heard that it is chosen.
    table.lose();
    table.kill(old, heir);
    table.cut.clear();
    campaign(table, second);
    table.deliver();
    if (!table.paxos(second).leads) campaign(table, second);
    table.run(10);
    expect([table.paxos(third).leader, table.paxos(fourth).leader]).toEqual([second, second]);
    expect(table.answer(second, read(1))).toMatchObject({ value: 'new' });
    expect(table.laws.broken).toEqual([]);
  });

  it('a read waits for what the new leader has found and proposed again', () => {
    const table = new Table(3);
    const old = table.leader();
    const [heir] = table.others(old) as [string];
    const answer = table.ask(old, write(1, 'kept'));
    table.deliver(hasCommands);
    table.deliver(only('accepted'));
    expect(answer()).toMatchObject({ type: 'write_ok' });
    table.lose();
    table.kill(old);
    campaign(table, heir);
    table.deliver(({ body }) => body.type === 'prepare' || body.type === 'promise');
    expect(table.paxos(heir).leads).toBe(true);
    const found = table.ask(heir, read(1));
    for (let i = 0; i < 6; i++) {
      table.lose(hasCommands);
      table.deliver();
      table.advance(10);
    }
    expect(found()).toBeNull();
    table.run(200);
    expect(found()).toMatchObject({ value: 'kept' });
  });

  it('what a promise reports as chosen is learned from it, without a fetch', () => {
    const table = new Table(3);
    const old = table.leader();
    const [heir, third] = table.others(old) as [string, string];
    table.answer(old, write(1, 1));
    table.cut.add(heir);
    table.run(100);
    table.kill(old);
    table.cut.clear();
    expect(table.paxos(third).learner.chosen).toBeGreaterThan(table.paxos(heir).learner.chosen);
    campaign(table, heir);
    table.run(10);
    expect(table.paxos(heir).leads).toBe(true);
    expect(table.sent.filter(only('fetch'))).toEqual([]);
  });
});

describe('a leader that must prepare again', () => {
  /** The old leader is heard again when the one that replaced it is gone, and is refused. */
  function returned(writes: number, options: Partial<PaxosOptions> = {}) {
    const made = divided(3, false, options);
    const { table, old, second, rest } = made;
    campaign(table, second);
    table.run(10);
    for (let i = 0; i < writes; i++)
      expect(table.answer(second, write(1, `new ${i}`))).toMatchObject({ type: 'write_ok' });
    table.run(100);
    table.kill(second);
    table.cut.clear();
    const next = table.ask(old, write(3, 'next'));
    // The last node has not heard its leader for so long that it defends it no more.
    table.now += 1000;
    table.fire(old, 'heartbeat');
    table.run(300);
    expect(table.paxos(old).leads).toBe(true);
    expect(table.paxos(rest[0]!).leader).toBe(old);
    return { ...made, next };
  }

  it('says that nobody knows, when the slot of a proposal turns out to hold another', () => {
    const { table, old, pending, next } = returned(1);
    expect(next()).toMatchObject({ type: 'write_ok' });
    expect(pending()).toMatchObject({ type: 'error', code: 13 });
    expect(table.answer(old, read(1))).toMatchObject({ value: 'new 0' });
    expect(table.answer(old, read(3))).toMatchObject({ value: 'next' });
    expect(table.laws.broken).toEqual([]);
  });

  it('goes on with what had waited for the window', () => {
    const { pending, next } = returned(1, { window: 1 });
    expect(next()).toMatchObject({ type: 'write_ok' });
    expect(pending()).toMatchObject({ type: 'error', code: 13 });
  });

  it('says so too when a checkpoint stands for that slot', () => {
    const { table, old, pending } = returned(30, { 'checkpoint-every': 4, 'max-batch': 2 });
    expect(table.sent.filter(only('checkpoint'))).not.toEqual([]);
    expect(pending()).toMatchObject({ type: 'error', code: 13 });
    expect(table.answer(old, read(1))).toMatchObject({ value: 'new 29' });
  });

  it('goes above the refusal at once', () => {
    const table = new Table(3);
    const leader = table.leader();
    const away = table.others(leader)[0]!;
    table.cut.add(away);
    table.run(20_000);
    table.cut.clear();
    const before = table.reports.length;
    table.run(500);
    const campaigns = table.reports.slice(before).filter(({ state }) => state.role === 'candidate');
    expect(campaigns.map(({ node }) => node)).toEqual([leader]);
  });

  it('does not have to because of a node that is heard but hears nothing', () => {
    const table = new Table(5);
    const leader = table.leader();
    const deaf = table.others(leader)[0]!;
    for (const name of table.names) table.cut.add(`${name}>${deaf}`);
    const { term } = table.paxos(leader);
    table.run(5000);
    expect(table.paxos(deaf).role).toBe('candidate');
    expect([table.paxos(leader).leads, table.paxos(leader).term]).toEqual([true, term]);
  });
});

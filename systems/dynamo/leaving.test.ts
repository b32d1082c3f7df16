import { describe, expect, it } from 'vitest';
import type { Message } from '../../framework/contracts/message.js';
import type { DynamoOptions } from './options.js';
import { Bench } from './testing/bench.js';

const KEYS = Array.from({ length: 40 }, (_, key) => key);
const change = (join: string[], leave: string[]) => ({ type: 'change', join, leave, cluster: 'dynamo' });
const held = (key: number) => ({ type: 'read_ok', value: `v${key}`, in_reply_to: 1 });

/** Four nodes, two copies of each key, both acknowledged and no third at a coordinator; then nodes take the place of others. */
function replaced(join: string[], leave: string[], bug: DynamoOptions['bug']) {
  const bench = new Bench(4, { n: 2, r: 1, w: 2, bug }, 2);
  for (const key of KEYS) {
    const [coordinator] = bench.homes(String(key));
    expect(bench.answer(coordinator!, { type: 'write', key, value: `v${key}` })?.type).toBe('write_ok');
  }
  const homes = new Map(KEYS.map((key) => [key, bench.homes(String(key))]));
  const answer = bench.ask('n1', change(join, leave));
  bench.calm();
  expect(answer()?.type).toBe('change_ok');
  const lost = KEYS.filter((key) => bench.answer('n1', { type: 'read', key })?.type === 'error');
  for (const key of KEYS) if (!lost.includes(key)) expect(bench.answer('n1', { type: 'read', key })).toEqual(held(key));
  const abandoned = KEYS.filter((key) => !bench.homes(String(key)).some((home) => homes.get(key)!.includes(home)));
  return { lost, abandoned };
}

describe('when keys get other home nodes, all at once', () => {
  it('nothing is lost', () => {
    const { lost, abandoned } = replaced(['n5', 'n6'], ['n2', 'n3'], 'none');
    expect(lost).toEqual([]);
    expect(abandoned.length).toBeGreaterThan(0);
  });

  it('with the bug forget-before-handover those keys are lost, though the change was confirmed', () => {
    const { lost, abandoned } = replaced(['n5', 'n6'], ['n2', 'n3'], 'forget-before-handover');
    expect(lost).toEqual(abandoned);
    expect(lost.length).toBeGreaterThan(0);
  });
});

describe('when one node leaves', () => {
  it('with the bug forget-before-handover the other home node still hands everything on', () => {
    expect(replaced(['n5'], ['n2'], 'forget-before-handover').lost).toEqual([]);
  });
});

describe('a write under way while members change', () => {
  const add = { type: 'add', element: 1 };
  const begin = () => new Bench(5, { n: 3, r: 1, w: 1, 'anti-entropy': 'off', 'read-repair': false }, 1);

  function expectEverywhere(bench: Bench, homes: readonly string[]): void {
    bench.calm();
    for (const home of homes) expect(bench.held(home, 'set'), home).toEqual([[1]]);
  }

  it('reaches home nodes that missed it, though its coordinator has forgotten the key', () => {
    const bench = begin();
    const homes = bench.homes('set');
    const [taker] = homes;
    const added = bench.ask('n6', add);
    bench.deliverOnly(({ src, dest }) => [src, dest].every((node) => node === 'n6' || node === taker));
    expect(added()).toMatchObject({ type: 'add_ok' });
    bench.ask(taker!, change([], [bench.names.find((name) => !homes.includes(name))!]));
    const { members } = bench.node(taker!).core.placement;
    bench.give({ src: taker!, dest: 'n6', body: { type: 'ring', cluster: 'dynamo', members } });
    expect(bench.held('n6', 'set')).toEqual([]);
    while (bench.timers('n6').includes('resend')) {
      bench.fire('n6', 'resend');
      bench.lose();
    }
    expect(bench.node('n6').core.homesOf('set')).toEqual(homes);
    expectEverywhere(bench, homes);
  });

  it('reaches a new home node, though its coordinator was replaced by it before it stored', () => {
    const bench = begin();
    const [leaver, other] = bench.homes('set');
    // Busy: what it stores waits for the end of a batch of events.
    for (const key of [1, 2, 3, 4, 5, 6]) bench.ask(leaver!, { type: 'read', key });
    bench.lose();
    bench.ask(other!, change([], [leaver!]));
    const isNews = ({ dest, body }: Message) => dest === leaver && body.type === 'ring';
    const news = bench.messages.find(isNews)!;
    bench.deliver((message) => message.body.type === 'ring' && !isNews(message));
    const node = bench.node(leaver!);
    node.receive({ src: 'c900', dest: leaver!, body: { ...add, msg_id: 1 } });
    node.receive(news);
    expect(node.core.isHome('set')).toBe(false);
    expect(bench.held(leaver!, 'set')).toEqual([]);
    bench.fire(leaver!, 'flush');
    expect(bench.answers('c900')).toMatchObject([{ type: 'add_ok' }]);
    const homes = bench.node(other!).core.homesOf('set');
    expect(homes).not.toContain(leaver);
    expectEverywhere(bench, homes);
  });
});

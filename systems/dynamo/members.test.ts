import { describe, expect, it } from 'vitest';
import { read, readOk as value, write } from '../shared/testing/register-table.js';
import type { DynamoOptions } from './options.js';
import { Bench } from './testing/bench.js';

const add = (element: unknown) => ({ type: 'add', element });
const READ_SET = { type: 'read' };

describe('members', () => {
  const change = (join: string[], leave: string[], cluster = 'dynamo') => ({ type: 'change', join, leave, cluster });

  /** Enough keys that each node holds some. */
  function filled(options: Partial<DynamoOptions> = {}): { bench: Bench; keys: number[] } {
    const bench = new Bench(4, { n: 2, r: 1, w: 2, 'anti-entropy': 'off', ...options }, 2);
    const keys = Array.from({ length: 40 }, (_, key) => key);
    for (const key of keys) bench.answer(bench.names[key % 4]!, write(`v${key}`, key));
    return { bench, keys };
  }

  it('that join have their keys before the change is answered; those that leave forget theirs', () => {
    const { bench, keys } = filled();
    const answer = bench.ask('n2', change(['n5', 'n6'], ['n1']));
    bench.deliver();
    expect(answer()).toBeNull();
    bench.calm();
    expect(answer()).toMatchObject({ type: 'change_ok' });
    for (const key of keys) {
      const homes = bench.node('n3').core.homesOf(String(key));
      for (const home of homes) expect(bench.held(home, String(key))).toEqual([`v${key}`]);
      for (const reader of bench.all) expect(bench.answer(reader, read(key))).toEqual(value(`v${key}`));
    }
    expect(bench.node('n5').core.replica.size).toBeGreaterThan(0);
    expect(bench.node('n1').core.replica.size).toBe(0);
  });

  it('keep what they owe while new home nodes are out of reach, also over a restart', () => {
    const { bench, keys } = filled();
    bench.kill('n5');
    const answer = bench.ask('n2', change(['n5'], ['n1']));
    bench.calm();
    expect(answer()).toBeNull();
    bench.kill('n1');
    bench.start('n1');
    expect(bench.node('n1').core.placement.ids).toEqual(['n2', 'n3', 'n4', 'n5']);
    bench.start('n5');
    bench.calm();
    expect(answer()).toMatchObject({ type: 'change_ok' });
    for (const key of keys) expect(bench.answer('n5', read(key))).toEqual(value(`v${key}`));
  });

  it('answer a change that was made before, and keep both of two that are made at the same time', () => {
    const { bench } = filled();
    const answers = [bench.ask('n1', change(['n5'], [])), bench.ask('n4', change(['n6'], ['n2']))];
    bench.calm();
    answers.push(bench.ask('n3', change(['n5'], ['n2'])));
    bench.calm();
    expect(answers.map((answer) => answer()?.type)).toEqual(['change_ok', 'change_ok', 'change_ok']);
    for (const name of bench.all) expect(bench.node(name).core.placement.ids).toEqual(['n1', 'n3', 'n4', 'n5', 'n6']);
  });

  it.each([
    [change(['n5'], [], 'other'), 14],
    [{ type: 'change', join: ['n5'], leave: [] }, 14],
    [change([], ['n1', 'n2', 'n3']), 14],
    [change(['n5'], ['n5']), 12],
    [{ type: 'change', join: 'n5', leave: [], cluster: 'dynamo' }, 12],
  ])('refuse %j with the definite error %i', (body, code) => {
    const { bench } = filled();
    expect(bench.answer('n1', body)).toMatchObject({ type: 'error', code });
    expect(bench.node('n1').core.placement.ids).toEqual(['n1', 'n2', 'n3', 'n4']);
  });

  it('are not changed again by a request that arrives twice', () => {
    const { bench } = filled();
    const request = { src: 'c900', dest: 'n1', body: { ...change(['n5'], []), msg_id: 1 } };
    bench.give(request);
    bench.calm();
    bench.ask('n1', change([], ['n5']));
    bench.calm();
    bench.give(request);
    bench.calm();
    expect(bench.node('n1').core.placement.ids).toEqual(['n1', 'n2', 'n3', 'n4']);
  });

  it('refuse members of a cluster of another name, and changes asked of a node that is none', () => {
    const { bench } = filled();
    bench.give({ src: 'n9', dest: 'n1', body: { type: 'ring', cluster: 'other', members: { n9: 1 } } });
    expect(bench.node('n1').core.placement.ids).not.toContain('n9');
    expect(bench.answer('n5', change(['n6'], []))).toMatchObject({ type: 'error', code: 11 });
  });

  it('are as before when whoever was asked in belongs to another cluster, and whoever asked hears it', () => {
    const { bench, keys } = filled();
    bench.kill('n5');
    const answer = bench.ask('n1', change(['n5'], []));
    bench.calm();
    expect(bench.node('n2').core.placement.ids).toContain('n5');
    bench.give({ src: 'n5', dest: 'n1', body: { type: 'stranger', cluster: 'other' } });
    bench.calm();
    expect(answer()).toMatchObject({ type: 'error', code: 14, text: 'n5 belongs to the cluster other, not to dynamo' });
    for (const name of ['n1', 'n2', 'n3', 'n4']) {
      expect(bench.node(name).core.placement.ids).toEqual(['n1', 'n2', 'n3', 'n4']);
    }
    for (const key of keys) expect(bench.answer('n2', read(key))).toEqual(value(`v${key}`));
    // Whom nobody asked in has nothing to refuse.
    bench.give({ src: 'n2', dest: 'n1', body: { type: 'stranger', cluster: 'other' } });
    bench.calm();
    expect(bench.node('n1').core.placement.ids).toEqual(['n1', 'n2', 'n3', 'n4']);
  });

  it('that have forgotten a key begin a new chain of versions', () => {
    const bench = new Bench(3, { n: 1, r: 1, w: 1, 'anti-entropy': 'off' });
    const leaver = bench.homes('set')[0]!;
    const [other] = bench.others(leaver);
    bench.answer(leaver, add(1));
    bench.ask(other!, change([], [leaver]));
    bench.calm();
    expect(bench.held(leaver, 'set')).toEqual([]);
    bench.ask(other!, change([leaver], []));
    bench.calm();
    bench.answer(leaver, add(2));
    expect([...(bench.answer(other!, READ_SET)!['value'] as number[])].sort()).toEqual([1, 2]);
  });
});

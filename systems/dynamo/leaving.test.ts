import { describe, expect, it } from 'vitest';
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

import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { faultsOf, NO_FAULTS } from '../shared/testing/store-storm.js';
import raft from './index.js';
import { bench, DEFAULTS } from './testing/bench.js';
import { type StormOptions, storm } from './testing/storm.js';

const change = (join: readonly string[], leave: readonly string[]) => raft.membership!.change(join, leave, DEFAULTS);
const others = (...not: string[]) => ['n1', 'n2', 'n3', 'n4', 'n5'].filter((id) => !not.includes(id));

describe('under random changes and faults, the laws of Raft hold, reads are right and the cluster recovers', () => {
  const shapes: [string, Partial<StormOptions>][] = [
    ['read-index', { spares: 2 }],
    ['leases, on a slow network', { spares: 2, latency: 20, drift: 0.5, with: { reads: 'lease', 'max-drift': 2 } }],
    ['few members, small snapshots', { nodes: 2, spares: 4, with: { 'snapshot-every': 20, 'snapshot-chunk': 3 } }],
    ['slow disks, faults all the time', { nodes: 3, spares: 2, latency: 10, sync: 10, every: 300, duration: 20_000 }],
  ];
  it.each(shapes)('%s', async (_, options) => {
    let changes = 0;
    for (let seed = 1; seed <= 2; seed++) {
      const outcome = await storm({ duration: 10_000, change: 300, freeze: false, seed, ...options });
      expect({ seed, ...faultsOf(outcome) }).toEqual({ seed, ...NO_FAULTS });
      expect(outcome.ok).toBeGreaterThan(20);
      changes += outcome.laws.changes;
    }
    expect(changes).toBeGreaterThan(5);
  });
});

describe('single-step-change', () => {
  /** The leader is cut off with one other member while three of five members become two: what do the others do? */
  async function shrink(bug: 'single-step-change' | 'none') {
    const seen: unknown[] = [];
    await bench({ with: { bug } }, async (b) => {
      const old = await b.leader();
      await b.ask(old, write(1, 'before'));
      const [near, one, two, three] = others(old) as [string, string, string, string];
      await b.isolate(old, near);
      const asked = b.ask(old, change([], [one, two]), { wait: 3000 });
      const next = await b.leader([old, near]);
      expect([one, two, three]).toContain(next);
      seen.push((await asked)?.type, (await b.ask(old, write(1, 'left')))?.type);
      expect(await b.ask(next, write(1, 'right'))).toMatchObject({ type: 'write_ok' });
      seen.push(
        (await b.ask(old, read(1)))?.['value'],
        b.laws.broken.some((law) => law.includes('commits another entry')),
      );
    });
    return seen;
  }

  it('two majorities with nobody in common lead and commit side by side; with the joint phase they do not', async () => {
    expect(await shrink('single-step-change')).toEqual(['change_ok', 'write_ok', 'left', true]);
    expect(await shrink('none')).toEqual(['error', 'error', undefined, false]);
  });
});

import { describe, expect, it } from 'vitest';
import { read, write } from '../shared/testing/store-bench.js';
import { faultsOf, NO_FAULTS } from '../shared/testing/store-storm.js';
import type { Bug } from './options.js';
import { bench } from './testing/bench.js';
import { type StormOptions, storm } from './testing/storm.js';

describe('under random schedules of faults, the laws of Raft hold, reads are right and the cluster recovers', () => {
  const shapes: [string, Partial<StormOptions>][] = [
    ['read-index', {}],
    ['three nodes', { nodes: 3 }],
    ['leases, on clocks that drift', { drift: 0.5, with: { reads: 'lease', 'max-drift': 2 } }],
    ['leases, on a slow network', { latency: 20, drift: 0.5, with: { reads: 'lease', 'max-drift': 2 } }],
    ['reads through the log, small snapshots', { with: { reads: 'log', 'snapshot-every': 20, 'snapshot-chunk': 3 } }],
    ['no forwarding, small batches', { with: { forward: false, 'max-batch': 2 } }],
    ['a slow network and slow disks', { latency: 30, sync: 20, every: 1000, clients: 10 }],
    ['few sessions', { with: { 'max-sessions': 20, 'snapshot-every': 50 } }],
    ['faults all the time', { every: 200, think: 50 }],
  ];
  it.each(shapes)('%s', async (_, options) => {
    for (let seed = 1; seed <= 3; seed++) {
      const outcome = await storm({ duration: 20_000, seed, freeze: seed === 1, ...options });
      expect({ seed, ...faultsOf(outcome) }).toEqual({ seed, ...NO_FAULTS });
      expect(outcome.ok).toBeGreaterThan(100);
      expect(outcome.reigns).toBeGreaterThan(1);
    }
  });
});

/** The first outcome in which something is wrong; null when none of 300 seeds has one. */
async function first(options: Omit<StormOptions, 'duration'>, bug: Bug) {
  for (let seed = 1; seed <= 300; seed++) {
    const outcome = await storm({ duration: 30_000, freeze: false, ...options, seed, with: { ...options.with, bug } });
    if (outcome.broken.length + outcome.wrong.length > 0) return outcome;
  }
  return null;
}

describe('planted bugs', () => {
  it.each([
    ['stale-reads', {}, 'wrong'],
    ['ack-before-commit', {}, 'wrong'],
    ['split-snapshot', {}, 'wrong'],
    ['no-sync', {}, 'broken'],
    ['forget-vote', { think: 300, clients: 10, every: 300, latency: 10, sync: 10 }, 'broken'],
  ] as const)('%s shows under faults', async (bug, options, what) => {
    const outcome = await first(options, bug);
    expect(outcome?.[what]).not.toEqual([]);
    expect(outcome).not.toBeNull();
  });

  /** A slow leader, cut off, while fast followers elect another: what does it answer? */
  async function driftingLease(bug: Bug): Promise<unknown> {
    let answer: unknown;
    await bench({ with: { reads: 'lease', 'max-drift': 1, bug } }, async (b) => {
      const old = await b.leader();
      await b.ask(old, write(1, 'old'));
      await b.cluster.faults.clock([old], { rate: 0.5 });
      await b.cluster.faults.clock(b.others(old), { rate: 2 });
      await b.sleep(300);
      await b.isolate(old);
      const next = await b.leader([old]);
      expect(await b.ask(next, write(1, 'new'))).toMatchObject({ type: 'write_ok' });
      answer = (await b.ask(old, read(1), { wait: 20 }))?.['value'];
      expect(await b.ask(next, read(1))).toMatchObject({ value: 'new' });
    });
    return answer;
  }

  it('lease-ignores-drift: the old leader answers what is no longer true; with the margin it does not', async () => {
    expect(await driftingLease('lease-ignores-drift')).toBe('old');
    expect(await driftingLease('none')).toBeUndefined();
  });

  it('commit-old-term: an entry that was committed and read is replaced (figure 8 of the paper)', () =>
    bench({ with: { bug: 'commit-old-term' } }, async (b) => {
      const { faults } = b.cluster;
      // (a) A leader appends an entry that nobody else gets.
      const one = await b.leader();
      const away = await b.isolate(one);
      void b.ask(one, write(1, 'one'), { wait: 10 });
      // (b) So does the next leader.
      let five: string | undefined;
      while (five === undefined) {
        await b.sleep(1);
        five = b.others(one).find((id) => b.log(id).leads);
      }
      const apart = await b.isolate(five);
      void b.ask(five, write(1, 'five'), { wait: 10 });
      const [two, three, four] = b.others(one, five) as [string, string, string];
      const down = await faults.kill([four]);
      await b.sleep(1000);
      // (c) The first one leads again and spreads its old entry to a majority.
      await away.heal();
      expect(await b.leader([five, four])).toBe(one);
      expect(await b.ask(two, read(1))).toMatchObject({ value: 'one' });
      // (d) The second one leads again, and replaces it.
      await faults.kill([one, three]);
      await down.heal();
      await apart.heal();
      expect(await b.leader()).toBe(five);
      expect(await b.ask(five, read(1))).toMatchObject({ value: 'five' });
      expect(await b.ask(two, read(1))).toMatchObject({ value: 'one' });
      expect(b.laws.broken).not.toEqual([]);
    }));
});

import { describe, expect, it } from 'vitest';
import type { Environment } from '../../framework/contracts/protocol.js';
import { type Entry, EntryLog } from './entry-log.js';
import { Replicator, type ReplicatorHost } from './replicator.js';
import { MemoryLog } from './testing/memory-log.js';

/** A leader at place 0 of three, which commits nothing; what it ships, as `to: prev+entries`. */
class Leader extends Replicator {
  readonly shipped: string[] = [];

  constructor(host: ReplicatorHost<Entry>) {
    super(host, 0, 2);
    this.grow(3);
  }

  get confirmed(): number {
    return Math.max(this.acked[1]!, this.acked[2]!);
  }

  protected override get answered(): number {
    return this.confirmed;
  }

  protected override get peers(): readonly number[] {
    return [1, 2];
  }

  protected override ship(to: number, prev: number, _term: number, entries: readonly Entry[]): void {
    this.shipped.push(`${to}: ${prev}+${entries.length}`);
  }

  protected override decide(): void {}

  /** The node at `from` answers the latest message: its log is the leader's up to `index`. */
  answer(from: number, index: number): void {
    this.hear(from, this.stamp);
    this.matches(from, index);
    this.probing[from] = 0;
    this.goOn(from);
  }

  heartbeat(): void {
    const stamp = this.newStamp();
    for (const i of this.peers) this.beat(i, stamp, false);
  }

  /** What has been shipped since it was last asked. */
  get news(): string[] {
    return this.shipped.splice(0);
  }
}

function bench() {
  const log = new EntryLog(new MemoryLog());
  const timers: string[] = [];
  const world = { now: 100, newest: -1, snapshots: [] as number[] };
  const host: ReplicatorHost<Entry> = {
    env: {
      elapsed: () => world.now,
      setTimer: (name: string) => void timers.push(name),
    } as unknown as Environment,
    leads: true,
    log,
    snapshots: { sending: () => false, send: (to) => void world.snapshots.push(to), reset: () => {} },
    reads: {
      get newest() {
        return world.newest;
      },
      confirm: () => {},
    },
    options: { heartbeat: 50, 'max-batch': 10 },
  };
  const leader = new Leader(host);
  const append = (count: number) => {
    for (let i = 0; i < count; i++) log.append({ index: log.last + 1, term: 1, command: i });
    leader.appended();
  };
  log.cast(1, 'n0');
  return { leader, log, timers, world, append };
}

describe('a leader that replicates its log', () => {
  it('begins with an empty entry, which everybody is sent, and probes until it knows where a log ends', () => {
    const { leader, log, append } = bench();
    leader.begin();
    expect([log.last, leader.floor, leader.news]).toEqual([1, 1, ['1: 0+1', '2: 0+1']]);
    append(3);
    leader.onFlush();
    expect(leader.news).toEqual([]);
    leader.answer(1, 1);
    expect(leader.news).toEqual(['1: 1+3']);
  });

  it('sends at once when nothing is under way, otherwise together, and no more than the window holds', () => {
    const { leader, timers, append } = bench();
    leader.begin();
    leader.answer(1, 1);
    append(1);
    expect(leader.news.slice(2)).toEqual(['1: 1+1']);
    append(1);
    append(1);
    expect([leader.news, timers]).toEqual([[], ['heartbeat', 'flush']]);
    leader.onFlush();
    expect(leader.news).toEqual(['1: 2+2']);
    append(1);
    leader.onFlush();
    expect(leader.news).toEqual([]);
    leader.answer(1, 4);
    expect(leader.news).toEqual(['1: 4+1']);
  });

  it('speaks to those who have all for the sake of a read, with stamps that always rise', () => {
    const { leader, world } = bench();
    leader.begin();
    leader.answer(1, 1);
    const { stamp } = leader;
    leader.kick();
    expect(leader.news.slice(2)).toEqual([]);
    world.newest = leader.stamp;
    leader.onFlush();
    expect(leader.news).toEqual(['1: 1+0']);
    expect(leader.stamp).toBeGreaterThan(stamp);
  });

  it('repeats to the silent what it does not know to have arrived, by a snapshot where the log does not reach back', () => {
    const { leader, log, world, append } = bench();
    leader.begin();
    leader.answer(1, 1);
    append(2);
    world.now += 50;
    leader.heartbeat();
    world.now += 50;
    leader.heartbeat();
    expect(leader.news.slice(2)).toEqual(['1: 1+2', '1: 3+0', '2: 0+0', '1: 1+0', '2: 0+0']);
    log.compact({ index: 3, term: 1, items: [] }, 0);
    world.now += 50;
    leader.heartbeat();
    expect([leader.news, world.snapshots]).toEqual([[], [1, 2]]);
  });
});

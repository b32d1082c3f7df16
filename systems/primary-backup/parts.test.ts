import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { ShippedLog } from './log.js';
import { Members } from './members.js';
import type { Entry } from './messages.js';
import { type PrimaryBackupOptions, validate } from './options.js';
import { DEFAULTS } from './testing/bench.js';

/** A disk that keeps all it is given. */
class Disk implements DurableLog {
  snapshot: unknown = null;
  records: unknown[] = [];
  append(record: unknown): void {
    this.records.push(record);
  }
  replace(snapshot: unknown, tail: readonly unknown[]): void {
    this.snapshot = snapshot;
    this.records = [...tail];
  }
  recover() {
    return { snapshot: this.snapshot, records: this.records };
  }
}

const entry = (index: number, epoch: number): Entry => ({ index, epoch, command: `${index}@${epoch}` });

function filled(epochs: readonly number[], disk = new Disk()): ShippedLog {
  const log = new ShippedLog(disk);
  for (const [i, epoch] of epochs.entries()) log.append(entry(i + 1, epoch));
  return log;
}

const contents = (log: ShippedLog) => [
  log.last,
  log.base,
  log.snapshot,
  log.epoch,
  log.vote,
  log.from(log.base + 1, 99),
];

describe('the log', () => {
  it('finds epochs and their ends', () => {
    const log = filled([1, 1, 3, 3, 3, 4]);
    expect([log.last, log.lastEpoch, log.epochAt(0), log.epochAt(3), log.epochAt(7)]).toEqual([6, 4, 0, 3, -1]);
    expect([log.firstOfEpoch(5), log.firstOfEpoch(2), log.firstOfEpoch(6)]).toEqual([3, 1, 6]);
    expect([0, 1, 2, 3, 9].map((epoch) => log.lastUpToEpoch(epoch))).toEqual([0, 2, 2, 5, 6]);
  });

  it('hands out slices, the same one for the same question', () => {
    const log = filled([1, 1, 1, 1]);
    const slice = log.from(2, 2);
    expect(slice.map((e) => e.index)).toEqual([2, 3]);
    expect(log.from(2, 2)).toBe(slice);
    log.truncate(3);
    log.append(entry(3, 2));
    expect(log.from(2, 2).map((e) => e.epoch)).toEqual([1, 2]);
  });

  it('keeps entries after an installed snapshot only if it agrees with it', () => {
    for (const [epoch, last] of [
      [2, 5],
      [3, 4],
    ] as const) {
      const log = filled([1, 1, 2, 2, 2]);
      log.install({ index: 4, epoch, items: ['x'] });
      expect([log.last, log.base, log.snapshot.items]).toEqual([last, 4, ['x']]);
    }
    const log = filled([1, 1, 2]);
    log.compact({ index: 3, epoch: 2, items: ['x'] }, 3);
    // An older snapshot takes all of it back, whatever entries are still in memory.
    log.install({ index: 2, epoch: 1, items: ['y'] });
    expect([log.last, log.lastEpoch]).toEqual([2, 1]);
  });

  it('comes back from disk as it was', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), by: fc.integer({ min: 0, max: 1 }) }),
      fc.record({ do: fc.constantFrom('truncate' as const, 'compact' as const, 'cast' as const), by: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const disk = new Disk();
        const log = new ShippedLog(disk);
        for (const { do: what, by } of steps) {
          const { index } = log.snapshot;
          if (what === 'append') log.append(entry(log.last + 1, log.lastEpoch + by));
          else if (what === 'cast') log.cast(log.epoch + 1, `n${by}`);
          else if (what === 'truncate' && log.last > index) log.truncate(Math.max(index + 1, log.last - by));
          else if (what === 'compact' && log.last - by > index) {
            log.compact({ index: log.last - by, epoch: log.epochAt(log.last - by), items: [] }, 0);
          }
        }
        const again = new ShippedLog(disk);
        again.recover();
        expect(contents(again)).toEqual(contents(log));
      }),
      { seed: 1 },
    );
  });
});

describe('members', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 });
  const members = (n: number, options: Partial<PrimaryBackupOptions>) =>
    new Members(
      Array.from({ length: n }, (_, i) => `n${i}`),
      'n0',
      { ...DEFAULTS, ...options },
    );

  it('know what so many have reached', () => {
    fc.assert(
      fc.property(values, fc.nat(6), (all, extra) => {
        const count = 1 + (extra % all.length);
        const reached = members(all.length, {}).reached(Float64Array.from(all), count);
        expect(all.filter((value) => value >= reached).length).toBeGreaterThanOrEqual(count);
        expect(all.filter((value) => value > reached).length).toBeLessThan(count);
      }),
      { seed: 1 },
    );
  });

  const has = Float64Array.from([9, 7, 5, 3, 1]);
  const live = Uint8Array.from([1, 1, 1, 0, 0]);
  it.each([
    [{}, 5, 5],
    [{ acks: 1 }, 7, 5],
    [{ acks: 4 }, 1, 5],
    [{ mode: 'async' as const }, 9, 5],
    [{ mode: 'sync' as const }, 5, 5],
    [{ mode: 'sync' as const, election: 'highest-id' as const }, 5, 5],
    [{ mode: 'async' as const, election: 'highest-id' as const }, 9, 9],
    [{ acks: 1, election: 'highest-id' as const }, 7, 7],
  ])('%o: what is written and what is confirmed', (options, written, confirmed) => {
    const five = members(5, options);
    expect([five.written(has, live), five.confirmed(has, live)]).toEqual([written, confirmed]);
  });

  it('sync counts no silent backup, but never less than a majority where that elects', () => {
    const two = Uint8Array.from([1, 1, 0, 0, 0]);
    expect(members(5, { mode: 'sync' }).written(has, two)).toBe(5);
    expect(members(5, { mode: 'sync', election: 'highest-id' }).written(has, two)).toBe(7);
  });
});

describe('options that contradict each other', () => {
  it.each<[string, Partial<PrimaryBackupOptions>, number, string[]]>([
    ['defaults', {}, 5, []],
    ['one node', {}, 1, []],
    ['all backups', { acks: 4 }, 5, []],
    ['two nodes without a majority', { election: 'highest-id', mode: 'sync' }, 2, []],
    ['more acks than backups', { acks: 5 }, 5, ['acks: 5 is more than the 4 backups']],
    ['acks without semi-sync', { acks: 1, mode: 'async' }, 5, ['acks is for mode: semi-sync']],
    ['even majority', {}, 4, ['election: majority with 4 voters']],
    ['even priority', { election: 'priority' }, 2, ['election: priority with 2 voters']],
    ['hasty', { 'election-timeout': 90 }, 5, ['election-timeout must be']],
    ['hasty sync', { mode: 'sync', 'drop-after': 90 }, 5, ['drop-after must be']],
    ['no fence to break', { fencing: false, bug: 'no-fencing' }, 5, ['bug: no-fencing needs']],
    ['nothing to break', { mode: 'async', bug: 'ack-before-ship' }, 5, ['bug: ack-before-ship needs']],
    ['too many', {}, 33, ['at most 31 nodes']],
  ])('%s', (_, options, nodes, expected) => {
    const problems = validate({ ...DEFAULTS, ...options }, nodes);
    expect(problems).toEqual(expected.map((text) => expect.stringContaining(text)));
  });
});

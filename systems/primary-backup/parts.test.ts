import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Members } from './members.js';
import { type PrimaryBackupOptions, validate } from './options.js';
import { DEFAULTS } from './testing/bench.js';

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
    ['no heartbeat', { heartbeat: 0 }, 5, ['heartbeat must be longer']],
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

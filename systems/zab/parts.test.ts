import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { MemoryLog } from '../shared/testing/memory-log.js';
import { History } from './history.js';
import zab from './index.js';
import { Link } from './link.js';
import type { Entry, LeaderFrame, LearnerFrame, Packet } from './messages.js';
import { bugs, validate, weaknesses } from './options.js';
import { reachedBy } from './reached.js';
import { synchronize } from './synchronization.js';
import { DEFAULTS } from './testing/bench.js';
import { counterOf, epochOf, showZxid, zxidOf } from './zxid.js';

const entry = (epoch: number, counter: number): Entry => ({
  zxid: zxidOf(epoch, counter),
  origin: 'n1',
  request: counter,
  command: { op: 'write', key: epoch, value: counter },
});

function filled(entries: readonly Entry[], disk = new MemoryLog()): History {
  const history = new History(disk);
  history.recover();
  for (const one of entries) history.append(one);
  return history;
}

const zxids = (history: History) => history.between(0, Number.POSITIVE_INFINITY).map(({ zxid }) => showZxid(zxid));

describe('zxids', () => {
  it('order by epoch, then by counter', () => {
    expect(zxidOf(2, 0)).toBeGreaterThan(zxidOf(1, 2 ** 32 - 1));
    expect([epochOf(zxidOf(7, 9)), counterOf(zxidOf(7, 9)), showZxid(zxidOf(7, 9))]).toEqual([7, 9, '7.9']);
    expect(Number.isSafeInteger(zxidOf(2 ** 21 - 1, 2 ** 32 - 1))).toBe(true);
  });
});

describe('the history', () => {
  it('finds where another one parts from it', () => {
    const history = filled([entry(1, 1), entry(1, 2), entry(3, 1)]);
    expect(history.floor(zxidOf(1, 2))).toBe(zxidOf(1, 2));
    expect(history.floor(zxidOf(2, 9))).toBe(zxidOf(1, 2));
    expect(history.floor(zxidOf(9, 9))).toBe(zxidOf(3, 1));
    expect(history.floor(0)).toBe(0);
    expect(history.between(zxidOf(1, 1), zxidOf(3, 0)).map(({ zxid }) => zxid)).toEqual([zxidOf(1, 2)]);
  });

  it('keeps some transactions before a snapshot in memory, and none of them on disk', () => {
    const disk = new MemoryLog();
    const history = filled([entry(1, 1), entry(1, 2), entry(1, 3), entry(1, 4)], disk);
    history.accept(4);
    history.compact({ zxid: zxidOf(1, 3), items: ['x'] }, 1);
    expect(zxids(history)).toEqual(['1.3', '1.4']);
    expect(history.floor(zxidOf(1, 1))).toBe(-1);
    expect(history.floor(zxidOf(1, 2))).toBe(zxidOf(1, 2));
    expect(disk.records).toEqual([entry(1, 4)]);
    const again = filled([], disk);
    expect([again.accepted, again.current, again.starts, again.last]).toEqual([4, 0, 2, zxidOf(1, 4)]);
    expect(again.snapshot.items).toEqual(['x']);
  });

  it('is never taken for the history of an epoch when a crash interrupts its synchronization', () => {
    const disk = new MemoryLog();
    const history = filled([entry(1, 1), entry(1, 2), entry(1, 3)], disk);
    history.accept(1);
    history.enter(1);
    const before = disk.records.length;
    history.accept(3);
    history.truncate(zxidOf(1, 2));
    history.append(entry(2, 1));
    history.append(entry(2, 2));
    history.enter(3);
    for (let kept = before; kept <= disk.records.length; kept++) {
      const torn = new MemoryLog();
      torn.records = disk.records.slice(0, kept);
      const again = filled([], torn);
      const complete = zxids(again).join() === '1.1,1.2,2.1,2.2';
      expect(again.current === 3).toBe(complete && kept === disk.records.length);
    }
  });

  it('reads back what it wrote, whatever it wrote', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), ahead: fc.nat(1) }),
      fc.record({ kind: fc.constant('truncate' as const), share }),
      fc.record({ kind: fc.constant('accept' as const) }),
      fc.record({ kind: fc.constant('enter' as const) }),
      fc.record({ kind: fc.constant('compact' as const), share }),
      fc.record({ kind: fc.constant('install' as const), size: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const disk = new MemoryLog();
        const history = filled([], disk);
        const model: number[] = [];
        let start = 0;
        const next = (ahead: number) => entry(epochOf(history.last) + ahead, counterOf(history.last) + 1);
        for (const s of steps) {
          if (s.kind === 'append') {
            const one = next(s.ahead);
            history.append(one);
            model.push(one.zxid);
          } else if (s.kind === 'accept') history.accept(history.accepted + 1);
          else if (s.kind === 'enter') history.enter(history.accepted);
          else if (s.kind === 'install') {
            const tail = Array.from({ length: s.size }, (_, i) => entry(epochOf(history.last) + 1, i + 2));
            start = zxidOf(epochOf(history.last) + 1, 1);
            history.accept(history.accepted + 1);
            history.install({ zxid: start, items: [start] }, tail, history.accepted);
            model.splice(0, model.length, ...tail.map(({ zxid }) => zxid));
          } else {
            const zxid = [start, ...model][Math.floor(s.share * model.length)]!;
            if (s.kind === 'truncate') {
              history.truncate(zxid);
              model.length = model.filter((known) => known <= zxid).length;
            } else {
              history.compact({ zxid, items: [zxid] }, 2);
              start = zxid;
              model.splice(0, model.filter((known) => known <= zxid).length);
            }
          }
        }
        const again = filled([], disk);
        expect([again.accepted, again.current, again.last]).toEqual([history.accepted, history.current, history.last]);
        expect(again.snapshot).toEqual(history.snapshot);
        for (const known of [history, again]) {
          expect(known.between(start, Number.POSITIVE_INFINITY).map(({ zxid }) => zxid)).toEqual(model);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

interface Wire {
  readonly to: 'a' | 'b';
  readonly packet: Packet<string>;
}

/** Two ends of a link, and what is under way between them. */
function linked() {
  const wires: Wire[] = [];
  const end = (to: 'a' | 'b') => {
    const env = { send: (_: string, body: Body) => wires.push({ to, packet: body as unknown as Packet<string> }) };
    return new Link<string, string>(env as unknown as Environment, 'to-leader', to, 1, 1);
  };
  return { a: end('b'), b: end('a'), wires };
}

describe('a link', () => {
  it('delivers everything once and in order, whatever the network loses, repeats and reorders', () => {
    const moves = fc.array(fc.tuple(fc.nat(5), fc.nat(1000)), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(moves, (steps) => {
        const { a, b, wires } = linked();
        const [sentA, sentB, gotA, gotB]: [string[], string[], string[], string[]] = [[], [], [], []];
        const deliver = (at: number, keep: boolean) => {
          const wire = wires[at]!;
          if (!keep) wires.splice(at, 1);
          if (wire.to === 'a') gotA.push(...a.receive(wire.packet));
          else gotB.push(...b.receive(wire.packet));
        };
        for (const [move, where] of steps) {
          if (move === 0 || move === 1) {
            const [link, sent] = move === 0 ? [a, sentA] : [b, sentB];
            sent.push(`${sent.length}`);
            link.push(sent.at(-1)!);
            if (where % 3 > 0) link.flush(where % 2 > 0);
          } else if (move === 2) {
            a.tick();
            b.tick();
          } else if (wires.length > 0) {
            const at = where % wires.length;
            if (move === 3) wires.splice(at, 1);
            else deliver(at, move === 4);
          }
        }
        for (let round = 0; round < 30; round++) {
          for (const link of [a, b]) {
            link.flush(true);
            link.tick();
          }
          while (wires.length > 0) deliver(0, false);
        }
        expect([gotB, gotA]).toEqual([sentA, sentB]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('sends much in several packets, and no more than a window ahead', () => {
    const { a, b, wires } = linked();
    for (let i = 0; i < 2000; i++) a.push(`${i}`);
    a.flush(false);
    expect(wires.length).toBeLessThan(6);
    const got: string[] = [];
    while (wires.length > 0) {
      const { to, packet } = wires.shift()!;
      if (to === 'a') a.receive(packet);
      else {
        got.push(...b.receive(packet));
        b.flush(true);
      }
    }
    expect(got).toEqual(Array.from({ length: 2000 }, (_, i) => `${i}`));
  });
});

describe('what enough nodes have reached', () => {
  it('is the highest value that so many have', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 6 }), fc.integer({ min: 1, max: 6 }), (values, count) => {
        const sorted = [...values].sort((x, y) => y - x);
        expect(reachedBy(count, values, (value) => value)).toBe(sorted[count - 1] ?? 0);
      }),
      { seed: 1 },
    );
  });
});

describe('synchronization', () => {
  const framesFor = (history: History, last: number): LeaderFrame[] => {
    const frames: LeaderFrame[] = [];
    const link = { push: (frame: LeaderFrame) => frames.push(frame) };
    synchronize(link as unknown as Link<LeaderFrame, LearnerFrame>, history, last, 2);
    return frames;
  };
  const history = filled([entry(1, 1), entry(1, 2), entry(3, 1), entry(3, 2), entry(3, 3)]);

  it('sends nothing to whoever has everything', () => {
    expect(framesFor(history, zxidOf(3, 3))).toEqual([]);
  });

  it('sends what is missing, in parts', () => {
    expect(framesFor(history, zxidOf(1, 2))).toEqual([
      { kind: 'diff', entries: [entry(3, 1), entry(3, 2)] },
      { kind: 'diff', entries: [entry(3, 3)] },
    ]);
  });

  it('cuts off first what the leader does not have', () => {
    expect(framesFor(history, zxidOf(2, 5))[0]).toEqual({ kind: 'trunc', zxid: zxidOf(1, 2) });
    expect(framesFor(history, zxidOf(3, 9))).toEqual([{ kind: 'trunc', zxid: zxidOf(3, 3) }]);
  });

  it('sends the state where the history no longer reaches back', () => {
    const short = filled([entry(1, 1), entry(1, 2), entry(1, 3)]);
    short.compact({ zxid: zxidOf(1, 2), items: ['a', 'b', 'c'] }, 0);
    expect(framesFor(short, zxidOf(1, 1))).toEqual([
      { kind: 'snap', zxid: zxidOf(1, 2), items: ['a', 'b'] },
      { kind: 'snap', zxid: zxidOf(1, 2), items: ['c'] },
      { kind: 'diff', entries: [entry(1, 3)] },
    ]);
    short.compact({ zxid: zxidOf(1, 3), items: [] }, 0);
    expect(framesFor(short, 0)).toEqual([{ kind: 'snap', zxid: zxidOf(1, 3), items: [] }]);
  });
});

describe('options', () => {
  it.each([
    [{}, []],
    [{ heartbeat: 0 }, ['heartbeat must be longer than 0ms']],
    [{ heartbeat: 200 }, ['sync-limit must be at least twice the heartbeat']],
    [{ 'sync-limit': 900 }, ['init-limit must be at least the sync-limit']],
    [{ 'finalize-wait': 800 }, ['init-limit must be longer than the finalize-wait']],
  ])('that cannot work are refused: %j', (changes, problems) => {
    expect(validate({ ...DEFAULTS, ...changes })).toEqual(problems);
    expect(zab.validate?.({ ...DEFAULTS, ...changes }, 5)).toEqual(problems);
  });

  it('say what is planted and what is not promised', () => {
    expect(Object.keys(bugs)).toEqual(['skip-sync-phase', 'reuse-epoch']);
    expect(weaknesses['stale-local-reads'].options).toEqual({ reads: 'local' });
  });
});

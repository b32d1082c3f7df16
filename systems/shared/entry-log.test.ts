import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areEntries, type Entry, EntryLog } from './entry-log.js';
import { MemoryLog } from './testing/memory-log.js';

const entry = (index: number, term: number): Entry => ({ index, term, command: `${index}@${term}` });

function filled(terms: readonly number[], disk = new MemoryLog()): EntryLog {
  const log = new EntryLog(disk);
  for (const [i, term] of terms.entries()) log.append(entry(i + 1, term));
  return log;
}

const contents = (log: EntryLog) => [log.last, log.base, log.snapshot, log.term, log.vote, log.from(log.base + 1, 99)];

describe('the log', () => {
  it('finds terms and their ends', () => {
    const log = filled([1, 1, 3, 3, 3, 4]);
    expect([log.last, log.lastTerm, log.termAt(0), log.termAt(3), log.termAt(7)]).toEqual([6, 4, 0, 3, -1]);
    expect([log.firstOfTerm(5), log.firstOfTerm(2), log.firstOfTerm(6)]).toEqual([3, 1, 6]);
    expect([0, 1, 2, 3, 9].map((term) => log.lastUpToTerm(term))).toEqual([0, 2, 2, 5, 6]);
  });

  it('hands out slices, the same one for the same question', () => {
    const log = filled([1, 1, 1, 1]);
    const slice = log.from(2, 2);
    expect(slice.map((e) => e.index)).toEqual([2, 3]);
    expect(log.from(2, 2)).toBe(slice);
    expect(log.from(5, 10)).toEqual([]);
    log.truncate(3);
    log.append(entry(3, 2));
    expect(log.from(2, 2).map((e) => e.term)).toEqual([1, 2]);
  });

  it('keeps some entries before a snapshot in memory, and none of them on disk', () => {
    const disk = new MemoryLog();
    const log = filled([1, 1, 2, 2, 2], disk);
    log.cast(7, 'n2');
    log.compact({ index: 4, term: 2, items: ['x'] }, 2);
    expect(log.from(3, 9).map((e) => e.index)).toEqual([3, 4, 5]);
    expect([log.termAt(1), log.termAt(2), log.last]).toEqual([-1, 1, 5]);
    expect(disk.records).toEqual([entry(5, 2)]);
    const again = new EntryLog(disk);
    again.recover();
    expect([again.term, again.vote, again.last, again.termAt(4), again.termAt(3)]).toEqual([7, 'n2', 5, 2, -1]);
    expect(again.snapshot?.items).toEqual(['x']);
  });

  it('keeps entries after an installed snapshot only if it agrees with it', () => {
    for (const [term, last] of [
      [2, 5],
      [3, 4],
    ] as const) {
      const log = filled([1, 1, 2, 2, 2]);
      log.install({ index: 4, term, items: ['x'] });
      expect([log.last, log.base, log.snapshot.items]).toEqual([last, 4, ['x']]);
    }
    const short = filled([1]);
    short.install({ index: 3, term: 2, items: [] });
    expect([short.last, short.lastTerm, short.termAt(1)]).toEqual([3, 2, -1]);
    const log = filled([1, 1, 2]);
    log.compact({ index: 3, term: 2, items: ['x'] }, 3);
    // An older snapshot takes all of it back, whatever entries are still in memory.
    log.install({ index: 2, term: 1, items: ['y'] });
    expect([log.last, log.lastTerm]).toEqual([2, 1]);
  });

  it('comes back from disk as it was', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), by: fc.integer({ min: 0, max: 1 }) }),
      fc.record({ do: fc.constantFrom('truncate' as const, 'compact' as const, 'cast' as const), by: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const disk = new MemoryLog();
        const log = new EntryLog(disk);
        for (const { do: what, by } of steps) {
          const { index } = log.snapshot;
          if (what === 'append') log.append(entry(log.last + 1, log.lastTerm + by));
          else if (what === 'cast') log.cast(log.term + 1, `n${by}`);
          else if (what === 'truncate' && log.last > index) log.truncate(Math.max(index + 1, log.last - by));
          else if (what === 'compact' && log.last - by > index) {
            log.compact({ index: log.last - by, term: log.termAt(log.last - by), items: [] }, 0);
          }
        }
        const again = new EntryLog(disk);
        again.recover();
        expect(contents(again)).toEqual(contents(log));
      }),
      { seed: 1 },
    );
  });
});

describe('entries of a message', () => {
  it('follow one another, each with a term and a command', () => {
    const good = [entry(4, 1), { index: 5, term: 2, command: null }];
    expect([areEntries(good, 3), areEntries([], 9), areEntries(good, 4)]).toEqual([true, true, false]);
    for (const wrong of [null, 7, {}, [null], [{}], [{ index: 4, term: -1, command: 1 }], [{ index: 4, term: 1 }]]) {
      expect(areEntries(wrong, 3)).toBe(false);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { RaftLog } from './log.js';
import type { Entry } from './messages.js';

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

const entry = (index: number, term: number): Entry => ({ index, term, command: `${index}@${term}` });

/** An entry that names a member after itself. */
const configuration = (index: number, term: number): Entry => ({
  index,
  term,
  command: null,
  config: { members: [`n${index}`], next: null, asked: [] },
});

function filled(terms: readonly number[], disk = new Disk()): RaftLog {
  const log = new RaftLog(disk, false);
  for (const [i, term] of terms.entries()) log.append(entry(i + 1, term));
  return log;
}

describe('the log', () => {
  it('finds terms and their ends', () => {
    const log = filled([1, 1, 3, 3, 3, 4]);
    expect([log.last, log.lastTerm, log.termAt(0), log.termAt(3), log.termAt(7)]).toEqual([6, 4, 0, 3, -1]);
    expect(log.firstOfTerm(5)).toBe(3);
    expect(log.firstOfTerm(2)).toBe(1);
    expect(log.lastUpToTerm(3)).toBe(5);
    expect(log.lastUpToTerm(2)).toBe(2);
    expect(log.lastUpToTerm(9)).toBe(6);
    expect(log.lastUpToTerm(0)).toBe(0);
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
    const disk = new Disk();
    const log = filled([1, 1, 2, 2, 2], disk);
    log.cast(7, 'n2');
    log.compact({ index: 4, term: 2, items: ['x'] }, 2);
    expect(log.from(3, 9).map((e) => e.index)).toEqual([3, 4, 5]);
    expect([log.termAt(1), log.termAt(2), log.last]).toEqual([-1, 1, 5]);
    expect(disk.records).toEqual([entry(5, 2)]);
    const again = new RaftLog(disk, false);
    again.recover();
    expect([again.term, again.vote, again.last, again.termAt(4), again.termAt(3)]).toEqual([7, 'n2', 5, 2, -1]);
    expect(again.snapshot?.items).toEqual(['x']);
  });

  it('takes a snapshot from elsewhere, with its own entries after it only if they agree', () => {
    const agreeing = filled([1, 1, 2, 2]);
    agreeing.install({ index: 3, term: 2, items: [] });
    expect([agreeing.last, agreeing.lastTerm]).toEqual([4, 2]);
    const other = filled([1, 1, 1, 1]);
    other.install({ index: 3, term: 2, items: [] });
    expect([other.last, other.lastTerm]).toEqual([3, 2]);
    const short = filled([1]);
    short.install({ index: 3, term: 2, items: [] });
    expect([short.last, short.lastTerm, short.termAt(1)]).toEqual([3, 2, -1]);
  });

  it('has the configuration of its latest entry that says one, or of its snapshot', () => {
    const disk = new Disk();
    const log = filled([1, 1], disk);
    expect(log.configured).toBeNull();
    for (const index of [3, 4, 5]) log.append(configuration(index, 2));
    expect(log.configured?.config.members).toEqual(['n5']);
    log.truncate(5);
    expect(log.configured?.config.members).toEqual(['n4']);
    log.compact({ index: 3, term: 2, items: [] }, 0);
    expect([log.snapshot?.config?.members, log.configured?.index]).toEqual([['n3'], 4]);
    log.truncate(4);
    expect(log.configured?.config.members).toEqual(['n3']);
    const again = new RaftLog(disk, false);
    again.recover();
    expect(again.configured?.config.members).toEqual(['n3']);
    again.install({ index: 9, term: 3, items: [], config: { members: ['n9'], next: null, asked: [] } });
    expect(again.configured?.config.members).toEqual(['n9']);
    again.install({ index: 12, term: 3, items: [] });
    expect(again.configured).toBeNull();
  });

  it('reads back what it wrote, whatever it wrote', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), ahead: fc.nat(1) }),
      fc.record({ kind: fc.constant('configure' as const) }),
      fc.record({ kind: fc.constant('truncate' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('cast' as const) }),
      fc.record({ kind: fc.constant('compact' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const disk = new Disk();
        const log = new RaftLog(disk, false);
        const start = () => log.snapshot?.index ?? 0;
        for (const s of steps) {
          if (s.kind === 'append') log.append(entry(log.last + 1, log.lastTerm + s.ahead));
          else if (s.kind === 'configure') log.append(configuration(log.last + 1, log.lastTerm));
          else if (s.kind === 'cast') log.cast(log.term + 1, 'n1');
          else {
            const index = start() + Math.floor(s.share * (log.last - start()));
            if (s.kind === 'truncate') log.truncate(index + 1);
            else if (index > start()) log.compact({ index, term: log.termAt(index), items: [index] }, 3);
          }
        }
        const again = new RaftLog(disk, false);
        again.recover();
        expect([again.term, again.vote, again.last, again.lastTerm]).toEqual([
          log.term,
          log.vote,
          log.last,
          log.lastTerm,
        ]);
        expect(again.snapshot).toEqual(log.snapshot);
        expect(again.configured?.config).toEqual(log.configured?.config);
        for (let i = start() + 1; i <= log.last; i++) expect(again.at(i)).toBe(log.at(i));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

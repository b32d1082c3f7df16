import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryLog } from '../shared/testing/memory-log.js';
import { RaftLog } from './log.js';
import type { Entry } from './messages.js';

const entry = (index: number, term: number): Entry => ({ index, term, command: `${index}@${term}` });

/** An entry that names a member after itself. */
const configuration = (index: number, term: number): Entry => ({
  index,
  term,
  command: null,
  config: { members: [`n${index}`], next: null, asked: [] },
});

describe('the log', () => {
  it('has the configuration of its latest entry that says one, or of its snapshot', () => {
    const disk = new MemoryLog();
    const log = new RaftLog(disk);
    for (const index of [1, 2]) log.append(entry(index, 1));
    expect(log.configured).toBeNull();
    for (const index of [3, 4, 5]) log.append(configuration(index, 2));
    expect(log.configured?.config.members).toEqual(['n5']);
    log.truncate(5);
    expect(log.configured?.config.members).toEqual(['n4']);
    log.compact({ index: 3, term: 2, items: [] }, 0);
    expect([log.snapshot.config?.members, log.configured?.index]).toEqual([['n3'], 4]);
    log.truncate(4);
    expect(log.configured?.config.members).toEqual(['n3']);
    const again = new RaftLog(disk);
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
        const disk = new MemoryLog();
        const log = new RaftLog(disk);
        const start = () => log.snapshot.index;
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
        const again = new RaftLog(disk);
        again.recover();
        expect([again.term, again.vote, again.last, again.lastTerm]).toEqual([
          log.term,
          log.vote,
          log.last,
          log.lastTerm,
        ]);
        expect(again.snapshot).toEqual(log.snapshot);
        expect(again.configured?.config).toEqual(log.configured?.config);
        for (let i = start() + 1; i <= log.last; i++) expect(again.at(i)).toEqual(log.at(i));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

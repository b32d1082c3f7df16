import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../history/history.js';
import { isSkipped, searchOf } from './search-evidence.js';
import { searchPicture } from './search-picture.js';

function historyOf(): ColumnarHistory {
  const history = new ColumnarHistory();
  for (const [i, f] of ['write', 'read', 'read'].entries()) {
    history.appendInvoke(i * 10, i, f, 1, f === 'write' ? 1 : null, 'n1');
    history.appendCompletion(i * 10 + 5, i, 'ok', i === 2 ? 5 : 1);
  }
  return history;
}

const SEARCH = {
  window: [0, 2, 4],
  stuck: 4,
  partials: [
    {
      earlier: 0,
      start: 'null',
      rows: [0, 2],
      states: ['1', '1'],
      completed: 2,
      next: [{ row: 4, state: '1', why: 'no' }],
    },
    { earlier: 0, start: 'null', rows: [0], states: ['1'], completed: 1, next: [] },
  ],
  prefix: 0,
  longest: { 0: 0, 2: 0 },
  exhaustive: true,
};

describe('searchOf', () => {
  it('turns event indexes into positions', () => {
    expect(searchOf({ search: SEARCH }, historyOf())).toMatchObject({
      operations: [
        { row: 0, text: 'write 1' },
        { row: 2, text: 'read → 1' },
        { row: 4, text: 'read → 5' },
      ],
      stuck: 2,
      orders: [{ steps: [0, 1], states: ['1', '1'], next: [{ operation: 2, why: 'no' }] }, { steps: [0] }],
      first: 0,
      longest: [0, 0, -1],
      exhaustive: true,
    });
  });

  it('shows the longest first where the order before the stuck operation is shorter', () => {
    expect(searchOf({ search: { ...SEARCH, prefix: 1 } }, historyOf())).toMatchObject({ first: 0 });
    const tie = SEARCH.partials.map((partial) => ({ ...partial, completed: 2 }));
    expect(searchOf({ search: { ...SEARCH, partials: tie, prefix: 1 } }, historyOf())).toMatchObject({ first: 1 });
  });

  it('says what older results or a search that gave up lack', () => {
    expect(searchOf({}, historyOf())).toBe(null);
    expect(searchOf({ search: { skipped: 'too large' } }, historyOf())).toEqual({ skipped: 'too large' });
  });

  it('stands anything that stands in a file, and draws it', () => {
    const row = fc.oneof(fc.integer({ min: -2, max: 8 }), fc.double(), fc.string(), fc.constant(null));
    const rows = fc.oneof(fc.array(row, { maxLength: 5 }), fc.anything({ maxDepth: 1 }));
    const partial = fc.oneof(
      fc.record({
        earlier: row,
        start: fc.anything(),
        rows,
        states: rows,
        completed: row,
        next: fc.array(fc.record({ row, why: row })),
      }),
      fc.anything({ maxDepth: 2 }),
    );
    const anything = fc.record({
      window: rows,
      stuck: fc.oneof(row, fc.constant(4)),
      partials: fc.oneof(fc.array(partial, { maxLength: 4 }), fc.anything()),
      prefix: row,
      longest: fc.oneof(fc.dictionary(fc.constantFrom('0', '2', '4', '__proto__'), row), fc.anything()),
      exhaustive: fc.anything(),
    });
    let drawn = 0;
    fc.assert(
      fc.property(anything, (search) => {
        const found = searchOf({ search }, historyOf());
        if (found === null || isSkipped(found)) return;
        drawn++;
        expect(searchPicture(found, 0).markup).not.toMatch(/NaN|undefined|Infinity/);
      }),
      { seed: 7, numRuns: 1000 },
    );
    expect(drawn).toBeGreaterThan(50);
  });
});

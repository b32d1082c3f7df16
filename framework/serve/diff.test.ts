// Differences of texts: both can be made from them, and they are as small as can be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiffLine, diffLines, hunksOf } from './diff.js';

const show = (lines: readonly DiffLine[]) =>
  lines.map(({ kind, text }) => `${{ same: ' ', gone: '-', added: '+' }[kind]}${text}`).join('');
const diff = (before: string, after: string) => show(diffLines([...before], [...after]));

describe('diffLines', () => {
  it.each([
    ['', '', ''],
    ['abc', 'abc', ' a b c'],
    ['abc', 'adc', ' a-b+d c'],
    ['abc', '', '-a-b-c'],
    ['', 'ab', '+a+b'],
    ['aab', 'ab', ' a-a b'],
    ['abcd', 'xbyd', '-a+x b-c+y d'],
  ])('%j to %j is %j', (before, after, expected) => {
    expect(diff(before, after)).toBe(expected);
  });

  it('gives both texts back, and keeps as many lines as the longest common subsequence has', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
        expect(without('added')).toEqual(before);
        expect(without('gone')).toEqual(after);
        expect(lines.filter(({ kind }) => kind === 'same')).toHaveLength(longest(before, after));
      }),
    );
  });

  it('shows texts that differ in too much one after the other', () => {
    const before = Array.from({ length: 5000 }, (_, i) => `a${i}`);
    const after = Array.from({ length: 5000 }, (_, i) => `b${i}`);
    const lines = diffLines(['first', ...before, 'last'], ['first', ...after, 'last']);
    expect(lines).toHaveLength(10_002);
    expect([lines[0]?.kind, lines[1]?.kind, lines[5001]?.kind, lines[10_001]?.kind]).toEqual([
      'same',
      'gone',
      'added',
      'same',
    ]);
  });
});

/** By its definition: the longest subsequence of one that is one of the other. */
function longest(before: readonly string[], after: readonly string[]): number {
  let best = 0;
  for (let mask = 0; mask < 1 << before.length; mask++) {
    const chosen = before.filter((_, i) => (mask >> i) & 1);
    if (chosen.length <= best) continue;
    let next = 0;
    for (const text of after) if (text === chosen[next]) next++;
    if (next === chosen.length) best = chosen.length;
  }
  return best;
}

it('hunks leave out what is the same and far away', () => {
  const lines = diffLines([...'abcdefghij'], [...'abcdefXhij']);
  const { hunks, skipped } = hunksOf(lines, 2);
  expect(hunks.map((hunk) => [hunk.skipped, show(hunk.lines)])).toEqual([[4, ' e f-g+X h i']]);
  expect(skipped).toBe(1);
  expect(hunksOf(diffLines(['a'], ['a']))).toEqual({ hunks: [], skipped: 1 });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternSearch, problemOf, textSearch } from './pattern.js';

describe('textSearch', () => {
  it('finds text in any case, whatever it holds', () => {
    expect(textSearch('Term 3').find('12.3 in term 3: leader')).toEqual({ from: 8, to: 14 });
    expect(textSearch('(.*').find('a (.* b')).toEqual({ from: 2, to: 5 });
    expect(textSearch('x').find('y')).toBeNull();
  });
});

describe('patternSearch', () => {
  it.each([
    ['term \\d+: leader', 'x term 12: leader', 'term 12: leader'],
    ['committed.*to [5-9]', 'committed up to 7', 'committed up to 7'],
    ['(?:error|warn)', 'a WARN b', 'WARN'],
    ['^n[1-3]$', 'n2', 'n2'],
    ['a{2,3}(b|c)?', 'xaaac', 'aaac'],
    ['[)(*]+', 'f(*)', '(*)'],
  ])('%s finds in %s', (source, line, found) => {
    const search = patternSearch(source);
    expect(typeof search).toBe('object');
    const match = typeof search === 'string' ? null : search.find(line);
    expect(line.slice(match?.from, match?.to)).toBe(found);
  });

  it.each([
    '(a+)+b',
    '(a|a)*b',
    '(?:(a*))*',
    '(a?){50}b',
    '(a|b|ab){2,}',
    '.*.*.*x',
    'a{1,99}b{1,99}c{1,99}',
    '(a)\\1+',
    '(?=a)b',
    '(?<name>a)',
    'x'.repeat(201),
  ])('refuses what may take forever: %s', (source) => {
    expect(typeof patternSearch(source)).toBe('string');
  });

  it.each(['(', ')', '[', 'a)', '*', '\\'])('says that this is no regular expression: %s', (source) => {
    expect(typeof patternSearch(source)).toBe('string');
  });

  it('is quick with whatever it takes, on the worst of lines', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '*',
      '+',
      '?',
      '(',
      ')',
      '|',
      '[ab]',
      '{2,}',
      '{1,9}',
      '\\d',
      '^',
      '$',
      '(?:',
    );
    const line = `${'a'.repeat(1000)}!`;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const source = pieces.join('');
        if (problemOf(source) !== null) return;
        const search = patternSearch(`${source}\u0001`);
        if (typeof search === 'string') return;
        const start = performance.now();
        search.find(line);
        // Milliseconds where nobody else wants the processor; what takes forever takes days.
        expect(performance.now() - start).toBeLessThan(3000);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, sameJson } from './canonical.js';
import { Interner } from './interner.js';
import { compilePattern } from './pattern.js';
import { quantiles } from './quantiles.js';
import { amount, instant, list, percent, show, span } from './text.js';

describe('canonical', () => {
  it('is equal for equal JSON values, whatever the order of keys, and for no others', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        const shuffled = JSON.parse(JSON.stringify(a, (_, v) => (isObject(v) ? reversed(v) : v)));
        expect(sameJson(a, shuffled)).toBe(true);
        expect(canonical(a) === canonical(b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(sameJson(1, '1')).toBe(false);
    expect(sameJson([], {})).toBe(false);
    expect(sameJson(null, {})).toBe(false);
  });
});

const isObject = (v: unknown): v is object => typeof v === 'object' && v !== null && !Array.isArray(v);
const reversed = (v: object) => Object.fromEntries(Object.entries(v).reverse());
function sorted(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sorted);
  if (!isObject(v)) return v;
  return Object.entries(v)
    .map(([key, item]) => [key, sorted(item)])
    .sort(([a], [b]) => (`${a}` < `${b}` ? -1 : 1))
    .concat([['{}']]);
}

describe('Interner', () => {
  it('gives equal values one number, and finds only what was given one', () => {
    const values = [0, 5000, 5_000_000, -1, 1.5, '0', '', true, null, [0], { a: 1, b: [2] }];
    const ids = new Interner();
    expect(values.map((value) => ids.find(value))).toEqual(values.map(() => -1));
    expect(values.map((value) => ids.intern(value))).toEqual(values.map((_, i) => i));
    expect(values.map((value) => ids.intern(structuredClone(value)))).toEqual(values.map((_, i) => i));
    expect(ids.find({ b: [2], a: 1 })).toBe(10);
    expect(ids.find(1)).toBe(-1);
    expect(ids.values).toEqual(values);
  });
});

describe('compilePattern', () => {
  it.each([
    'panic|fatal',
    '^\\[ERROR\\] .*lost \\d+ records$',
    '(panic|fatal): .+',
    '(?:a|b)c?',
    '[(+*]+x',
    '\\(a+\\)+',
    'colou?r',
  ])('takes %s', (source) => expect(compilePattern(source, false).ok).toBe(true));

  it.each([
    '(a+)+$',
    '(a|a)*b',
    '(?:a?){30}a{30}',
    '((a*)b)*',
    '(x)\\1',
    '(?<n>x)\\k<n>',
    '(',
    'a'.repeat(501),
    'a*b*c*d*e*',
  ])('refuses %s', (source) =>
    expect(compilePattern(source, false)).toMatchObject({ ok: false, reason: expect.any(String) }),
  );
});

describe('words', () => {
  it('are short and the same everywhere', () => {
    expect([instant(3_214_000_000), span(12_500_000), span(3_210_000_000)]).toEqual(['3.214 s', '12.5 ms', '3.21 s']);
    expect([percent(0.8), percent(0.99954)]).toEqual(['80%', '99.95%']);
    expect([amount(1, 'read'), amount(2, 'read')]).toEqual(['1 read', '2 reads']);
    expect(list(['a'])).toBe('a');
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
    expect(list(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 others');
    expect(show('x'.repeat(100)).length).toBe(81);
    expect(show(undefined)).toBe('nothing');
  });
});

describe('quantiles', () => {
  it('are exact, in milliseconds', () => {
    const spans = Array.from({ length: 100 }, (_, i) => (100 - i) * 1_000_000);
    expect(quantiles(spans)).toEqual({ min: 1, median: 50, p95: 95, p99: 99, max: 100 });
    expect(quantiles([1500])).toEqual({ min: 0.002, median: 0.002, p95: 0.002, p99: 0.002, max: 0.002 });
    expect(quantiles([])).toBe(null);
  });
});

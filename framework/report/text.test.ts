import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText } from './html.js';
import { clip, clipShort, compact, grouped, listed, plural, visible } from './text.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that must not get through
const UNFIT_FOR_XML = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/;
const SEED = { seed: 11, numRuns: 300 };

describe('visible', () => {
  it('spells out controls, overrides, zero-width characters and lone surrogates', () => {
    expect(visible('a\u0000b\u001b[31m\u202ec\u200bd\ud800e')).toBe(
      'a⟨U+0000⟩b⟨U+001B⟩[31m⟨U+202E⟩c⟨U+200B⟩d⟨U+D800⟩e',
    );
  });
  it('keeps lines, tabs and every script', () => {
    expect(visible('a\tb\nשלום 你好 👍🏽')).toBe('a\tb\nשלום 你好 👍🏽');
  });
  it('leaves nothing that XML forbids, and changes nothing a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const shown = visible(text);
        expect(shown).not.toMatch(UNFIT_FOR_XML);
        expect(Buffer.from(shown).toString()).toBe(shown);
        expect(visible(shown)).toBe(shown);
      }),
      SEED,
    );
  });
});

describe('escapeText', () => {
  it('leaves no character that opens markup or ends an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
      SEED,
    );
  });
  it('can be undone', () => {
    const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(escapeText(text).replace(/&([a-z#0-9]+);/g, (_, name: string) => names[name]!)).toBe(visible(text));
      }),
      SEED,
    );
  });
});

describe('clip', () => {
  it('says how much is missing and never cuts a character in two', () => {
    expect(clip('abcdef', 6)).toBe('abcdef');
    expect(clip('abcdef', 4)).toBe('abcd… (2 more characters)');
    expect(clip('abc👍', 4)).toBe('abc… (2 more characters)');
  });
  it('keeps labels within their limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.integer({ min: 1, max: 40 }), (text, limit) => {
        expect(clipShort(text, limit).length).toBeLessThanOrEqual(limit);
      }),
      SEED,
    );
  });
});

describe('compact', () => {
  it('writes values as a person would', () => {
    expect(compact({ a: [1, null, 'x'], b: true })).toBe('{"a": [1, null, "x"], "b": true}');
    expect(compact(undefined)).toBe('nothing');
  });
  it('stays within its limit at little cost, whatever the value', () => {
    const huge = Array.from({ length: 100_000 }, () => ({ text: 'x'.repeat(100) }));
    expect(compact(huge, 50).length).toBeLessThanOrEqual(50);
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(compact(deep, 500).length).toBeLessThanOrEqual(500);
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 2, max: 80 }), (value, limit) => {
        expect(compact(value, limit).length).toBeLessThanOrEqual(limit);
      }),
      SEED,
    );
  });
  it('is not confused by a key named like a prototype', () => {
    expect(compact(JSON.parse('{"__proto__": 1}'))).toBe('{"__proto__": 1}');
  });
});

it('counts and lists', () => {
  expect(grouped(1234567)).toBe('1,234,567');
  expect(grouped(999)).toBe('999');
  expect(plural(1, 'read')).toBe('1 read');
  expect(plural(2000, 'read')).toBe('2,000 reads');
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listed(['a', 'b', 'c', 'd'], 3)).toBe('a, b and 2 more');
});

// "Did you mean": near words are found, far ones are not guessed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, nearest } from './nearest.js';

const KEYS = ['name', 'system', 'workload', 'nemeses', 'timing', 'op-timeout', 'targets', 'seed', 'majorities-ring'];

describe('nearest', () => {
  it.each([
    ['nmae', 'name'],
    ['tagret', 'targets'],
    ['opTimeout', 'op-timeout'],
    ['op_timeout', 'op-timeout'],
    ['optimeout', 'op-timeout'],
    ['Workload', 'workload'],
    ['nemesis', 'nemeses'],
    ['ring', 'majorities-ring'],
    ['sys', 'system'],
  ])('takes %s for %s', (wrong, right) => {
    expect(nearest(wrong, KEYS)).toBe(right);
  });

  it('does not guess wildly', () => {
    expect(['', 'x', 'zzz', 'deployment', 'a'.repeat(1000)].map((word) => nearest(word, KEYS))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('does not depend on the order of the words', () => {
    expect(nearest('cat', ['car', 'bat'])).toBe(nearest('cat', ['bat', 'car']));
  });
});

describe('distance', () => {
  const word = fc.string({ maxLength: 8 });
  it('is a measure of edits', () => {
    const laws = fc.property(word, word, (a, b) => {
      const edits = distance(a, b);
      return edits === distance(b, a) && (edits === 0) === (a === b) && edits <= Math.max(a.length, b.length);
    });
    expect(() => fc.assert(laws, { seed: 1 })).not.toThrow();
  });

  it('counts swapped neighbours once', () => {
    expect(distance('tagret', 'target')).toBe(1);
  });
});

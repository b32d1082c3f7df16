import { describe, expect, it } from 'vitest';
import type { Exhibit } from '../../contracts/exhibit.js';
import { tell } from '../story.js';
import { everyKind, showing } from '../testing/exhibits.js';
import { exhibitsBlock } from './exhibits.js';

const chart = (title: string, count = 1): Exhibit => ({
  kind: 'chart',
  title,
  series: [{ name: 's', shape: 'points', points: Array.from({ length: count }, (_, i) => [i, i]) }],
});

const blockOf = (...args: Parameters<typeof showing>) => exhibitsBlock(tell(showing(...args)));

describe('what the checks show', () => {
  it('is there when a check shows something', () => {
    expect(blockOf({})).toBe(null);
    const exhibits = everyKind();
    expect(blockOf({ counter: { exhibits } })).toEqual({
      exhibits: exhibits.map((exhibit) => ({ checkers: ['counter'], valid: 'true', anomalies: [], exhibit })),
      left: 0,
      complaints: [],
    });
  });

  it('comes in order: of checks that fail, that do not know, that found nothing', () => {
    const block = blockOf({
      a: { exhibits: [chart('fine')] },
      b: { exhibits: [chart('in doubt')], valid: 'unknown' },
      c: { exhibits: [chart('wrong')], valid: false, anomalies: ['lost-write'] },
    });
    expect(block!.exhibits.map(({ exhibit, valid, anomalies }) => [exhibit.title, valid, anomalies])).toEqual([
      ['wrong', 'false', ['lost-write']],
      ['in doubt', 'unknown', []],
      ['fine', 'true', []],
    ]);
  });

  it('is there once when several checks show the same', () => {
    const block = blockOf({ a: { exhibits: [chart('same')] }, b: { exhibits: [chart('same'), chart('other')] } });
    expect(block!.exhibits.map(({ checkers }) => checkers)).toEqual([['a', 'b'], ['b']]);
  });

  it('has room for so much and says what is left out, the checks that fail first', () => {
    const many = (prefix: string) => Array.from({ length: 12 }, (_, i) => chart(`${prefix}${i}`, 19_000));
    const block = blockOf({ fine: { exhibits: many('f') }, wrong: { exhibits: many('w'), valid: false } });
    expect(block!.exhibits.map(({ exhibit }) => exhibit.title)).toEqual(['w0', 'w1', 'w2']);
    expect(block!.left).toBe(21);
  });

  it('is read again, since anybody may have written the result', () => {
    const broken = { kind: 'chart', title: 'x', series: [{ name: 's', shape: 'points', points: [['<script>', 1]] }] };
    const block = blockOf({
      a: {
        exhibits: [broken as never, chart('good')],
        details: { exhibitsLeftOut: ['Exhibit 3 was left out: boo.', 7] },
      },
    });
    expect(block).toMatchObject({
      exhibits: [{ exhibit: { title: 'good' } }],
      complaints: [{ checker: 'a', sentence: 'Exhibit 3 was left out: boo.' }],
    });
  });
});

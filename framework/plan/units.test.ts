// Units: what plans write, and the numbers it means.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, guessUnit, parseDuration, parsePercent, parseRate, parseSize } from './units.js';

describe('units', () => {
  it('reads durations as milliseconds', () => {
    const cases = {
      '10s': 10_000,
      '500ms': 500,
      '1.5m': 90_000,
      '2h': 7_200_000,
      '3us': 0.003,
      '250ns': 0.00025,
      '20.1s': 20_100,
      '0s': 0,
    };
    for (const [text, value] of Object.entries(cases)) expect([text, parseDuration(text)]).toEqual([text, value]);
  });

  it('refuses everything else', () => {
    for (const text of ['', '10', 's', '10 s', '-1s', '1e3s', '10S', '1m30s', '10s ', ' 10s', '.5s', '10s\n']) {
      expect([text, parseDuration(text)]).toEqual([text, undefined]);
    }
  });

  it('reads rates per second and percentages as fractions', () => {
    expect(['200/s', '30/m', '3600/h', '200', '1/d'].map(parseRate)).toEqual([200, 0.5, 1, undefined, undefined]);
    expect(['30%', '0%', '100%', '12.5%', '30', '30 %'].map(parsePercent)).toEqual([
      0.3,
      0,
      1,
      0.125,
      undefined,
      undefined,
    ]);
  });

  it('reads amounts of memory as bytes', () => {
    const sizes = { '512MB': 512e6, '1GiB': 2 ** 30, '1.5kib': 1536, '7B': 7, '100mb': 1e8 };
    for (const [text, value] of Object.entries(sizes)) expect([text, parseSize(text)]).toEqual([text, value]);
    for (const text of ['512', 'MB', '1 GB', '-1MB', '1TB', '1Gb/s']) expect(parseSize(text)).toBeUndefined();
    expect([
      guessUnit('size', 512),
      guessUnit('size', '512 mb'),
      guessUnit('size', '2g'),
      guessUnit('size', 1e9),
    ]).toEqual(['512MB', '512mb', '2gb', '1000000000B']);
  });

  it('writes durations shortly', () => {
    const durations = [0, 0.5, 0.0001, 5, 1500, 90_000, 120_000, 5_400_000, 7_200_000];
    expect(durations.map(formatDuration).join(' ')).toBe('0s 500us 100ns 5ms 1.5s 90s 2m 90m 2h');
  });

  it('reads back what it writes', () => {
    const whole = fc.integer({ min: 0, max: 10 ** 9 });
    fc.assert(
      fc.property(whole, (value) => parseDuration(formatDuration(value)) === value),
      { seed: 1 },
    );
  });

  it('guesses what was meant', () => {
    expect(
      ['10 s', '10sec', '5 Minutes', 10, '10', '1.5 hours', 'soon', -1].map((value) => guessUnit('duration', value)),
    ).toEqual(['10s', '10s', '5m', '10s', '10s', '1.5h', undefined, undefined]);
    expect([200, '200', '200 per second', '30/min', '200 / s'].map((value) => guessUnit('rate', value))).toEqual([
      '200/s',
      '200/s',
      '200/s',
      '30/m',
      '200/s',
    ]);
    expect([0.3, 30, '30 %', '30 percent', 1].map((value) => guessUnit('percent', value))).toEqual([
      '30%',
      '30%',
      '30%',
      '30%',
      '1%',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { digitsFor, duration, instant } from './time-text.js';

describe('duration', () => {
  it.each([
    [0, '0 ns'],
    [950, '950 ns'],
    [900_000, '900 µs'],
    [4_200_000, '4.2 ms'],
    [24_200_000, '24.2 ms'],
    [12_000_000_000, '12 s'],
    [100_000_000, '100 ms'],
    [200_000_000_000, '3 min 20 s'],
    [7_325_000_000_000, '2 h 2 min'],
    [-5_000_000, '-5 ms'],
    [Number.NaN, 'unknown'],
  ])('%d ns is %s', (span, text) => {
    expect(duration(span)).toBe(text);
  });
});

it('shows instants with digits that tell them apart', () => {
  expect(instant(14_031_000_000)).toBe('14.031 s');
  expect(instant(14_031_000_500, digitsFor(500))).toBe('14.031000500 s');
  expect(digitsFor(62_000_000)).toBe(3);
});

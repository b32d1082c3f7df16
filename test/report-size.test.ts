// How large the page of a long run may be.
import { describe, expect, it } from 'vitest';
import { longRun } from '../bench/report/long-run.js';
import { renderReport } from '../framework/report/report.js';

const SIZES = [
  { operations: 100_000, clients: 20, rate: 1000, most: 5e6 },
  { operations: 1_000_000, clients: 50, rate: 5000, most: 20e6 },
] as const;

describe('the page of a long run', () => {
  it.each(SIZES)('of $operations operations has at most $most bytes', { timeout: 120_000 }, ({ most, ...size }) => {
    const page = renderReport(longRun(size));
    expect(Buffer.byteLength(page)).toBeLessThan(most);
    expect(Buffer.byteLength(page)).toBeGreaterThan(most / 100);
  });
});

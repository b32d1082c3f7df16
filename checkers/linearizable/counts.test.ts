// How much work the search does on histories that are hard for it: counts, so they are the same on every machine.
import { describe, expect, it } from 'vitest';
import { CASES } from '../../bench/linearizability/cases.js';
import { shortHistories } from '../../bench/linearizability/short.js';
import { checkLinearizable } from './check.js';

describe('configurations', () => {
  it('of 102 short histories with few values and many pending operations', () => {
    const results = shortHistories().map((history) => checkLinearizable(history));
    const sum = results.reduce((total, { configurations }) => total + configurations, 0);
    expect(results.filter(({ valid }) => valid === false).length).toBeGreaterThan(50);
    expect(results.filter(({ valid }) => valid === true).length).toBeGreaterThan(20);
    expect(sum).toBeLessThanOrEqual(5000);
  });

  it.each(CASES.filter(({ configurations }) => configurations !== undefined).map((one) => [one.name, one] as const))(
    'of %s',
    (_name, { make, options, valid, configurations }) => {
      const result = checkLinearizable(make(), options);
      expect(result.valid).toBe(valid);
      expect(result.configurations).toBeLessThanOrEqual(configurations!);
    },
  );
});

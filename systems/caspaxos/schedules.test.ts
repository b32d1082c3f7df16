// Random schedules by the hundred: the registers are linearizable in all of them, each planted bug shows in some.
import { describe, expect, it } from 'vitest';
import { isLinearizable } from '../shared/testing/register-clients.js';
import { playRegister } from '../shared/testing/register-schedule.js';
import type { CasPaxosOptions } from './node.js';
import { make } from './testing/options.js';

function judge(seed: number, nodes: number, options: Partial<CasPaxosOptions>) {
  const { operations, answered } = playRegister(seed, nodes, make({ 'compact-after': 3, ...options }));
  return { valid: isLinearizable(operations), answered };
}

describe('random schedules', () => {
  it.each([
    [3, { 'fast-reads': true, 'one-round-trip': true }],
    [3, { 'fast-reads': false, 'one-round-trip': false }],
    [4, { 'fast-reads': true, 'one-round-trip': true }],
    [5, { 'fast-reads': true, 'one-round-trip': false }],
  ])('with %i nodes and %j are linearizable', (nodes, options) => {
    let answered = 0;
    for (let seed = 0; seed < 50; seed++) {
      const outcome = judge(seed, nodes, options);
      expect(outcome.valid, `seed ${seed}`).toBe(true);
      answered += outcome.answered;
    }
    expect(answered).toBeGreaterThan(300);
  });

  it.each(['forget-accepted', 'skip-prepare'] as const)('with the bug %s some are not', (bug) => {
    let caught = 0;
    for (let seed = 0; seed < 40; seed++) {
      if (!judge(seed, 5, { bug, 'one-round-trip': false }).valid) caught++;
    }
    expect(caught).toBeGreaterThan(1);
  });
});

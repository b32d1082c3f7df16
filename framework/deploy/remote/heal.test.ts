import { describe, expect, it } from 'vitest';
import { leftText, sweepTold } from './heal.js';

describe('what was healed', () => {
  it('is read from what the sweep prints', () => {
    const told = sweepTold(
      'removed chain CHAOS-IN of iptables\nfailed to remove table chaosplan of nft: x\nwoken 2\nalive 3\n',
    );
    expect(told.done).toEqual([
      'removed chain CHAOS-IN of iptables',
      'woke 2 processes of nodes',
      '3 processes of nodes still run there',
    ]);
    expect(told.problems).toEqual(['failed to remove table chaosplan of nft: x']);
    expect(sweepTold('alive 0\n')).toEqual({ done: [], problems: [] });
  });

  it('is named by its run where that is known', () => {
    expect(leftText('{"owner":{"run":"ab","keep":false},"modules":{"network":true}}')).toBe(
      'run ab is ended (network)',
    );
    expect(leftText('{"owner":{"run":"ab","keep":true},"modules":{}}')).toMatch(/its nodes stay/);
    expect(leftText('nonsense')).toMatch(/an earlier run/);
  });
});

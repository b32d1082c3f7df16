import { describe, expect, it } from 'vitest';
import { OwnProposals } from './own-proposals.js';

function bench() {
  const done: string[] = [];
  const proposals = new OwnProposals({
    apply: (command, index, token) => done.push(`${command} at ${index} for ${token}`),
    lost: (token) => done.push(`${token} lost`),
  });
  return { proposals, done };
}

describe('own proposals', () => {
  it('are applied for those who wait for them, once; those of others for nobody', () => {
    const { proposals, done } = bench();
    proposals.add(1, 'a', 'x');
    proposals.add(2, 'b', undefined);
    for (const [index, command] of [
      [1, 'a'],
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, null],
    ] as const)
      proposals.apply(index, command);
    proposals.abandon();
    expect(done).toEqual(['a at 1 for x', 'a at 1 for undefined', 'b at 2 for undefined', 'c at 3 for undefined']);
  });

  it('are lost where something else is committed in their place', () => {
    const { proposals, done } = bench();
    proposals.add(1, 'a', 'x');
    proposals.add(2, 'b', 'y');
    proposals.apply(1, 'other');
    proposals.apply(2, null);
    expect(done).toEqual(['other at 1 for undefined', 'x lost', 'y lost']);
  });

  it('are lost up to a snapshot, and all of them when nobody can tell any more', () => {
    const { proposals, done } = bench();
    for (const index of [1, 2, 3, 4]) proposals.add(index, `command ${index}`, index);
    proposals.skip(2);
    expect(done).toEqual(['1 lost', '2 lost']);
    proposals.abandon();
    proposals.abandon();
    expect(done.slice(2)).toEqual(['3 lost', '4 lost']);
  });
});

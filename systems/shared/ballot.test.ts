import { describe, expect, it } from 'vitest';
import { type Ballot, ballotTerm, compareBallots, isBallot, NO_BALLOT, nextBallot } from './ballot.js';

const ballot = (number: number, node: string): Ballot => ({ number, node });

describe('ballots', () => {
  const ordered = [NO_BALLOT, ballot(1, 'n1'), ballot(1, 'n10'), ballot(1, 'n2'), ballot(2, 'n1'), ballot(10, 'n1')];

  it('are ordered by number, then by node', () => {
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect(Math.sign(compareBallots(a, b))).toBe(Math.sign(i - j));
    }
  });

  it('the next one of a node is higher than the one before, whoever made that', () => {
    for (const above of ordered) {
      const next = nextBallot(above, 'n1');
      expect(next.node).toBe('n1');
      expect(compareBallots(next, above)).toBeGreaterThan(0);
    }
  });

  it('have distinct terms in the same order', () => {
    const nodes = ['n2', 'n10', 'n1'];
    const made = ordered.slice(1).map((each) => ballotTerm(each, nodes));
    expect(made).toEqual([...new Set(made)].sort((a, b) => a - b));
    expect(ballotTerm(NO_BALLOT, nodes)).toBe(0);
  });

  it('are recognized by their shape', () => {
    for (const good of ordered) expect(isBallot(good)).toBe(true);
    for (const bad of [
      null,
      undefined,
      1,
      'n1',
      {},
      [],
      ballot(-1, 'n1'),
      ballot(1.5, 'n1'),
      ballot(Number.NaN, 'n1'),
    ]) {
      expect(isBallot(bad)).toBe(false);
    }
    expect(isBallot({ number: 2 ** 41, node: 'n1' })).toBe(false);
    expect(isBallot({ number: 1, node: 1 })).toBe(false);
    expect(isBallot({ number: '1', node: 'n1' })).toBe(false);
  });
});

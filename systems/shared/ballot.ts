// The order of attempts in Paxos: a number, and the node that made it, so that no two nodes ever share a ballot.

/** Every attempt of a proposer has its own: the number orders them, the node tells apart those with one number. */
export interface Ballot {
  readonly number: number;
  readonly node: string;
}

/** Below every ballot that a node makes: nothing was promised, or nothing accepted. */
export const NO_BALLOT: Ballot = Object.freeze({ number: 0, node: '' });

/** Numbers beyond this are nobody's honest count of attempts, and terms made of them would not be exact. */
const HIGHEST = 2 ** 40;

/** Below 0, 0 or above 0 as `a` is lower than, the same as or higher than `b`: by number, then by node. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.number !== b.number) return a.number - b.number;
  return a.node === b.node ? 0 : a.node < b.node ? -1 : 1;
}

/** The lowest ballot of `node` that is higher than `above`, with a number of its own. */
export function nextBallot(above: Ballot, node: string): Ballot {
  return { number: above.number + 1, node };
}

/** The shape of a ballot; `NO_BALLOT` has it too. */
export function isBallot(value: unknown): value is Ballot {
  if (typeof value !== 'object' || value === null) return false;
  const { number, node } = value as Record<string, unknown>;
  return (
    typeof number === 'number' &&
    Number.isInteger(number) &&
    number >= 0 &&
    number <= HIGHEST &&
    typeof node === 'string'
  );
}

/** A whole number for each ballot of these nodes, in the order of ballots: distinct ballots have distinct terms. */
export function ballotTerm({ number, node }: Ballot, nodes: readonly string[]): number {
  let rank = 0;
  for (const other of nodes) if (other < node) rank++;
  return number * nodes.length + rank;
}

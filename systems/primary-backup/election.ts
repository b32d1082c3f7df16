// What an election must offer, whichever way it chooses, and the ways there are.
import type { Body } from '../../framework/contracts/message.js';
import { HighestIdElection } from './highest-id-election.js';
import { MajorityElection } from './majority-election.js';
import type { PrimaryBackup } from './node.js';

/** Calls `node.follow` and `node.lead`; keeps what a node has promised in `node.log.cast`. */
export interface Election {
  start(): void;
  /** A primary lives. */
  heard(): void;
  /** Waits for signs of life from now on. */
  arm(): void;
  /** No round is under way any more: the node follows, or leads. */
  stop(): void;
  /** True when the timer was the election's. */
  timeout(timer: string): boolean;
  /** Null: not a message of this election. False: a malformed one. */
  receive(from: number, body: Body): boolean | null;
  /** The number of an epoch as people count them. */
  term(epoch: number): number;
}

export function electionOf(node: PrimaryBackup): Election {
  const { env, options } = node;
  const timeout = options['election-timeout'];
  switch (options.election) {
    case 'majority':
      return new MajorityElection(node, () => env.random.between(timeout, 2 * timeout));
    case 'priority': {
      // Each leaves those before it the time that two heartbeats and a round of votes take.
      const wait = timeout + node.members.self * 2 * options.heartbeat;
      return new MajorityElection(node, () => wait + env.random.between(0, options.heartbeat));
    }
    case 'highest-id':
      return new HighestIdElection(node);
  }
}

// The messages of Paxos for registers: their shapes, and the checks on arrival.
//
// `prepare {key, version, base, ballot}` -> `promised {key, ballot, accepted, state}` or `refused {key, ballot, promised}`
// `accept {key, version, base, ballot, state, next}` -> `accepted {key, ballot}` or `refused`
// `query {op, key}` -> `state {op, version, chosen, accepted, state}`
//
// `base` is the chosen state of the version before; where versions are not told apart, `version` is 1 and `base` null.
import type { Body, Message } from '../../framework/contracts/message.js';
import type { Key } from '../../framework/contracts/operation.js';
import { type Ballot, compareBallots, isBallot } from './ballot.js';
import type { Cell } from './register-acceptor.js';
import { isState, type State } from './register-state.js';
import type { Attempt } from './register-turn.js';

/** What a proposer asks of an acceptor: to promise, or to accept `state`. */
export interface Proposal {
  readonly key: Key;
  readonly version: number;
  readonly base: State | null;
  readonly ballot: Ballot;
  /** Null: only to promise. */
  readonly state: State | null;
  readonly next: Ballot | null;
}

/** What an acceptor says it holds; an accepted state and its ballot come together. */
export type Holding = Pick<Cell, 'version' | 'chosen' | 'accepted' | 'state'>;

export function prepareBody(key: Key, { version, base, ballot }: Attempt): Body {
  return { type: 'prepare', key, version, base: version > 1 ? base : null, ballot };
}

export function acceptBody(key: Key, { version, base, ballot, proposal, next }: Attempt): Body {
  return { type: 'accept', key, version, base: version > 1 ? base : null, ballot, state: proposal, next };
}

export function stateBody(op: number, { version, chosen, accepted, state }: Cell): Body {
  return { type: 'state', op, version, chosen, accepted, state };
}

/** Null: malformed. */
export function parseProposal({ body }: Message): Proposal | null {
  const { key, version, base, ballot, state = null, next = null } = body;
  if (!isKey(key) || !isVersion(version) || version < 1 || !isBallot(ballot) || !isStateOrNull(base)) return null;
  if (!isStateOrNull(state) || !isNext(next, ballot) || (version > 1 && base === null)) return null;
  if ((body.type === 'accept') !== (state !== null)) return null;
  return { key, version, base, ballot, state, next };
}

export function parseHolding({ version, chosen, accepted, state }: Body): Holding | null {
  if (!isVersion(version) || !isState(chosen) || !isBallot(accepted) || !isStateOrNull(state)) return null;
  return accepted.number > 0 === (state !== null) ? { version, chosen, accepted, state } : null;
}

export function isKey(key: unknown): key is Key {
  return typeof key === 'string' || typeof key === 'number';
}

export function isVersion(version: unknown): version is number {
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 0;
}

/** A promise in advance is about a higher ballot. */
function isNext(next: unknown, ballot: Ballot): next is Ballot | null {
  return next === null || (isBallot(next) && compareBallots(next, ballot) > 0);
}

function isStateOrNull(state: unknown): state is State | null {
  return state === null || isState(state);
}

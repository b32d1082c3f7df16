// What the nodes say to one another, and the checks that let a handler trust the shape of what arrived.
import type { Body } from '../../framework/contracts/message.js';
import { type Ballot, isBallot } from '../shared/ballot.js';

/** A value that was accepted in a slot, with the ballot that proposed it. A null command is a no-op. */
export interface Pvalue {
  readonly slot: number;
  readonly ballot: Ballot;
  readonly command: unknown;
}

/** Phase 1a, for all slots from `from` on at once: the first that the proposer does not know to be chosen. */
export interface Prepare extends Body {
  type: 'prepare';
  ballot: Ballot;
  from: number;
}

/** Phase 1b. Slots up to `chosen` are chosen; those of them that are missing in `accepted` can be fetched. */
export interface Promised extends Body {
  type: 'promise';
  ballot: Ballot;
  chosen: number;
  accepted: readonly Pvalue[];
}

/** The answer of an acceptor that has promised more than `ballot`, or that hears a leader and helps nobody to depose it. */
export interface Refusal extends Body {
  type: 'refuse';
  ballot: Ballot;
  promised: Ballot;
}

/** Phase 2a for the slots from `first` on; without commands, a heartbeat. Slots up to `chosen` are chosen. */
export interface Accept extends Body {
  type: 'accept';
  ballot: Ballot;
  first: number;
  commands: readonly unknown[];
  chosen: number;
  /** When it was sent, on the leader's clock, made unique; the answer repeats it. */
  stamp: number;
}

/** Phase 2b for `count` slots from `first` on; it also says that nothing higher than `ballot` was promised. */
export interface Accepted extends Body {
  type: 'accepted';
  ballot: Ballot;
  first: number;
  count: number;
  stamp: number;
}

/** Asks for what is chosen from `from` on; `checkpoint` and `offset`: the part that is wanted, if it comes as a checkpoint. */
export interface Fetch extends Body {
  type: 'fetch';
  from: number;
  checkpoint: number;
  offset: number;
}

/** Values of consecutive slots, all chosen. */
export interface Chosen extends Body {
  type: 'chosen';
  values: readonly Pvalue[];
}

/** Items of the checkpoint at slot `index`, from `offset` on. */
export interface Part extends Body {
  type: 'checkpoint';
  index: number;
  offset: number;
  items: readonly unknown[];
  last: boolean;
}

const whole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const slot = (value: unknown): value is number => whole(value) && value > 0;
const finite = (value: unknown) => typeof value === 'number' && Number.isFinite(value);

function isPvalue(value: unknown): value is Pvalue {
  if (typeof value !== 'object' || value === null) return false;
  const { slot: at, ballot, command } = value as Record<string, unknown>;
  return slot(at) && isBallot(ballot) && command !== undefined;
}

function arePvalues(values: unknown): values is readonly Pvalue[] {
  return Array.isArray(values) && values.every(isPvalue);
}

/** A proposer speaks in its own ballots only. */
function isOwn(ballot: unknown, src: string): boolean {
  return isBallot(ballot) && ballot.node === src;
}

export function isPrepare(b: Body, src: string): b is Prepare {
  return isOwn(b['ballot'], src) && slot(b['from']);
}

export function isPromise(b: Body): b is Promised {
  return isBallot(b['ballot']) && whole(b['chosen']) && arePvalues(b['accepted']);
}

export function isRefusal(b: Body): b is Refusal {
  return isBallot(b['ballot']) && isBallot(b['promised']);
}

export function isAccept(b: Body, src: string): b is Accept {
  const { commands } = b;
  if (!isOwn(b['ballot'], src) || !slot(b['first']) || !whole(b['chosen']) || !finite(b['stamp'])) return false;
  return Array.isArray(commands) && !commands.includes(undefined);
}

export function isAccepted(b: Body): b is Accepted {
  return isBallot(b['ballot']) && slot(b['first']) && whole(b['count']) && finite(b['stamp']);
}

export function isFetch(b: Body): b is Fetch {
  return slot(b['from']) && whole(b['checkpoint']) && whole(b['offset']);
}

export function isChosen(b: Body): b is Chosen {
  return arePvalues(b['values']);
}

export function isPart(b: Body): b is Part {
  return slot(b['index']) && whole(b['offset']) && Array.isArray(b['items']) && typeof b['last'] === 'boolean';
}

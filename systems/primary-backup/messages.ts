// What primary and backups say to one another, and the checks that let a handler trust the shape of what arrived.
import type { Body } from '../../framework/contracts/message.js';
import { areEntries, type Entry } from '../shared/entry-log.js';

/** Ships entries after `prev`; without entries, a heartbeat. */
export interface Ship extends Body {
  type: 'ship';
  epoch: number;
  prev: number;
  prevEpoch: number;
  entries: readonly Entry[];
  commit: number;
  /** When it was sent, on the primary's clock, made unique; the answer repeats it. */
  stamp: number;
}

export interface Shipped extends Body {
  type: 'shipped';
  /** Of the shipment, if it was accepted; a later one deposes the primary. */
  epoch: number;
  ok: boolean;
  /** ok: the backup's log is the primary's up to here. Otherwise: where the primary should try next. */
  index: number;
  /** Epoch of the conflicting entry when not ok; 0: the backup's log is too short. */
  conflictEpoch: number;
  /** The backup cannot take back what is at or before this index: its snapshot ends there, in `floorEpoch`. */
  floor: number;
  floorEpoch: number;
  prev: number;
  stamp: number;
}

/** A part of a snapshot: its items from `offset` on. */
export interface Copy extends Body {
  type: 'copy';
  epoch: number;
  index: number;
  indexEpoch: number;
  offset: number;
  items: readonly unknown[];
  last: boolean;
  /** What the primary has committed meanwhile: how far the backup still has to go after this snapshot. */
  end: number;
  endEpoch: number;
  stamp: number;
}

export interface Copied extends Body {
  type: 'copied';
  epoch: number;
  index: number;
  /** The next item wanted. */
  offset: number;
  /** The backup has everything up to here; -1: not yet. */
  upTo: number;
  stamp: number;
}

/** Asks for a vote; `trial`: whether one would be given in that epoch, were it asked for. */
export interface AskVote extends Body {
  type: 'ask-vote';
  epoch: number;
  trial: boolean;
  lastIndex: number;
  lastEpoch: number;
}

export interface Vote extends Body {
  type: 'vote';
  /** The epoch of the question when granted, otherwise that of the voter. */
  epoch: number;
  trial: boolean;
  granted: boolean;
}

/** Election by highest id: the sender wants to be the primary of `epoch`. */
export interface Claim extends Body {
  type: 'claim';
  epoch: number;
  id: number;
}

/** The winner among those in reach asks each of them to agree for good. */
export interface Confirm extends Body {
  type: 'confirm';
  epoch: number;
}

export interface Answer extends Body {
  type: 'claim-answer' | 'confirm-answer';
  /** Of the question. */
  epoch: number;
  agreed: boolean;
  /** That of the node that answers. */
  current: number;
}

const whole = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const finite = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const flag = (value: unknown) => typeof value === 'boolean';
/** A position that may be -1, for "none". */
const orNone = (value: unknown) => value === -1 || whole(value);

function all(b: Body, check: (value: unknown) => boolean, ...fields: readonly string[]): boolean {
  for (const field of fields) if (!check(b[field])) return false;
  return true;
}

export function isShip(b: Body): b is Ship {
  return (
    all(b, whole, 'epoch', 'prev', 'prevEpoch', 'commit') &&
    finite(b['stamp']) &&
    areEntries(b['entries'], b['prev'] as number)
  );
}

export function isShipped(b: Body): b is Shipped {
  return (
    whole(b['epoch']) &&
    flag(b['ok']) &&
    whole(b['index']) &&
    whole(b['conflictEpoch']) &&
    whole(b['floor']) &&
    whole(b['floorEpoch']) &&
    whole(b['prev']) &&
    finite(b['stamp'])
  );
}

export function isCopy(b: Body): b is Copy {
  return (
    all(b, whole, 'epoch', 'index', 'indexEpoch', 'offset', 'end', 'endEpoch') &&
    Array.isArray(b['items']) &&
    flag(b['last']) &&
    finite(b['stamp'])
  );
}

export function isCopied(b: Body): b is Copied {
  return all(b, whole, 'epoch', 'index', 'offset') && orNone(b['upTo']) && finite(b['stamp']);
}

export function isAskVote(b: Body): b is AskVote {
  return all(b, whole, 'epoch', 'lastIndex', 'lastEpoch') && flag(b['trial']);
}

export function isVote(b: Body): b is Vote {
  return whole(b['epoch']) && flag(b['trial']) && flag(b['granted']);
}

export function isClaim(b: Body): b is Claim {
  return all(b, whole, 'epoch', 'id');
}

export function isConfirm(b: Body): b is Confirm {
  return whole(b['epoch']);
}

export function isAnswer(b: Body): b is Answer {
  return all(b, whole, 'epoch', 'current') && flag(b['agreed']);
}

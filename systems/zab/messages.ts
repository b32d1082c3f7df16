// What Zab nodes say to one another, and the checks that let a handler trust the shape of what arrived.
import type { Body } from '../../framework/contracts/message.js';

/** One transaction: a command with the node that asked for it and that node's number for the request. */
export interface Entry {
  readonly zxid: number;
  readonly origin: string;
  readonly request: number;
  readonly command: unknown;
}

/** Whom a node would have lead: that node's current epoch and last zxid are what makes it eligible. */
export interface Candidate {
  readonly leader: string;
  readonly current: number;
  readonly zxid: number;
}

export type Role = 'looking' | 'following' | 'leading';

/** A notification of fast leader election. */
export interface Vote extends Body, Candidate {
  type: 'vote';
  round: number;
  state: Role;
  /** The sender leads an epoch that a majority has joined. */
  established: boolean;
}

/**
 * Frames of one direction of a connection, numbered from `seq` on. `ack`: frames of the other direction that have arrived.
 * `stamp`: from the leader, the number of its latest round of pings; from a learner, the latest that it has seen.
 */
export interface Packet<F> extends Body {
  /** The learner's number for the connection, and the leader's for its reign: 0 as long as the learner does not know it. */
  conn: number;
  reign: number;
  seq: number;
  ack: number;
  stamp: number;
  frames: readonly F[];
}

export interface ToLeader extends Packet<LearnerFrame> {
  type: 'to-leader';
}

export interface ToLearner extends Packet<LeaderFrame> {
  type: 'to-learner';
}

/** The sender knows nothing, or no more, of this connection. */
export interface Closed extends Body {
  type: 'closed';
  conn: number;
}

export type LearnerFrame =
  /** Discovery: the epoch that the sender has last promised to join (CEPOCH). */
  | { readonly kind: 'c-epoch'; readonly accepted: number }
  /** `fresh`: this is the sender's only promise to anyone for the new epoch, and counts for the majority (ACK-E). */
  | { readonly kind: 'ack-epoch'; readonly current: number; readonly zxid: number; readonly fresh: boolean }
  /** Synchronization: the sender holds the leader's history (ACK-LD). */
  | { readonly kind: 'ack-leader' }
  /** Broadcast: the sender holds everything up to here. */
  | { readonly kind: 'ack'; readonly zxid: number }
  | { readonly kind: 'request'; readonly id: number; readonly command: unknown }
  | { readonly kind: 'sync'; readonly id: number };

export type LeaderFrame =
  | { readonly kind: 'new-epoch'; readonly epoch: number }
  /** Synchronization: forget everything after `zxid`; the state, in parts; what is missing. */
  | { readonly kind: 'trunc'; readonly zxid: number }
  | { readonly kind: 'snap'; readonly zxid: number; readonly items: readonly unknown[] }
  | { readonly kind: 'diff'; readonly entries: readonly Entry[] }
  | { readonly kind: 'new-leader'; readonly epoch: number }
  /** A majority follows: deliver up to `zxid` and serve clients. */
  | { readonly kind: 'up-to-date'; readonly zxid: number }
  | { readonly kind: 'propose'; readonly entry: Entry }
  | { readonly kind: 'commit'; readonly zxid: number }
  /** All that was committed when `sync` was asked for came before this frame. */
  | { readonly kind: 'synced'; readonly id: number };

const ROLES: readonly unknown[] = ['looking', 'following', 'leading'] satisfies Role[];

const whole = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { zxid, origin, request, command } = value as Partial<Entry>;
  return whole(zxid) && typeof origin === 'string' && whole(request) && isCommand(command);
}

const isCommand = (value: unknown) => typeof value === 'object' && value !== null;

export function isVote(b: Body): b is Vote {
  return (
    typeof b['leader'] === 'string' &&
    whole(b['current']) &&
    whole(b['zxid']) &&
    whole(b['round']) &&
    ROLES.includes(b['state']) &&
    typeof b['established'] === 'boolean'
  );
}

export function isClosed(b: Body): b is Closed {
  return whole(b['conn']);
}

/** By kind, what a frame must hold. */
type Shapes = Readonly<Record<string, (frame: Readonly<Record<string, unknown>>) => boolean>>;

const fromLearner: Shapes = {
  'c-epoch': ({ accepted }) => whole(accepted),
  'ack-epoch': ({ current, zxid, fresh }) => whole(current) && whole(zxid) && typeof fresh === 'boolean',
  'ack-leader': () => true,
  ack: ({ zxid }) => whole(zxid),
  request: ({ id, command }) => whole(id) && isCommand(command),
  sync: ({ id }) => whole(id),
};

const fromLeader: Shapes = {
  'new-epoch': ({ epoch }) => whole(epoch),
  trunc: ({ zxid }) => whole(zxid),
  snap: ({ zxid, items }) => whole(zxid) && Array.isArray(items),
  diff: ({ entries }) => Array.isArray(entries) && entries.every(isEntry),
  'new-leader': ({ epoch }) => whole(epoch),
  'up-to-date': ({ zxid }) => whole(zxid),
  propose: ({ entry }) => isEntry(entry),
  commit: ({ zxid }) => whole(zxid),
  synced: ({ id }) => whole(id),
};

function isPacket(b: Body, shapes: Shapes): boolean {
  const { conn, reign, seq, ack, stamp, frames } = b;
  if (!whole(conn) || !whole(reign) || !whole(seq) || !whole(ack) || !whole(stamp) || !Array.isArray(frames))
    return false;
  for (const frame of frames as readonly unknown[]) {
    if (typeof frame !== 'object' || frame === null) return false;
    const { kind } = frame as { kind?: unknown };
    if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) return false;
    if (!shapes[kind]!(frame as Record<string, unknown>)) return false;
  }
  return true;
}

export const isToLeader = (b: Body): b is ToLeader => isPacket(b, fromLearner);

export const isToLearner = (b: Body): b is ToLearner => isPacket(b, fromLeader);

// What Raft nodes say to one another, and the checks that let a handler trust the shape of what arrived.
import type { Body } from '../../framework/contracts/message.js';
import { areEntries, type Entry as LogEntry } from '../shared/entry-log.js';
import { type Configuration, isConfiguration } from './configuration.js';

/** A null command is the empty entry with which a leader begins its term, or a configuration. */
export interface Entry extends LogEntry {
  /** From this entry on these are the members. */
  readonly config?: Configuration;
}

/** Asks for a vote; `pre`: whether one would be given in that term, were it asked for (pre-vote, thesis 9.6). */
export interface AskVote extends Body {
  type: 'ask-vote';
  cluster: string;
  term: number;
  pre: boolean;
  lastIndex: number;
  lastTerm: number;
}

export interface Vote extends Body {
  type: 'vote';
  /** The term of the question when granted, otherwise that of the voter. */
  term: number;
  pre: boolean;
  granted: boolean;
}

/** Replicates entries after `prev`; without entries, a heartbeat. */
export interface Append extends Body {
  type: 'append';
  cluster: string;
  term: number;
  prev: number;
  prevTerm: number;
  entries: readonly Entry[];
  commit: number;
  /** When it was sent, on the leader's clock, made unique; the answer repeats it. */
  stamp: number;
}

export interface Appended extends Body {
  type: 'appended';
  term: number;
  ok: boolean;
  /** ok: the follower's log matches the leader's up to here. Otherwise: where the leader should try next. */
  index: number;
  /** Term of the conflicting entry when not ok; 0: the follower's log is too short. */
  conflictTerm: number;
  prev: number;
  stamp: number;
}

/** A part of a snapshot: its items from `offset` on. */
export interface Install extends Body {
  type: 'install';
  cluster: string;
  term: number;
  index: number;
  indexTerm: number;
  /** The members as of `index`; null: those that the cluster began with. */
  config: Configuration | null;
  offset: number;
  items: readonly unknown[];
  last: boolean;
  stamp: number;
}

export interface Installed extends Body {
  type: 'installed';
  term: number;
  index: number;
  /** The next item wanted. */
  offset: number;
  /** The follower has everything up to `index`. */
  done: boolean;
  stamp: number;
}

const whole = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const finite = (value: unknown) => typeof value === 'number' && Number.isFinite(value);

export function isAskVote(b: Body): b is AskVote {
  return (
    typeof b['cluster'] === 'string' &&
    whole(b['term']) &&
    typeof b['pre'] === 'boolean' &&
    whole(b['lastIndex']) &&
    whole(b['lastTerm'])
  );
}

export function isVote(b: Body): b is Vote {
  return whole(b['term']) && typeof b['pre'] === 'boolean' && typeof b['granted'] === 'boolean';
}

export function isAppend(b: Body): b is Append {
  const { entries, prev } = b;
  if (!whole(b['term']) || !whole(prev) || !whole(b['prevTerm']) || !whole(b['commit']) || !finite(b['stamp'])) {
    return false;
  }
  if (typeof b['cluster'] !== 'string' || !areEntries(entries, prev as number)) return false;
  for (const { command, config } of entries as readonly Partial<Entry>[]) {
    if (command === null && config !== undefined && !isConfiguration(config)) return false;
  }
  return true;
}

export function isAppended(b: Body): b is Appended {
  return (
    whole(b['term']) &&
    typeof b['ok'] === 'boolean' &&
    whole(b['index']) &&
    whole(b['conflictTerm']) &&
    whole(b['prev']) &&
    finite(b['stamp'])
  );
}

export function isInstall(b: Body): b is Install {
  return (
    typeof b['cluster'] === 'string' &&
    whole(b['term']) &&
    whole(b['index']) &&
    whole(b['indexTerm']) &&
    (b['config'] === null || isConfiguration(b['config'])) &&
    whole(b['offset']) &&
    Array.isArray(b['items']) &&
    typeof b['last'] === 'boolean' &&
    finite(b['stamp'])
  );
}

export function isInstalled(b: Body): b is Installed {
  return (
    whole(b['term']) && whole(b['index']) && whole(b['offset']) && typeof b['done'] === 'boolean' && finite(b['stamp'])
  );
}

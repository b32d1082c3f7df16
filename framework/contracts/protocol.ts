// What a reference node is written against: a synchronous state machine that sees the world only through its Environment.
import type { Body, Message } from './message.js';
import type { Random } from './random.js';
import type { Milliseconds } from './time.js';

/**
 * A node. The runtime constructs it (again after every crash; state that must survive is in `env.log`), calls `start` once,
 * then one handler at a time. Handlers never block, never throw for bad input and never keep or change a message's body.
 */
export interface Protocol {
  start(): void;
  receive(message: Message): void;
  timeout(timer: string): void;
}

/** What survives a crash, as of the last sync. */
export interface Recovered {
  /** The snapshot of the last `replace`, or null. */
  readonly snapshot: unknown;
  /** The tail given to the last `replace`, then every durable `append` since, oldest first. */
  readonly records: readonly unknown[];
}

/**
 * The durable log of one scope. Records are JSON values, immutable once handed over. What is appended stays in memory until
 * the runtime's next sync; messages sent afterwards are released only after that sync (effects wait for durability).
 */
export interface DurableLog {
  append(record: unknown): void;
  /** Atomically replaces the whole log by a snapshot and the records after it (compaction). */
  replace(snapshot: unknown, tail: readonly unknown[]): void;
  recover(): Recovered;
}

/** What a node says of itself, out of band: recorded beside the history, never sent over the faulty network. */
export interface NodeReport {
  role?: string;
  term?: number;
  /** The node that this one believes to lead; its own id when it leads. */
  leader?: string | null;
  [field: string]: unknown;
}

export interface Environment {
  /** Own id, and the ids of the first members of the cluster in a fixed order; a spare node is not among them. */
  readonly id: string;
  readonly nodes: readonly string[];
  readonly random: Random;
  readonly log: DurableLog;

  /** Sends to a node, a client or a service. Unreliable, unordered. The body belongs to the network afterwards. */
  send(dest: string, body: Body): void;
  /** Answers a request: sets `in_reply_to` from its `msg_id` and sends to its sender. */
  reply(request: Message, body: Body): void;

  /** Calls `timeout(name)` once after `delay` on this node's own clock; a timer of that name that is set is replaced. */
  setTimer(name: string, delay: Milliseconds): void;
  cancelTimer(name: string): void;

  /** The node's wall clock in milliseconds; a nemesis may make it jump or run fast. Never use it for safety. */
  now(): Milliseconds;
  /** Milliseconds from an arbitrary origin; never jumps, but runs at the node's own (perhaps skewed) rate. */
  elapsed(): Milliseconds;

  /** One line of the node's log. */
  print(line: string): void;
  report(state: NodeReport): void;

  /**
   * An environment for a protocol inside this one (one of many Raft groups, say): the same identity, clock and network, but
   * its timers, messages (`body.scope`) and log records are its own. Scopes do not nest. `Scopes` hands events to them.
   */
  scope(name: string): Environment;
}

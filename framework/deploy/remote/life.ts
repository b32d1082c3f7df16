// What differs between nodes on hosts: how a reference node starts and breaks, and how any other program does.
import type { Body } from '../../contracts/message.js';
import type { Random } from '../../contracts/random.js';
import type { Keep } from '../../node/process/damage.js';
import type { Breakage, LastingDamage } from '../node-faults.js';
import type { Topic, Wish } from '../wish.js';
import type { Secrets } from './secrets.js';

/** How the end of a node's main process reads to a person, and whether a fault in force explains it. */
export interface End {
  detail: string;
  fault: boolean;
}

/** How a process ended, and the last lines of its log. */
export interface Ended {
  code: number | null;
  signal: string | null;
  lines: readonly string[];
}

export interface Life {
  /** As of `FaultyNode`. */
  refusal(fault: Breakage): string | null;
  /** Its clock and disk are broken from outside, whether it runs or not. */
  readonly isBrokenFromOutside: boolean;
  /** Absolute globs of files on its host, beside its logs folder, that are brought home at the end. */
  readonly files: readonly string[];
  /** Taken out of all that it has written, before that is kept or shown. */
  readonly secrets: Secrets;
  /** Before the first start: nothing of an earlier run is left, and what it needs is installed. */
  prepare(): Promise<void>;
  /** Starts it; resolves with the id of its main process, null where it has none of its own. `random` is this incarnation's. */
  start(wish: Wish, random: Random): Promise<number | null>;
  /** Resolves when a node that was started takes requests; rejects with the reason when it never will. */
  ready(): Promise<void>;
  /**
   * Tells a node its clock or disk faults; resolves when it has acted on them. Rejects with ChaosError('folder-busy') where they can be
   * had only while it does not run.
   */
  tell(topic: Topic, wish: Wish, isFrozen: boolean): Promise<void>;
  /** Its host is on again, or its helper was reached again: what is broken from outside may not be so any more. */
  back(wish: Wish): Promise<void>;
  /** Its processes are gone. Takes from its files what a crash of the machine would have; returns how many bytes. */
  crashed(keep: Keep, random: Random): Promise<number>;
  /** Leaves half a record at the end of a dead node's log. */
  tear(random: Random): Promise<void>;
  /** Rejects where there is nothing to damage, so that nothing is killed for it. */
  assertDamageable(): Promise<void>;
  /** Damages a dead node's files; returns what takes that back, null where nobody can or there was nothing to damage. */
  damage(kind: LastingDamage, position: number, random: Random): Promise<(() => Promise<void>) | null>;
  /** Why its main process has ended, where nobody killed it. */
  ended(end: Ended): End;
  /** True while a fault keeps a started node from ever being ready: it is in force when the node has refused to run. */
  readonly refuses: boolean;
  /** Before the node is killed for good. */
  stop(): Promise<void>;
  request(client: string, body: Body): void;
  close(): Promise<void>;
}

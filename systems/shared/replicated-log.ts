// What a state machine and the protocol that replicates its commands expect of each other.
import type { Message } from '../../framework/contracts/message.js';

/** What the log drives. Tokens are the caller's own: handed in with a proposal or a read, handed back with what came of it. */
export interface Machine {
  /** Every committed command, once each and in order. `token` is undefined unless this node proposed it in this life. */
  apply(command: unknown, index: number, token: unknown): void;
  /** This node can no longer tell: the command of this token may or may not be applied some day. */
  lost(token: unknown): void;
  /** The state now shows everything that was complete when the read was asked for. */
  readable(token: unknown): void;
  /** It cannot be known; nothing was changed. */
  unreadable(token: unknown): void;
  /** The state as a list of JSON items that never change afterwards. */
  snapshot(): readonly unknown[];
  restore(items: readonly unknown[]): void;
}

/** One node's part in a replicated log with a leader, whichever protocol it speaks. */
export interface ReplicatedLog {
  /** This node takes proposals. */
  readonly leads: boolean;
  /** Who does, as far as known. */
  readonly leader: string | null;
  start(): void;
  /** Appends a command if this node leads; false: it does not, and nothing happened. */
  propose(command: unknown, token: unknown): boolean;
  /** Calls the machine's `readable` (or `unreadable`) with the token, perhaps before it returns. On any node. */
  read(token: unknown): void;
  /** True when the message was the protocol's; malformed ones are answered with error 12. */
  receive(message: Message): boolean;
  /** True when the timer was the protocol's. */
  timeout(timer: string): boolean;
}

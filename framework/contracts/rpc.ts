// How a workload's operations travel: one synchronous request/response pair per function, as data.
import type { Body } from './message.js';
import type { Completion, Invocation } from './operation.js';

export interface RpcFunction {
  /** The request of an invocation. */
  request(operation: Invocation): Body;
  /** The value of the `ok` completion, from the reply. Throws when the reply is malformed. */
  result(reply: Body, operation: Invocation): unknown;
  /** It changes nothing: an indefinite error is then a `fail`, and the process lives on. */
  readOnly?: boolean;
  /** Error codes that are an answer: code -> value of an `ok` completion (20: a key that was never written reads as null). */
  answers?: Readonly<Record<number, unknown>>;
}

export type Rpc = Readonly<Record<string, RpcFunction>>;

/** What a client that is not a plain RPC sees of the world. */
export interface ClientContext {
  /** Sends a request to a node of the cluster and resolves with the reply; rejects with `TimeoutError` on time-out. */
  call(body: Body): Promise<Body>;
  clock: { now(): number; sleep(duration: number): Promise<void> };
  random: import('./random.js').Random;
  /** The node that this client's process is bound to. */
  node: string;
}

/** A client of a real system. A thrown error is an `info` with its message. */
export interface Client {
  open?(): Promise<void>;
  invoke(operation: Invocation): Completion | Promise<Completion>;
  close?(): Promise<void>;
}

// Carries one operation of one process to a node and back: by the workload's RPC, or by the system's own client.
import type { Cluster } from '../contracts/cluster.js';
import { messageOf } from '../contracts/error.js';
import { type Body, errorName, isDefinite } from '../contracts/message.js';
import type { Completion, Invocation } from '../contracts/operation.js';
import type { Random } from '../contracts/random.js';
import type { Client, Rpc, RpcFunction } from '../contracts/rpc.js';
import type { AnySystem } from '../contracts/system.js';
import type { Clock, Milliseconds } from '../contracts/time.js';

/** A process's way to the cluster. `done` is called at most once, never inside `invoke`; silence is the caller's time-out. */
export interface Caller {
  invoke(operation: Invocation, node: string, done: (completion: Completion) => void): void;
  /** The operation timed out or the process has ended: nothing it still gets matters. */
  abandon(): void;
  close(): void;
}

/** Errors that a client did not expect start with this. */
export const EXCEPTION = 'exception: ';

export class RpcCaller implements Caller {
  readonly #cluster: Cluster;
  readonly #rpc: Rpc;
  readonly #client: string;

  constructor(cluster: Cluster, rpc: Rpc, process: number) {
    this.#cluster = cluster;
    this.#rpc = rpc;
    this.#client = `c${process}`;
  }

  invoke(operation: Invocation, node: string, done: (completion: Completion) => void): void {
    const rpc = this.#rpc[operation.f];
    if (rpc === undefined) throw new Error(`the workload has no rpc for '${operation.f}'`);
    this.#cluster.request(this.#client, node, rpc.request(operation), (reply) =>
      done(interpret(rpc, reply, operation)),
    );
  }

  abandon(): void {
    this.#cluster.abandon(this.#client);
  }

  close(): void {
    this.#cluster.abandon(this.#client);
  }
}

/** What a reply says of an operation, by Maelstrom's error codes; an indefinite read is a `fail`, since it changed nothing. */
export function interpret(rpc: RpcFunction, reply: Body, operation: Invocation): Completion {
  if (reply.type === 'error') {
    const code = typeof reply['code'] === 'number' ? reply['code'] : 13;
    if (rpc.answers !== undefined && Object.hasOwn(rpc.answers, code)) return { type: 'ok', value: rpc.answers[code] };
    const text = typeof reply['text'] === 'string' ? `: ${reply['text']}` : '';
    const type = isDefinite(code) || rpc.readOnly === true ? 'fail' : 'info';
    return { type, value: operation.value, error: errorName(code) + text };
  }
  try {
    return { type: 'ok', value: rpc.result(reply, operation) };
  } catch (error) {
    return unexpected(rpc, operation, error);
  }
}

function unexpected(rpc: RpcFunction | undefined, operation: Invocation, error: unknown): Completion {
  const type = rpc?.readOnly === true ? 'fail' : 'info';
  return { type, value: operation.value, error: EXCEPTION + messageOf(error) };
}

/** A system's own client, asynchronous or not. It is opened before its first operation. */
export class ClientCaller implements Caller {
  readonly #clock: Clock;
  readonly #rpc: Rpc;
  readonly #client: Client;
  readonly #abandonCall: () => void;
  #opened = false;
  #generation = 0;

  constructor(
    context: { cluster: Cluster; clock: Clock; random: Random; system: AnySystem; workload: string; rpc: Rpc },
    process: number,
    node: string,
  ) {
    const { cluster, clock } = context;
    this.#clock = clock;
    this.#rpc = context.rpc;
    const name = `c${process}`;
    this.#abandonCall = () => cluster.abandon(name);
    const call = (body: Body) =>
      new Promise<Body>((resolve) => {
        cluster.request(name, node, body, (reply) => {
          clock.settle();
          resolve(reply);
        });
      });
    const time = { now: () => clock.now(), sleep: (duration: Milliseconds) => clock.sleep(duration) };
    this.#client = context.system.client!(context.workload, { call, clock: time, random: context.random, node });
  }

  invoke(operation: Invocation, _node: string, done: (completion: Completion) => void): void {
    const generation = ++this.#generation;
    // The client runs as promise callbacks, in either world.
    this.#clock.settle();
    void this.#run(operation).then((completion) => {
      if (generation === this.#generation) done(completion);
    });
  }

  async #run(operation: Invocation): Promise<Completion> {
    if (!this.#opened) {
      try {
        await this.#client.open?.();
        this.#opened = true;
      } catch (error) {
        // Nothing was sent: it certainly did not happen.
        return { type: 'fail', value: operation.value, error: `cannot open: ${messageOf(error)}` };
      }
    }
    try {
      return await this.#client.invoke(operation);
    } catch (error) {
      return unexpected(this.#rpc[operation.f], operation, error);
    }
  }

  abandon(): void {
    this.#generation++;
    this.#abandonCall();
  }

  close(): void {
    this.abandon();
    this.#clock.settle();
    Promise.resolve(this.#client.close?.()).catch(() => {});
  }
}

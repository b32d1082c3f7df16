// A node of a key-value store on a replicated log: clients' requests in, the log in the middle, answers out.
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment, Protocol } from '../../framework/contracts/protocol.js';
import { type Command, KeyValue, OK, OUTDATED } from './key-value.js';
import type { Machine, ReplicatedLog } from './replicated-log.js';
import { parseRequest, type Request } from './requests.js';

/** Who waits for the answer to a request. */
interface Caller {
  client: string;
  /** The client's `msg_id`. */
  id: number;
  /** The node that passed the request on and will pass on the answer; null: the client asked this node. */
  via: string | null;
  /** What to read, when it is a read. */
  request: Request;
}

/** How a store on a replicated log serves its clients. */
export interface StoreOptions {
  /**
   * `log`: a read goes through the log. `confirmed`: the protocol says when the node's own state is fresh enough
   * (`ReplicatedLog.read`). `local`: at once, from the state at hand, however old.
   */
  reads: 'log' | 'confirmed' | 'local';
  /** Nodes that do not lead pass requests on; otherwise they answer error 11 and name the leader. */
  forward: boolean;
  /** Clients whose last request is remembered. */
  maxSessions: number;
  /** Planted bug: a write is acknowledged when it is proposed. */
  earlyWrites?: boolean;
}

const NO_LEADER = 'no leader is known';

export class StoreServer<L extends ReplicatedLog> implements Protocol, Machine {
  readonly #env: Environment;
  readonly #options: StoreOptions;
  readonly #store: KeyValue;
  readonly log: L;

  constructor(env: Environment, options: StoreOptions, replicate: (machine: Machine) => L) {
    this.#env = env;
    this.#options = options;
    this.#store = new KeyValue(options.maxSessions);
    this.log = replicate(this);
  }

  start(): void {
    this.log.start();
  }

  timeout(timer: string): void {
    this.log.timeout(timer);
  }

  receive(message: Message): void {
    const { type } = message.body;
    if (type === 'read' || type === 'write' || type === 'cas') this.#onRequest(message);
    else if (type === 'forward') this.#onForward(message);
    else if (type === 'forwarded') this.#onForwarded(message);
    else if (!this.log.receive(message) && type !== 'error') {
      this.#env.reply(message, errorBody(RPC.notSupported, `no such request: ${String(type)}`));
    }
  }

  apply(command: unknown, index: number, token: unknown): void {
    const code = this.#store.apply(command as Command, index);
    if (token === undefined) return;
    const caller = token as Caller;
    if (code === OK || code === RPC.keyDoesNotExist) this.#succeed(caller, code);
    else if (code !== OUTDATED) this.#answer(caller, errorBody(code, 'the value is another one'));
  }

  lost(token: unknown): void {
    this.#answer(token as Caller, errorBody(RPC.crash, 'leadership was lost: the outcome is unknown'));
  }

  readable(token: unknown): void {
    const caller = token as Caller;
    this.#succeed(caller, this.#store.get(caller.request.key) === undefined ? RPC.keyDoesNotExist : OK);
  }

  unreadable(token: unknown): void {
    this.#answer(token as Caller, errorBody(RPC.temporarilyUnavailable, 'the leader was lost'));
  }

  snapshot(): readonly unknown[] {
    return this.#store.snapshot();
  }

  restore(items: readonly unknown[]): void {
    this.#store.restore(items);
  }

  #onRequest(message: Message): void {
    const request = parseRequest(message.body);
    if (typeof request === 'string') {
      this.#env.reply(message, errorBody(RPC.malformedRequest, request));
      return;
    }
    const caller: Caller = { client: message.src, id: request.id, via: null, request };
    const { leads, leader } = this.log;
    if (request.op === 'read' && this.#options.reads === 'local') this.readable(caller);
    else if (leads) this.#serve(caller);
    else if (leader === null) this.#answer(caller, errorBody(RPC.temporarilyUnavailable, NO_LEADER));
    else if (!this.#options.forward) {
      const refusal = errorBody(RPC.temporarilyUnavailable, `this node does not lead; ${leader} does`);
      this.#answer(caller, { ...refusal, leader });
    } else if (request.op === 'read' && this.#options.reads !== 'log') this.log.read(caller);
    else this.#env.send(leader, { type: 'forward', client: message.src, request: message.body });
  }

  /** A follower passes on a client's request. */
  #onForward(message: Message): void {
    const { client, request: body } = message.body;
    const request = parseRequest(body);
    if (typeof client !== 'string' || typeof request === 'string') {
      this.#env.reply(message, errorBody(RPC.malformedRequest, 'malformed forward'));
      return;
    }
    const caller: Caller = { client, id: request.id, via: message.src, request };
    if (this.log.leads) this.#serve(caller);
    // Not a definite refusal: the network may have delivered this twice, and the first copy may be in a log.
    else this.lost(caller);
  }

  /** The leader's answer on its way back to the client. */
  #onForwarded(message: Message): void {
    const { client, reply } = message.body;
    if (typeof client !== 'string' || typeof reply !== 'object' || reply === null || !('type' in reply)) {
      this.#env.reply(message, errorBody(RPC.malformedRequest, 'malformed forwarded'));
      return;
    }
    this.#env.send(client, { ...(reply as Body) });
  }

  /** As leader. */
  #serve(caller: Caller): void {
    const { request, client, id } = caller;
    if (request.op === 'read' && this.#options.reads !== 'log') {
      this.log.read(caller);
      return;
    }
    const early = request.op === 'write' && this.#options.earlyWrites === true;
    this.log.propose({ ...request, client, id }, early ? undefined : caller);
    if (early) this.#succeed(caller, OK);
  }

  /** The request was carried out; a read may have found nothing, and a cas nothing to compare with. */
  #succeed(caller: Caller, code: number): void {
    const { op, key } = caller.request;
    if (code !== OK) this.#answer(caller, errorBody(code, `no such key: ${key}`));
    else if (op === 'read') this.#answer(caller, { type: 'read_ok', value: this.#store.get(key) });
    else this.#answer(caller, { type: op === 'write' ? 'write_ok' : 'cas_ok' });
  }

  #answer({ client, id, via }: Caller, body: Body): void {
    body.in_reply_to = id;
    if (via === null) this.#env.send(client, body);
    else this.#env.send(via, { type: 'forwarded', client, reply: body });
  }
}

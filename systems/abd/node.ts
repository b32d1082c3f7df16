// One node of the majority register: a replica, and the coordinator of what its clients ask.
//
// Attiya, Bar-Noy, Dolev: "Sharing memory robustly in message-passing systems", JACM 42(1), 1995; for many writers Lynch and
// Shvartsman, FTCS 1997. Any two majorities share a node, so a version that a majority holds is seen by every later query.
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Key } from '../../framework/contracts/operation.js';
import type { Environment, Protocol } from '../../framework/contracts/protocol.js';
import { LastRequests } from '../shared/last-requests.js';
import { majorityOf } from '../shared/quorum.js';
import { Operation } from './operation.js';
import { Replica, type Version } from './replica.js';

export interface AbdOptions {
  /** Milliseconds. */
  resend: number;
  /** Milliseconds. */
  'give-up': number;
  'fast-reads': boolean;
  'compact-after': number;
  bug: 'none' | 'no-write-back' | 'minority-quorum';
}

const RESEND = 'resend';

/** Operations that one incarnation can number. Ids stay exact integers for two million starts. */
const IDS_PER_INCARNATION = 2 ** 31;

export class AbdNode implements Protocol {
  readonly #env: Environment;
  readonly #options: AbdOptions;
  readonly #replica: Replica;
  readonly #quorum: number;
  readonly #places: ReadonlyMap<string, number>;
  readonly #self: number;
  /** Operations under way, oldest first. */
  readonly #operations = new Map<number, Operation>();
  readonly #lastRequests = new LastRequests();
  readonly #patience: number;
  #nextId: number;
  #tick = 0;
  #ticking = false;

  constructor(env: Environment, options: AbdOptions) {
    const count = env.nodes.length;
    this.#env = env;
    this.#options = options;
    this.#replica = new Replica(env.log, options['compact-after']);
    // Planted bug: two minorities may have no node in common.
    const minority = Math.max(1, Math.floor((count - 1) / 2));
    this.#quorum = options.bug === 'minority-quorum' ? minority : majorityOf(count);
    this.#places = new Map(env.nodes.map((node, place) => [node, place]));
    this.#self = this.#places.get(env.id)!;
    this.#patience = Math.ceil(options['give-up'] / options.resend);
    // A reply to an operation of an earlier life must match no operation of this one.
    this.#nextId = this.#replica.incarnation * IDS_PER_INCARNATION;
  }

  start(): void {
    this.#replica.start();
    this.#env.print(`start ${this.#replica.incarnation}, holding ${this.#replica.size} keys`);
  }

  receive(message: Message): void {
    const { body } = message;
    switch (body.type) {
      case 'query':
        this.#onQuery(message);
        break;
      case 'store':
        this.#onStore(message);
        break;
      case 'query_ok':
        this.#onReply(message, false);
        break;
      case 'store_ok':
        this.#onReply(message, true);
        break;
      case 'read':
      case 'write':
        this.#onRequest(message);
        break;
      default:
        if (body.msg_id !== undefined) this.#refuse(message, RPC.notSupported, `a register has no ${body.type}`);
    }
  }

  timeout(timer: string): void {
    if (timer !== RESEND) return;
    this.#tick++;
    for (const operation of this.#operations.values()) {
      if (this.#tick >= operation.deadline) this.#giveUp(operation);
      else if (operation.resend.isDue(this.#tick)) this.#broadcast(operation);
    }
    this.#ticking = this.#operations.size > 0;
    if (this.#ticking) this.#env.setTimer(RESEND, this.#options.resend);
  }

  // --- replica ---

  #onQuery(message: Message): void {
    const { op, key } = message.body;
    if (typeof op !== 'number' || !isKey(key)) return;
    const { n, writer, value } = this.#replica.newest(key);
    this.#env.send(message.src, { type: 'query_ok', op, n, writer, value });
  }

  #onStore(message: Message): void {
    const { op, key, n, writer, value } = message.body;
    if (typeof op !== 'number' || !isKey(key) || !isTag(n, writer)) return;
    this.#replica.store({ key, n: n as number, writer: writer as string, value });
    this.#env.send(message.src, { type: 'store_ok', op });
  }

  // --- coordinator ---

  #onRequest(request: Message): void {
    const { key, value, msg_id: id } = request.body;
    const isWrite = request.body.type === 'write';
    if (!isKey(key)) {
      this.#refuse(request, RPC.malformedRequest, 'the key must be a string or a number');
    } else if (isWrite && value === undefined) {
      this.#refuse(request, RPC.malformedRequest, 'a write needs a value');
    } else if (id === undefined || this.#lastRequests.note(request.src, id)) {
      this.#begin(request, key, isWrite);
    }
  }

  #begin(request: Message, key: Key, isWrite: boolean): void {
    // The timer may be about to fire: an operation that finds it running waits for the tick after the next.
    const due = this.#tick + (this.#ticking ? 2 : 1);
    const known = this.#replica.newest(key);
    const operation = new Operation(this.#nextId++, request, isWrite, known, this.#self, due, due + this.#patience);
    this.#operations.set(operation.id, operation);
    this.#broadcast(operation);
    this.#advance(operation);
    if (!this.#ticking && this.#operations.size > 0) {
      this.#ticking = true;
      this.#env.setTimer(RESEND, this.#options.resend);
    }
  }

  #onReply({ src, body }: Message, storing: boolean): void {
    const place = this.#places.get(src);
    const operation = this.#operations.get(body['op'] as number);
    if (place === undefined || operation === undefined || operation.storing !== storing) return;
    const { n, writer, value } = body;
    if (storing) operation.acknowledge(place);
    else if (isTag(n, writer)) operation.learn(place, n as number, writer as string, value);
    this.#advance(operation);
  }

  /** Goes on when a quorum has answered. */
  #advance(operation: Operation): void {
    if (operation.count < this.#quorum) return;
    if (operation.storing) this.#finish(operation);
    else if (operation.isWrite) this.#beginWrite(operation);
    else this.#endRead(operation);
  }

  /**
   * Tags must never be used twice, not by two concurrent writes of one coordinator and not after a crash. So the new version
   * goes into the coordinator's own replica before (the runtime syncs the log before it releases messages) anybody else can
   * learn its tag, and every new tag is above the one in that replica.
   */
  #beginWrite(operation: Operation): void {
    const { version, request } = operation;
    const { key } = version;
    const n = Math.max(version.n, this.#replica.newest(key).n) + 1;
    this.#store(operation, { key, n, writer: this.#env.id, value: request.body['value'] }, true);
  }

  #endRead(operation: Operation): void {
    const { version } = operation;
    const isSettled = this.#options['fast-reads'] && operation.holderCount >= this.#quorum;
    // Planted bug: without the write-back, a later read may miss what this one returns.
    if (version.n === 0 || isSettled || this.#options.bug === 'no-write-back') this.#finish(operation);
    else this.#store(operation, version, !this.#options['fast-reads']);
  }

  #store(operation: Operation, version: Version, fresh: boolean): void {
    this.#replica.store(version);
    operation.beginStore(version, this.#self, fresh);
    if (operation.isWrite || operation.count < this.#quorum) this.#broadcast(operation);
    this.#advance(operation);
  }

  #finish(operation: Operation): void {
    const { request, version } = operation;
    this.#operations.delete(operation.id);
    if (operation.isWrite) this.#env.reply(request, { type: 'write_ok' });
    else if (version.n === 0) this.#refuse(request, RPC.keyDoesNotExist, 'the key was never written');
    else this.#env.reply(request, { type: 'read_ok', value: version.value });
  }

  #giveUp(operation: Operation): void {
    this.#operations.delete(operation.id);
    this.#refuse(operation.request, RPC.timeout, 'no majority answered');
  }

  /** Sends what the phase asks to every node that has not answered it. */
  #broadcast(operation: Operation): void {
    const { nodes } = this.#env;
    for (let place = 0; place < nodes.length; place++) {
      if (operation.hasHeard(place)) continue;
      this.#env.send(nodes[place]!, operation.storing ? storeBody(operation) : queryBody(operation));
    }
  }

  #refuse(request: Message, code: number, text: string): void {
    this.#env.reply(request, errorBody(code, text));
  }
}

function isKey(key: unknown): key is Key {
  return typeof key === 'string' || typeof key === 'number';
}

function isTag(n: unknown, writer: unknown): boolean {
  return typeof n === 'number' && typeof writer === 'string';
}

function queryBody(operation: Operation): Body {
  return { type: 'query', op: operation.id, key: operation.version.key };
}

function storeBody(operation: Operation): Body {
  const { key, n, writer, value } = operation.version;
  return { type: 'store', op: operation.id, key, n, writer, value };
}

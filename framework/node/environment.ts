// The Environment that every runtime hands to a node's protocol: identity, gate, timers, clock and log of one incarnation.
import type { Body, Message } from '../contracts/message.js';
import type { DurableLog, Environment, NodeReport, Recovered } from '../contracts/protocol.js';
import type { Random } from '../contracts/random.js';
import type { Milliseconds } from '../contracts/time.js';
import type { EffectGate } from './effect-gate.js';
import { inMs, type NodeClock } from './node-clock.js';
import type { Timers } from './timers.js';

/** The log of a node, all scopes together, as a runtime stores it. The scope of the node itself is ''. */
export interface LogStore {
  append(scope: string, record: unknown): void;
  replace(scope: string, snapshot: unknown, tail: readonly unknown[]): void;
  recover(scope: string): Recovered;
}

/** What an environment is made of; a runtime makes one for each incarnation of its node. */
export interface Parts {
  id: string;
  nodes: readonly string[];
  random: Random;
  clock: NodeClock;
  timers: Timers;
  gate: EffectGate;
  store: LogStore;
  print(line: string): void;
  report(state: NodeReport): void;
}

class ScopedLog implements DurableLog {
  readonly #parts: Parts;
  readonly #scope: string;

  constructor(parts: Parts, scope: string) {
    this.#parts = parts;
    this.#scope = scope;
  }

  append(record: unknown): void {
    this.#parts.gate.wrote();
    this.#parts.store.append(this.#scope, record);
  }

  replace(snapshot: unknown, tail: readonly unknown[]): void {
    this.#parts.gate.wrote();
    this.#parts.store.replace(this.#scope, snapshot, tail);
  }

  recover(): Recovered {
    return this.#parts.store.recover(this.#scope);
  }
}

export class NodeEnvironment implements Environment {
  readonly id: string;
  readonly nodes: readonly string[];
  readonly random: Random;
  readonly log: DurableLog;
  readonly #parts: Parts;
  readonly #scope: string;

  constructor(parts: Parts, scope = '') {
    this.id = parts.id;
    this.nodes = parts.nodes;
    this.random = scope === '' ? parts.random : parts.random.derive(scope);
    this.log = new ScopedLog(parts, scope);
    this.#parts = parts;
    this.#scope = scope;
  }

  send(dest: string, body: Body): void {
    if (this.#scope !== '') body['scope'] = this.#scope;
    this.#parts.gate.send({ src: this.id, dest, body });
  }

  reply(request: Message, body: Body): void {
    if (request.body.msg_id !== undefined) body.in_reply_to = request.body.msg_id;
    this.send(request.src, body);
  }

  setTimer(name: string, delay: Milliseconds): void {
    this.#parts.timers.set(this.#name(name), delay);
  }

  cancelTimer(name: string): void {
    this.#parts.timers.cancel(this.#name(name));
  }

  now(): Milliseconds {
    return inMs(this.#parts.clock.wall());
  }

  elapsed(): Milliseconds {
    return inMs(this.#parts.clock.elapsed());
  }

  print(line: string): void {
    this.#parts.print(this.#scope === '' ? line : `[${this.#scope}] ${line}`);
  }

  report(state: NodeReport): void {
    this.#parts.report(this.#scope === '' ? state : { ...state, scope: this.#scope });
  }

  scope(name: string): Environment {
    if (this.#scope !== '') throw new RangeError('scopes do not nest');
    if (name === '' || name.includes('/')) throw new RangeError(`not a scope name: '${name}'`);
    return new NodeEnvironment(this.#parts, name);
  }

  #name(name: string): string {
    return this.#scope === '' ? name : `${this.#scope}/${name}`;
  }
}

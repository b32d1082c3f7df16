// The broadcast as a whole: one node's role in it, for any state machine (Junqueira, Reed and Serafini, DSN 2011).
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { majorityOf } from '../shared/quorum.js';
import type { Machine, ReplicatedLog } from '../shared/replicated-log.js';
import { Election } from './election.js';
import { Follower } from './follower.js';
import { History } from './history.js';
import { Leader } from './leader.js';
import * as shape from './messages.js';
import type { ZabOptions } from './options.js';
import { showZxid } from './zxid.js';

/** Numbers of requests and connections in one life of a node. */
const NUMBERS = 2 ** 32;

/**
 * Safety rests on three things: promises and histories on disk before any message that follows from them leaves (the
 * runtime sees to it), a majority for every promise and every commit, and connections that keep their order (`Link`).
 */
export class Zab implements ReplicatedLog {
  readonly env: Environment;
  readonly options: ZabOptions;
  readonly machine: Machine;
  readonly history: History;
  readonly quorum: number;
  /** All nodes but this one. */
  readonly others: readonly string[];
  /** The latest zxid that the machine has seen. */
  delivered = 0;
  /** The latest epoch that anyone has told this node to have promised. */
  promised = 0;
  role: shape.Role = 'looking';
  reign: Leader | null = null;
  follower: Follower | null = null;
  readonly #election: Election;
  readonly #places: ReadonlyMap<string, number>;
  /** Tokens of this node's proposals, and of its reads that wait for the leader, by number. */
  readonly #proposals = new Map<number, unknown>();
  readonly #reads = new Map<number, unknown>();
  #numbers = 0;
  /** Transactions delivered since the last snapshot. */
  #since = 0;
  #flushing = false;
  #reported = '';

  constructor(env: Environment, options: ZabOptions, machine: Machine) {
    this.env = env;
    this.options = options;
    this.machine = machine;
    this.history = new History(env.log);
    this.quorum = majorityOf(env.nodes.length);
    this.others = env.nodes.filter((id) => id !== env.id);
    this.#places = new Map(env.nodes.map((id, place) => [id, place]));
    this.#election = new Election(this);
  }

  /** This node serves clients: it leads, or its history is up to date with a leader's. */
  get active(): boolean {
    return this.established || this.follower?.active === true;
  }

  get established(): boolean {
    return this.reign?.established === true;
  }

  /** Every active node takes proposals; those of a follower go to its leader in the order in which they came. */
  get leads(): boolean {
    return this.active;
  }

  get leader(): string | null {
    if (!this.active) return null;
    return this.follower?.leader ?? this.env.id;
  }

  /** -1: not a member. */
  place(id: string): number {
    return this.#places.get(id) ?? -1;
  }

  /** A number that this node never used before, in this life or an earlier one. */
  number(): number {
    return this.history.starts * NUMBERS + this.#numbers++;
  }

  start(): void {
    this.history.recover();
    const { snapshot } = this.history;
    if (snapshot.zxid > 0) this.machine.restore(snapshot.items);
    this.delivered = snapshot.zxid;
    this.env.setTimer('tick', this.options.heartbeat);
    this.announce();
    this.#election.begin();
  }

  propose(command: unknown, token: unknown): boolean {
    if (!this.active) return false;
    const number = this.number();
    const busy = this.#proposals.size > 0 || this.reign?.busy === true;
    if (token !== undefined) this.#proposals.set(number, token);
    if (this.follower !== null) this.follower.request(number, command);
    else this.reign?.propose(this.env.id, number, command);
    this.#kick(busy);
    return true;
  }

  read(token: unknown): void {
    if (!this.active) this.machine.unreadable(token);
    else if (this.options.reads === 'local') this.machine.readable(token);
    else if (this.follower === null) this.reign?.sync(token);
    else {
      const number = this.number();
      const busy = this.#reads.size > 0;
      this.#reads.set(number, token);
      this.follower.sync(number);
      this.#kick(busy);
    }
  }

  receive(message: Message): boolean {
    const { body, src } = message;
    const member = this.place(src) >= 0 && src !== this.env.id;
    switch (body.type) {
      case 'to-leader':
        if (!member || !shape.isToLeader(body)) break;
        if (this.reign !== null) this.reign.onPacket(src, body);
        // Whoever is elected may hear from its followers before it knows.
        else if (this.role === 'following' || body.reign !== 0) this.close(src, body.conn);
        return true;
      case 'to-learner':
        if (!member || !shape.isToLearner(body)) break;
        if (this.follower?.leader === src) this.follower.onPacket(body);
        return true;
      case 'closed':
        if (!member || !shape.isClosed(body)) break;
        this.reign?.onClosed(src, body);
        if (this.follower?.leader === src && this.follower.conn === body.conn) this.look(`${src} hung up`);
        return true;
      case 'vote':
        if (!member || !shape.isVote(body) || this.place(body.leader) < 0) break;
        this.#election.onVote(src, body);
        return true;
      default:
        return false;
    }
    this.env.reply(message, errorBody(RPC.malformedRequest, `malformed ${body.type}, or not from a member`));
    return true;
  }

  timeout(timer: string): boolean {
    switch (timer) {
      case 'tick':
        this.env.setTimer('tick', this.options.heartbeat);
        if (this.role === 'looking') this.#election.tick();
        this.reign?.tick();
        this.follower?.tick();
        return true;
      case 'decide':
        this.#election.onDecide();
        return true;
      case 'flush':
        this.#flushing = false;
        this.#flush();
        return true;
      default:
        return false;
    }
  }

  lead(): void {
    this.#election.stop();
    this.role = 'leading';
    this.reign = new Leader(this);
    this.announce();
    this.reign.begin();
  }

  follow(leader: string): void {
    this.#election.stop();
    this.role = 'following';
    this.follower = new Follower(this, leader);
    this.announce();
    this.follower.begin();
  }

  /** Leaves whatever epoch this node was in, and looks for a leader. Nobody knows what becomes of what it had proposed. */
  look(why: string): void {
    this.env.print(`looks for a leader: ${why}`);
    const { reign, follower } = this;
    this.role = 'looking';
    this.reign = null;
    this.follower = null;
    this.announce();
    reign?.end();
    if (follower !== null) this.close(follower.leader, follower.conn);
    const proposals = [...this.#proposals.values()];
    const reads = [...this.#reads.values()];
    this.#proposals.clear();
    this.#reads.clear();
    for (const token of proposals) this.machine.lost(token);
    for (const token of reads) this.machine.unreadable(token);
    this.#compact();
    this.#election.begin();
  }

  /** Everything up to `zxid` is committed: the machine sees it, in order. */
  deliver(zxid: number): void {
    if (zxid <= this.delivered) return;
    const { env, machine } = this;
    for (const entry of this.history.between(this.delivered, zxid)) {
      this.delivered = entry.zxid;
      this.#since++;
      const own = entry.origin === env.id;
      const token = own ? this.#proposals.get(entry.request) : undefined;
      if (own) this.#proposals.delete(entry.request);
      machine.apply(entry.command, entry.zxid, token);
    }
    this.#compact();
  }

  /** The leader has confirmed a read of this node. */
  synced(number: number): void {
    const token = this.#reads.get(number);
    if (token === undefined) return;
    this.#reads.delete(number);
    this.machine.readable(token);
  }

  close(to: string, conn: number): void {
    const closed: shape.Closed = { type: 'closed', conn };
    this.env.send(to, closed);
  }

  /** Tells the world beside the network who this node thinks it is, when that has changed. */
  announce(): void {
    const { role, leader, history, active } = this;
    const term = active ? history.current : history.accepted;
    const state = `${role} ${term} ${leader}`;
    if (state === this.#reported) return;
    this.#reported = state;
    const word = role === 'looking' || active ? role : `${role}, not yet active`;
    const known = role === 'leading' && active ? 'leader' : role === 'following' ? 'follower' : 'looking';
    this.env.report({ role: known, term, leader, commit: this.delivered, last: history.last });
    this.env.print(
      `epoch ${term}: ${word}, history to ${showZxid(history.last)}, delivered to ${showZxid(this.delivered)}`,
    );
  }

  /** What was pushed goes out at once when nothing is under way, otherwise with the rest of this batch of events. */
  #kick(busy: boolean): void {
    if (!busy) this.#flush();
    else if (!this.#flushing) {
      this.#flushing = true;
      this.env.setTimer('flush', 0);
    }
  }

  #flush(): void {
    this.reign?.flush();
    this.follower?.flush();
  }

  #compact(): void {
    const { history, machine, options, delivered } = this;
    const every = options['snapshot-every'];
    if (this.#since + history.marks < every) return;
    this.#since = 0;
    history.compact({ zxid: delivered, items: machine.snapshot() }, every >> 2);
  }
}

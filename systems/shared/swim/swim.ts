// Failure detection and membership in the SWIM manner: probes in turn, helpers, suspicion, refutation, news on the probes.
//
// Das, Gupta, Motivala: "SWIM: Scalable weakly-consistent infection-style process group membership protocol", DSN 2002.
// Beyond the paper, as its descendants do (HashiCorp's memberlist and Serf): members believed dead are probed now and then, since
// after a partition they may be alive and refute it; and now and then a probe exchanges the whole table, for what rumours missed.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment } from '../../../framework/contracts/protocol.js';
import type { Milliseconds } from '../../../framework/contracts/time.js';
import { isRumour, Members, overrides, overridesByGravity, type Rumour, type Status } from './members.js';
import { logOf, Rumours } from './rumours.js';

export interface SwimOptions {
  /** Time between two probes of a node. */
  period: Milliseconds;
  /** After this the helpers are asked. Less than the period. */
  pingTimeout: Milliseconds;
  /** How many nodes are asked to probe on behalf of one. */
  helpers: number;
  /** Periods from suspicion to death. */
  suspicion: number;
  /** Planted bug: rumours are ranked by gravity alone, whatever their incarnation. */
  ignoreIncarnation: boolean;
}

export interface SwimHost {
  /** The table changed in this. Called after the change. */
  changed(rumour: Rumour): void;
  /** This node is about to speak as a later incarnation: it must not be forgotten. */
  raised(incarnation: number): void;
}

const PERIOD = 'swim-period';
const PING_TIMEOUT = 'swim-ping';

/** Rumours on one message, and how often each is sent: this times log n (paper, 4.1). */
const RUMOURS_PER_MESSAGE = 6;
const RETRANSMIT = 3;
/** Every so many periods the probe exchanges the whole table. */
const TABLE_EVERY = 10;
/** Pings that one incarnation can number. */
const PINGS_PER_INCARNATION = 2 ** 31;

/** A ping on somebody's behalf. */
interface Relay {
  readonly origin: string;
  readonly seq: number;
  readonly tick: number;
}

export class Swim {
  readonly members: Members;
  readonly #env: Environment;
  readonly #options: SwimOptions;
  readonly #host: SwimHost;
  readonly #rumours = new Rumours();
  #incarnation = 0;
  #running = false;
  #tick = 0;
  #nextSeq = 0;
  /** Who is still to be probed in this turn. */
  #turn: string[] = [];
  /** The probe of this period, until it is acknowledged. */
  #probe: { member: string; seq: number } | null = null;
  readonly #relays = new Map<number, Relay>();
  /** Suspects and the tick at which each is declared dead. */
  readonly #deadlines = new Map<string, number>();

  constructor(env: Environment, options: SwimOptions, host: SwimHost) {
    this.#env = env;
    this.#options = options;
    this.#host = host;
    this.members = options.ignoreIncarnation ? new Members(env.id, overridesByGravity) : new Members(env.id);
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** Takes part, as this incarnation of itself, which must be durable and above all before. */
  start(incarnation: number): void {
    this.#incarnation = incarnation;
    this.#nextSeq = Math.max(this.#nextSeq, incarnation * PINGS_PER_INCARNATION);
    this.#running = true;
    this.#spread(this.#say('alive'));
    this.#env.setTimer(PERIOD, this.#env.random.between(0, this.#options.period));
  }

  /** Takes part no longer, and says so to everybody. */
  leave(): void {
    const rumour = this.#say('left');
    this.#host.changed(rumour);
    for (const peer of this.members.peers) this.tell(peer, rumour);
    this.#running = false;
    this.#probe = null;
    this.#deadlines.clear();
    this.#env.cancelTimer(PERIOD);
    this.#env.cancelTimer(PING_TIMEOUT);
  }

  /** Takes a rumour from wherever it came. A bad one about this node itself is refuted. */
  hear(rumour: Rumour): void {
    if (rumour.member === this.#env.id) {
      if (this.#running && overrides(rumour, this.#own('alive'))) this.#refute(rumour);
      return;
    }
    if (!this.members.hear(rumour)) return;
    if (rumour.status === 'suspect') this.#deadlines.set(rumour.member, this.#tick + this.#options.suspicion);
    else this.#deadlines.delete(rumour.member);
    this.#spread(rumour);
  }

  /** Says one thing to one node, at once. */
  tell(node: string, rumour: Rumour): void {
    this.#env.send(node, { type: 'swim-tell', rumours: [rumour] });
  }

  /** True when the message was of this protocol. Malformed ones are ignored. */
  receive({ src, body }: Message): boolean {
    if (!body.type.startsWith('swim-')) return false;
    if (!this.#running) {
      this.#sayGone(src, body.type);
      return true;
    }
    const rumours = rumoursOf(body);
    for (const rumour of rumours) this.hear(rumour);
    const isDoubted = rumours.some(({ member, status }) => member === this.#env.id && status !== 'alive');
    const { seq } = body;
    if (typeof seq === 'number') this.#onNumbered(src, body, seq);
    // Whoever believes something bad of this node is the first to learn better.
    if (isDoubted && body.type !== 'swim-ping') this.tell(src, this.#own('alive'));
    return true;
  }

  /** True when the timer was of this protocol. */
  timeout(timer: string): boolean {
    if (timer === PERIOD) this.#onPeriod();
    else if (timer === PING_TIMEOUT) this.#onPingTimeout();
    else return false;
    return true;
  }

  #onNumbered(src: string, body: Body, seq: number): void {
    if (body.type === 'swim-ping') this.#onPing(src, seq, body['table'] === true);
    else if (body.type === 'swim-ack') this.#onAck(seq);
    else if (body.type === 'swim-ping-req') this.#onPingRequest(src, seq, body['member']);
  }

  /** Whoever still probes a node that has left learns it. */
  #sayGone(src: string, type: string): void {
    const own = this.members.get(this.#env.id);
    if (type === 'swim-ping' && own?.status === 'left') this.tell(src, own);
  }

  #onPing(src: string, seq: number, wantsTable: boolean): void {
    const known = this.members.get(src);
    // A node that others gave up learns it here, and refutes it.
    const isDoubted = known !== undefined && known.status !== 'alive';
    const rumours = wantsTable ? this.members.table() : this.#news(isDoubted ? [known] : []);
    this.#env.send(src, { type: 'swim-ack', seq, rumours });
  }

  #onAck(seq: number): void {
    if (this.#probe?.seq === seq) this.#probe = null;
    const relay = this.#relays.get(seq);
    if (relay === undefined) return;
    this.#relays.delete(seq);
    this.#env.send(relay.origin, { type: 'swim-ack', seq: relay.seq, rumours: this.#news() });
  }

  #onPingRequest(src: string, seq: number, member: unknown): void {
    if (typeof member !== 'string' || !this.members.isMember(member) || member === this.#env.id) return;
    const own = this.#nextSeq++;
    this.#relays.set(own, { origin: src, seq, tick: this.#tick });
    this.#ping(member, own);
  }

  #onPeriod(): void {
    if (!this.#running) return;
    this.#env.setTimer(PERIOD, this.#options.period);
    this.#tick++;
    this.#judge();
    for (const [seq, relay] of this.#relays) if (relay.tick < this.#tick - 1) this.#relays.delete(seq);
    this.#probeNext();
    this.#probeDead();
  }

  /** The probe of the last period was not acknowledged: suspicion. Nobody refuted a suspicion: death. */
  #judge(): void {
    const unanswered = this.#probe?.member;
    this.#probe = null;
    if (unanswered !== undefined && this.members.get(unanswered)?.status === 'alive')
      this.#accuse(unanswered, 'suspect');
    for (const [member, deadline] of [...this.#deadlines]) if (deadline <= this.#tick) this.#accuse(member, 'dead');
  }

  #accuse(member: string, status: Status): void {
    this.hear({ member, status, incarnation: this.members.get(member)!.incarnation });
  }

  #probeNext(): void {
    const member = this.#nextInTurn();
    if (member === null) return;
    const seq = this.#nextSeq++;
    this.#probe = { member, seq };
    this.#ping(member, seq, this.#tick % TABLE_EVERY === 0);
    this.#env.setTimer(PING_TIMEOUT, this.#options.pingTimeout);
  }

  /** One after the other in an order that is shuffled each time round: so every member is probed within 2n - 1 periods. */
  #nextInTurn(): string | null {
    const { peers } = this.members;
    if (peers.length === 0) return null;
    for (;;) {
      if (this.#turn.length === 0) this.#turn = this.#env.random.shuffle(peers);
      const member = this.#turn.pop()!;
      if (this.members.isMember(member)) return member;
    }
  }

  #probeDead(): void {
    const { dead } = this.members;
    if (dead.length > 0) this.#ping(this.#env.random.pick(dead), this.#nextSeq++, true);
  }

  #onPingTimeout(): void {
    if (this.#probe === null) return;
    const { member, seq } = this.#probe;
    const helpers = this.members.peers.filter((peer) => peer !== member);
    for (const helper of this.#env.random.shuffle(helpers).slice(0, this.#options.helpers)) {
      this.#env.send(helper, { type: 'swim-ping-req', seq, member, rumours: this.#news() });
    }
  }

  #ping(member: string, seq: number, table = false): void {
    const known = this.members.get(member);
    const doubt = known !== undefined && known.status !== 'alive' ? [known] : [];
    const rumours = table ? this.members.table() : this.#news(doubt);
    this.#env.send(member, { type: 'swim-ping', seq, rumours, ...(table ? { table } : {}) });
  }

  /** What goes on a message: that this node is alive, what concerns the receiver, and the news. */
  #news(concerning: readonly Rumour[] = []): readonly Rumour[] {
    const times = RETRANSMIT * logOf(this.members.peers.length + 1);
    return [this.#own('alive'), ...concerning, ...this.#rumours.take(RUMOURS_PER_MESSAGE, times)];
  }

  #refute({ incarnation }: Rumour): void {
    this.#incarnation = Math.max(this.#incarnation, incarnation) + 1;
    this.#host.raised(this.#incarnation);
    this.#spread(this.#say('alive'));
  }

  #own(status: Status): Rumour {
    const known = this.members.get(this.#env.id);
    return known?.status === status ? known : { member: this.#env.id, status, incarnation: this.#incarnation };
  }

  #say(status: Status): Rumour {
    const rumour: Rumour = { member: this.#env.id, status, incarnation: this.#incarnation };
    this.members.set(rumour);
    return rumour;
  }

  #spread(rumour: Rumour): void {
    this.#rumours.add(rumour);
    this.#host.changed(rumour);
  }
}

function rumoursOf(body: Body): readonly Rumour[] {
  const { rumours } = body;
  return Array.isArray(rumours) ? rumours.filter(isRumour) : [];
}

// The leader's side of a log that followers copy: what each of them lacks, and when to tell it.
import type { Environment } from '../../framework/contracts/protocol.js';
import type { ConfirmedReads, ReadLeader } from './confirmed-reads.js';
import type { Entry } from './entry-log.js';

/** The smallest step of a stamp, in milliseconds: a nanosecond. */
const STEP = 1e-6;
const NOTHING: readonly never[] = [];

/** The node that leads. */
export interface ReplicatorHost<E extends Entry> {
  readonly env: Environment;
  readonly leads: boolean;
  readonly log: {
    readonly last: number;
    readonly term: number;
    termAt(index: number): number;
    from(from: number, limit: number): readonly E[];
    append(entry: Entry): void;
  };
  readonly snapshots: { sending(to: number): boolean; send(to: number, stamp: number): void; reset(): void };
  readonly reads: Pick<ConfirmedReads, 'newest' | 'confirm'>;
  readonly options: { readonly heartbeat: number; readonly 'max-batch': number };
}

/**
 * What arrives while an earlier message is unanswered goes out together, once per batch of events (the timer `flush`, with
 * no delay); when nothing is under way it goes out at once. A follower that answers is sent entries before it has answered
 * the last ones (pipelining); one that does not, or whose log disagrees, is probed one message at a time.
 */
export abstract class Replicator<E extends Entry = Entry> implements ReadLeader {
  readonly #host: ReplicatorHost<E>;
  readonly #self: number;
  readonly #window: number;
  /** By place: the last index known to match, and the next to send. */
  protected match = new Float64Array(0);
  protected next = new Float64Array(0);
  /** By place: stamps of the latest message sent and of the latest one answered. */
  protected sent = new Float64Array(0);
  protected acked = new Float64Array(0);
  protected inflight = new Int32Array(0);
  /** Flags by place: unsure where its log ends; heard from since the last heartbeat. */
  protected probing = new Uint8Array(0);
  protected heard = new Uint8Array(0);
  /** When this reign began. */
  protected since = 0;
  #stamp = 0;
  /** Stamp of the last flush; once a majority has answered it, nothing is under way. */
  #flushed = 0;
  #flushing = false;
  floor = 0;

  /** `self`: this node's place. `window`: unanswered messages to one follower, at most. */
  constructor(host: ReplicatorHost<E>, self: number, window: number) {
    this.#host = host;
    this.#self = self;
    this.#window = window;
  }

  /** Messages up to this stamp have confirmed that this node leads. */
  abstract get confirmed(): number;

  /** A majority has answered messages up to this stamp. */
  protected abstract get answered(): number;

  /** The places of those that the leader keeps up to date. */
  protected abstract get peers(): readonly number[];

  protected abstract ship(to: number, prev: number, prevTerm: number, entries: readonly E[], stamp: number): void;

  /** Commits what enough nodes have. */
  protected abstract decide(): void;

  /** Stamp of the latest message. Stamps are instants on the leader's own clock, made unique. */
  get stamp(): number {
    return this.#stamp;
  }

  /** `empty`: the reign begins with an empty entry. */
  begin(empty = true): void {
    const { env, log, options, snapshots } = this.#host;
    snapshots.reset();
    this.match.fill(0);
    this.next.fill(log.last + 1);
    this.sent.fill(0);
    this.acked.fill(Number.NEGATIVE_INFINITY);
    this.acked[this.#self] = Number.POSITIVE_INFINITY;
    this.inflight.fill(0);
    this.probing.fill(1);
    this.heard.fill(0);
    this.since = env.elapsed();
    this.#stamp = 0;
    this.#flushing = false;
    if (empty) log.append({ index: log.last + 1, term: log.term, command: null });
    this.floor = log.last;
    this.match[this.#self] = log.last;
    env.setTimer('heartbeat', options.heartbeat);
    this.#flush();
    this.decide();
  }

  /** The leader's log has grown. `decide`: that alone may be enough to commit. */
  appended(decide = true): void {
    this.match[this.#self] = this.#host.log.last;
    if (decide) this.decide();
    this.kick();
  }

  /** There is something to say: at once if nothing is under way, otherwise together with the rest of this batch of events. */
  kick(): void {
    if (this.#flushing) return;
    if (this.answered >= this.#flushed) this.#flush();
    else {
      this.#flushing = true;
      this.#host.env.setTimer('flush', 0);
    }
  }

  onFlush(): void {
    this.#flushing = false;
    if (this.#host.leads) this.#flush();
  }

  /** There are places for `n` nodes, more than before. */
  protected grow(n: number): void {
    const grown = (values: Float64Array) => Float64Array.from({ length: n }, (_, i) => values[i] ?? 0);
    this.match = grown(this.match);
    this.next = grown(this.next);
    this.sent = grown(this.sent);
    this.acked = grown(this.acked);
    this.inflight = Int32Array.from({ length: n }, (_, i) => this.inflight[i] ?? 0);
    this.probing = Uint8Array.from({ length: n }, (_, i) => this.probing[i] ?? 0);
    this.heard = Uint8Array.from({ length: n }, (_, i) => this.heard[i] ?? 0);
  }

  /** A heartbeat for a node that needs one. `busy`: as long as it answers, it needs none. */
  protected beat(i: number, stamp: number, busy: boolean): void {
    const silent = this.inflight[i]! > 0 && this.heard[i] === 0;
    if (silent) this.#suspect(i);
    // Whoever was spoken to a moment ago needs no heartbeat.
    const due = !busy && stamp - this.sent[i]! > this.#host.options.heartbeat / 4;
    if (silent || due) this.send(i, stamp, false);
    this.heard[i] = 0;
  }

  /** An answer to the message of this stamp. */
  protected hear(from: number, stamp: number): void {
    if (stamp > this.acked[from]!) this.acked[from] = stamp;
    if (this.inflight[from]! > 0) this.inflight[from]!--;
    this.heard[from] = 1;
  }

  /** A node's log is the leader's up to `index`. */
  protected matches(from: number, index: number): void {
    const match = Math.min(index, this.#host.log.last);
    if (match > this.match[from]!) this.match[from] = match;
    if (this.next[from]! <= this.match[from]!) this.next[from] = this.match[from]! + 1;
  }

  /** After an answer: the next message, unless everything was said. */
  protected goOn(i: number): void {
    const { reads } = this.#host;
    reads.confirm();
    if (this.#host.leads && this.#isDue(i) && this.peers.includes(i)) this.send(i, this.newStamp(), true);
  }

  /** `full`: with the entries that the node lacks; otherwise a heartbeat. Or a part of a snapshot, where it needs that. */
  protected send(i: number, stamp: number, full: boolean): void {
    const { log, options, snapshots } = this.#host;
    const prev = this.next[i]! - 1;
    const prevTerm = log.termAt(prev);
    this.sent[i] = stamp;
    this.inflight[i]!++;
    if (prevTerm < 0 || snapshots.sending(i)) {
      this.probing[i] = 1;
      snapshots.send(i, stamp);
      return;
    }
    const entries = full ? log.from(prev + 1, options['max-batch']) : NOTHING;
    this.ship(i, prev, prevTerm, entries, stamp);
    if (this.probing[i] === 0) this.next[i] = prev + 1 + entries.length;
  }

  protected newStamp(): number {
    const now = this.#host.env.elapsed();
    this.#stamp = now > this.#stamp ? now : this.#stamp + STEP;
    return this.#stamp;
  }

  /** Sends to everybody who lacks something: entries, or a message that the latest read can count on. */
  #flush(): void {
    const stamp = this.newStamp();
    this.#flushed = stamp;
    for (const i of this.peers) if (this.#isDue(i)) this.send(i, stamp, true);
  }

  #isDue(i: number): boolean {
    const { log, reads } = this.#host;
    if (this.probing[i] === 1) return this.inflight[i] === 0;
    if (this.inflight[i]! >= this.#window) return false;
    return this.next[i]! <= log.last || this.sent[i]! <= reads.newest;
  }

  /** No answer for a whole heartbeat: what was sent may be lost. */
  #suspect(i: number): void {
    this.inflight[i] = 0;
    if (this.probing[i] === 1) return;
    this.probing[i] = 1;
    this.next[i] = this.match[i]! + 1;
  }
}

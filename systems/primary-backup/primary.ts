// The primary's side: ships its log to every backup, brings up those that lag, and knows what enough of them have.
import type { Entry } from '../shared/entry-log.js';
import type { Copied, Ship, Shipped } from './messages.js';
import type { PrimaryBackup } from './node.js';
import { byMajority, isFenced } from './options.js';

/** Messages to one backup that may be unanswered at a time. */
const WINDOW = 16;
/** Stamps that would be equal are this much apart, in milliseconds. */
const STEP = 1e-6;
const NOTHING: readonly Entry[] = [];

/**
 * What arrives while an earlier shipment is unanswered goes out together, once per batch of events (the timer `flush`, with
 * no delay); when nothing is under way it goes out at once. A backup that answers is sent entries before it has answered the
 * last ones (pipelining); one that does not, or whose log disagrees, is probed one message at a time.
 */
export class Primary {
  readonly #node: PrimaryBackup;
  readonly #fenced: boolean;
  /** Without a majority behind it for so long, in milliseconds, the primary gives up; Infinity: never. */
  readonly #patience: number;
  /** Per member: the last index known to match, and the next to ship. */
  readonly #match: Float64Array;
  readonly #next: Float64Array;
  /** Per member: stamps of the latest message sent and of the latest one answered. */
  readonly #sent: Float64Array;
  readonly #acked: Float64Array;
  /** Per member: when it answered last, on the primary's clock. */
  readonly #heardAt: Float64Array;
  readonly #inflight: Int32Array;
  /** Flags per member: unsure where its log ends; heard from since the last heartbeat; counts as live. */
  readonly #probing: Uint8Array;
  readonly #heard: Uint8Array;
  readonly #live: Uint8Array;
  #stamp = 0;
  /** Stamp of the last flush; once a majority has answered it, nothing is under way. */
  #flushed = 0;
  #flushing = false;
  #since = 0;
  /** A read must see all entries up to here: those that earlier primaries may have acknowledged. */
  floor = 0;

  constructor(node: PrimaryBackup) {
    this.#node = node;
    this.#fenced = isFenced(node.options);
    const gives = this.#fenced && byMajority(node.options);
    this.#patience = gives ? node.options['election-timeout'] : Number.POSITIVE_INFINITY;
    const n = node.members.ids.length;
    this.#match = new Float64Array(n);
    this.#next = new Float64Array(n);
    this.#sent = new Float64Array(n);
    this.#acked = new Float64Array(n);
    this.#heardAt = new Float64Array(n);
    this.#inflight = new Int32Array(n);
    this.#probing = new Uint8Array(n);
    this.#heard = new Uint8Array(n);
    this.#live = new Uint8Array(n);
  }

  /** Stamp of the latest message. Stamps are instants on the primary's own clock, made unique. */
  get stamp(): number {
    return this.#stamp;
  }

  /** Messages up to this stamp have confirmed that this node is the primary. */
  get confirmed(): number {
    return this.#node.members.confirmed(this.#acked, this.#live);
  }

  begin(): void {
    const { env, log, options, snapshots, members } = this.#node;
    snapshots.reset();
    this.#since = env.elapsed();
    this.#match.fill(0);
    this.#next.fill(log.last + 1);
    this.#sent.fill(0);
    this.#acked.fill(Number.NEGATIVE_INFINITY);
    this.#acked[members.self] = Number.POSITIVE_INFINITY;
    this.#heardAt.fill(this.#since);
    this.#inflight.fill(0);
    this.#probing.fill(1);
    this.#heard.fill(0);
    this.#live.fill(1);
    this.#stamp = 0;
    this.#flushing = false;
    // Entries of earlier epochs are acknowledged only through one of this epoch (see #decide), so there is one at once.
    log.append({ index: log.last + 1, term: log.term, command: null });
    this.floor = log.last;
    this.#match[members.self] = log.last;
    env.setTimer('heartbeat', options.heartbeat);
    this.#flush();
    this.#decide();
  }

  /** The primary's log has grown. */
  appended(): void {
    const { log, members } = this.#node;
    this.#match[members.self] = log.last;
    this.#decide();
    this.kick();
  }

  /** There is something to say: at once if nothing is under way, otherwise together with the rest of this batch of events. */
  kick(): void {
    if (this.#flushing) return;
    const { members } = this.#node;
    if (members.reached(this.#acked, members.majority) >= this.#flushed) this.#flush();
    else {
      this.#flushing = true;
      this.#node.env.setTimer('flush', 0);
    }
  }

  onFlush(): void {
    this.#flushing = false;
    if (this.#node.leads) this.#flush();
  }

  onHeartbeat(): void {
    const node = this.#node;
    if (!node.leads) return;
    const { env, members, options } = node;
    const now = env.elapsed();
    if (Math.max(this.confirmed, this.#since) + this.#patience < now) {
      // Cut off from the majority, which may have another primary by now.
      node.follow(node.epoch, null);
      return;
    }
    env.setTimer('heartbeat', options.heartbeat);
    const stamp = this.#newStamp();
    for (let i = 0; i < this.#match.length; i++) {
      if (i === members.self) continue;
      const silent = this.#inflight[i]! > 0 && this.#heard[i] === 0;
      if (silent) this.#suspect(i);
      if (now - this.#heardAt[i]! > options['drop-after']) this.#live[i] = 0;
      // Whoever was spoken to a moment ago needs no heartbeat, nor does one that is being sent a snapshot.
      const busy = this.#inflight[i]! > 0 && node.snapshots.sending(i);
      if (silent || (!busy && stamp - this.#sent[i]! > options.heartbeat / 4)) this.#send(i, stamp, false);
      this.#heard[i] = 0;
    }
    // Fewer live backups to wait for may be all that writes and reads have waited for.
    this.#decide();
    node.reads.confirm();
  }

  onShipped(from: number, answer: Shipped): void {
    this.#answered(from, answer.stamp);
    if (answer.ok) {
      this.#matched(from, answer.index);
      this.#probing[from] = 0;
      this.#decide();
    } else if (!this.#stepBack(from, answer)) return;
    this.#goOn(from);
  }

  onCopied(from: number, answer: Copied): void {
    const { snapshots } = this.#node;
    this.#answered(from, answer.stamp);
    if (answer.upTo >= 0) {
      snapshots.sent(from, answer.index);
      this.#matched(from, answer.upTo);
      this.#decide();
    } else if (!snapshots.wants(from, answer.index, answer.offset)) return;
    this.#goOn(from);
  }

  /** Sends to everybody who lacks something: entries, or a message that the latest read can count on. */
  #flush(): void {
    const stamp = this.#newStamp();
    this.#flushed = stamp;
    for (let i = 0; i < this.#match.length; i++) if (this.#isDue(i)) this.#send(i, stamp, true);
  }

  #isDue(i: number): boolean {
    const { members, log, reads } = this.#node;
    if (i === members.self) return false;
    if (this.#probing[i] === 1) return this.#inflight[i] === 0;
    if (this.#inflight[i]! >= WINDOW) return false;
    return this.#next[i]! <= log.last || this.#sent[i]! <= reads.newest;
  }

  /** After an answer: the next message, unless everything was said. */
  #goOn(i: number): void {
    const { reads, leads } = this.#node;
    reads.confirm();
    if (leads && this.#isDue(i)) this.#send(i, this.#newStamp(), true);
  }

  #send(i: number, stamp: number, full: boolean): void {
    const { env, log, members, commit, options, snapshots } = this.#node;
    const prev = this.#next[i]! - 1;
    const prevEpoch = log.termAt(prev);
    this.#sent[i] = stamp;
    this.#inflight[i]!++;
    if (prevEpoch < 0 || snapshots.sending(i)) {
      this.#probing[i] = 1;
      snapshots.send(i, stamp);
      return;
    }
    const entries = full ? log.from(prev + 1, options['max-batch']) : NOTHING;
    const ship: Ship = { type: 'ship', epoch: log.term, prev, prevEpoch, entries, commit, stamp };
    env.send(members.ids[i]!, ship);
    if (this.#probing[i] === 0) this.#next[i] = prev + 1 + entries.length;
  }

  #answered(from: number, stamp: number): void {
    if (stamp > this.#acked[from]!) this.#acked[from] = stamp;
    if (this.#inflight[from]! > 0) this.#inflight[from]!--;
    this.#heard[from] = 1;
    this.#heardAt[from] = this.#node.env.elapsed();
  }

  #matched(from: number, index: number): void {
    const { log, commit } = this.#node;
    const match = Math.min(index, log.last);
    if (match > this.#match[from]!) this.#match[from] = match;
    if (this.#next[from]! <= this.#match[from]!) this.#next[from] = this.#match[from]! + 1;
    // One that was away counts again once it lacks nothing that was acknowledged.
    if (this.#match[from]! >= commit) this.#live[from] = 1;
  }

  /** No answer for a whole heartbeat: what was sent may be lost. */
  #suspect(i: number): void {
    this.#inflight[i] = 0;
    if (this.#probing[i] === 1) return;
    this.#probing[i] = 1;
    this.#next[i] = this.#match[i]! + 1;
  }

  /** The backup's log disagrees at `prev`; false: an old answer. Skips a whole epoch at a time. */
  #stepBack(from: number, answer: Shipped): boolean {
    const { log, snapshots } = this.#node;
    const { prev, index, conflictEpoch, floor, floorEpoch } = answer;
    if (this.#probing[from] === 1 && prev !== this.#next[from]! - 1) return false;
    if (prev <= this.#match[from]! && prev >= floor) {
      // Without fencing another primary may have taken back what this one had shipped.
      if (this.#fenced || answer.stamp !== this.#sent[from]) return false;
      this.#match[from] = 0;
    }
    const epoch = log.termAt(floor);
    const strange = floor > log.last || (epoch !== -1 && epoch !== floorEpoch);
    let next = index;
    if (conflictEpoch > 0) {
      const last = log.lastUpToTerm(conflictEpoch);
      if (log.termAt(last) === conflictEpoch) next = last + 1;
    }
    // Backwards, but for a backup that has compacted what it was asked about.
    next = prev < floor && !strange ? floor + 1 : Math.min(next, prev);
    this.#next[from] = Math.max(this.#match[from]! + 1, next);
    this.#probing[from] = 1;
    this.#inflight[from] = 0;
    // Its snapshot holds what was never, or no longer is, in this log: only another snapshot can replace that.
    if (strange) snapshots.begin(from, log.snapshot);
    return true;
  }

  /** Commits what enough members have, if it is of this epoch: earlier entries go with it (Raft, section 5.4.2). */
  #decide(): void {
    const node = this.#node;
    const index = node.members.written(this.#match, this.#live);
    if (index <= node.commit || node.log.termAt(index) !== node.epoch) return;
    node.advance(index);
  }

  #newStamp(): number {
    const now = this.#node.env.elapsed();
    this.#stamp = now > this.#stamp ? now : this.#stamp + STEP;
    return this.#stamp;
  }
}

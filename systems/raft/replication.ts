// The leader's side: brings every follower's log up to its own, and decides what is committed (paper 5.3 and 5.4).
import type { Append, Appended, Entry, Installed } from './messages.js';
import { leaseLength } from './options.js';
import type { Raft } from './raft.js';

/** Unanswered messages to one follower, at most. */
const WINDOW = 64;
/** The smallest step of a stamp, in milliseconds: a nanosecond. */
const STEP = 1e-6;
const NOTHING: readonly Entry[] = [];

/**
 * What arrives while an earlier message is unanswered goes out together, once per batch of events (the timer `flush`, with
 * no delay); when nothing is under way it goes out at once. A follower that answers is sent entries before it has answered
 * the last ones (pipelining); one that does not, or whose log disagrees, is probed one message at a time.
 */
export class Replication {
  readonly #raft: Raft;
  readonly #needsOwnTerm: boolean;
  /** How long a majority's word counts; 0: a read asks for it. */
  readonly #lease: number;
  /** Per node: the last index known to match, and the next to send. */
  #match = new Float64Array(0);
  #next = new Float64Array(0);
  /** Per node: stamps of the latest message sent and of the latest one answered. */
  #sent = new Float64Array(0);
  #acked = new Float64Array(0);
  #inflight = new Int32Array(0);
  /** Flags per node: unsure where its log ends; heard from since the last heartbeat. */
  #probing = new Uint8Array(0);
  #heard = new Uint8Array(0);
  #stamp = 0;
  /** Stamp of the last flush; once a majority has answered it, nothing is under way. */
  #flushed = 0;
  #flushing = false;
  #ledSince = 0;
  /** A read must see all entries up to here: those that earlier leaders may have committed. */
  floor = 0;

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#needsOwnTerm = raft.options.bug !== 'commit-old-term';
    this.#lease = raft.options.reads === 'lease' ? leaseLength(raft.options) : 0;
    this.fit();
  }

  /** Stamp of the latest message. Stamps are instants on the leader's own clock, made unique. */
  get stamp(): number {
    return this.#stamp;
  }

  /** Messages up to this stamp reached a majority, which still followed this leader. */
  get confirmed(): number {
    return this.#raft.voters.reached(this.#acked);
  }

  /** A majority's word still counts, so that nobody else can lead. */
  get leased(): boolean {
    return this.#lease > 0 && this.#raft.env.elapsed() < this.confirmed + this.#lease;
  }

  begin(): void {
    const { env, log, options, snapshots, voters } = this.#raft;
    snapshots.reset();
    this.#match.fill(0);
    this.#next.fill(log.last + 1);
    this.#sent.fill(0);
    this.#acked.fill(Number.NEGATIVE_INFINITY);
    this.#acked[voters.self] = Number.POSITIVE_INFINITY;
    this.#inflight.fill(0);
    this.#probing.fill(1);
    this.#heard.fill(0);
    this.#stamp = 0;
    this.#flushing = false;
    this.#ledSince = env.elapsed();
    // Entries of earlier terms are committed only through one of this term (paper 5.4.2), so there is one at once.
    if (this.#needsOwnTerm) log.append({ index: log.last + 1, term: log.term, command: null });
    this.floor = log.last;
    this.#match[voters.self] = log.last;
    env.setTimer('heartbeat', options.heartbeat);
    this.#flush();
    this.#decide();
  }

  /** There may be more nodes than before. */
  fit(): void {
    const n = this.#raft.voters.ids.length;
    if (n <= this.#match.length) return;
    const grown = (values: Float64Array) => {
      const more = new Float64Array(n);
      more.set(values);
      return more;
    };
    this.#match = grown(this.#match);
    this.#next = grown(this.#next);
    this.#sent = grown(this.#sent);
    this.#acked = grown(this.#acked);
    this.#inflight = Int32Array.from({ length: n }, (_, i) => this.#inflight[i] ?? 0);
    this.#probing = Uint8Array.from({ length: n }, (_, i) => this.#probing[i] ?? 0);
    this.#heard = Uint8Array.from({ length: n }, (_, i) => this.#heard[i] ?? 0);
  }

  /** Begins to keep a node up to date. */
  welcome(i: number): void {
    this.#raft.snapshots.forget(i);
    this.#match[i] = 0;
    this.#next[i] = this.#raft.log.last + 1;
    this.#acked[i] = Number.NEGATIVE_INFINITY;
    this.#inflight[i] = 0;
    this.#probing[i] = 1;
    this.#heard[i] = 0;
    this.#send(i, this.#newStamp(), true);
  }

  /** Says once more, to everybody, how far the log is committed: some will not be spoken to again. */
  farewell(): void {
    const stamp = this.#newStamp();
    for (const i of this.#raft.voters.peers) this.#send(i, stamp, true);
  }

  /** The last entry that a node is known to share. */
  matched(i: number): number {
    return this.#match[i]!;
  }

  /** The leader's log has grown. */
  appended(): void {
    const { log, voters } = this.#raft;
    this.#match[voters.self] = log.last;
    if (voters.alone) this.#decide();
    this.kick();
  }

  /** There is something to say: at once if nothing is under way, otherwise together with the rest of this batch of events. */
  kick(): void {
    if (this.#flushing) return;
    if (this.confirmed >= this.#flushed) this.#flush();
    else {
      this.#flushing = true;
      this.#raft.env.setTimer('flush', 0);
    }
  }

  onFlush(): void {
    this.#flushing = false;
    if (this.#raft.leads) this.#flush();
  }

  onHeartbeat(): void {
    const raft = this.#raft;
    if (!raft.leads) return;
    const { env, options } = raft;
    if (Math.max(this.confirmed, this.#ledSince) + options['election-timeout'] < env.elapsed()) {
      // Cut off from the majority: it may have another leader by now (check-quorum, thesis 6.2).
      raft.follow(raft.term, null);
      return;
    }
    env.setTimer('heartbeat', options.heartbeat);
    if (raft.changes.catchingUp) raft.changes.tick();
    const stamp = this.#newStamp();
    for (const i of raft.voters.peers) {
      const silent = this.#inflight[i]! > 0 && this.#heard[i] === 0;
      if (silent) this.#suspect(i);
      // Whoever was spoken to a moment ago needs no heartbeat.
      if (silent || stamp - this.#sent[i]! > options.heartbeat / 4) this.#send(i, stamp, false);
      this.#heard[i] = 0;
    }
  }

  onAppended(from: number, answer: Appended): void {
    const raft = this.#raft;
    this.#answered(from, answer.stamp);
    if (answer.ok) {
      this.#matched(from, answer.index);
      this.#probing[from] = 0;
      if (this.#match[from]! > raft.commit) this.#decide();
      if (raft.changes.catchingUp) raft.changes.progress();
    } else if (!this.#stepBack(from, answer)) return;
    this.#goOn(from);
  }

  onInstalled(from: number, answer: Installed): void {
    const raft = this.#raft;
    const { snapshots } = raft;
    this.#answered(from, answer.stamp);
    if (answer.done) {
      snapshots.sent(from, answer.index);
      this.#matched(from, answer.index);
      this.#decide();
      if (raft.changes.catchingUp) raft.changes.progress();
    } else if (!snapshots.wants(from, answer.index, answer.offset)) return;
    this.#goOn(from);
  }

  /** Sends to everybody who lacks something: entries, or a message that the latest read can count on. */
  #flush(): void {
    const stamp = this.#newStamp();
    this.#flushed = stamp;
    for (const i of this.#raft.voters.peers) if (this.#isDue(i)) this.#send(i, stamp, true);
  }

  #isDue(i: number): boolean {
    if (this.#probing[i] === 1) return this.#inflight[i] === 0;
    if (this.#inflight[i]! >= WINDOW) return false;
    return this.#next[i]! <= this.#raft.log.last || this.#sent[i]! <= this.#raft.reads.newest;
  }

  /** After an answer: the next message, unless everything was said. */
  #goOn(i: number): void {
    const { reads, leads, voters } = this.#raft;
    reads.confirm();
    if (leads && this.#isDue(i) && voters.tracks(i)) this.#send(i, this.#newStamp(), true);
  }

  #send(i: number, stamp: number, full: boolean): void {
    const { env, log, voters, commit, options, snapshots } = this.#raft;
    const { cluster } = options;
    const dest = voters.ids[i]!;
    const prev = this.#next[i]! - 1;
    const prevTerm = log.termAt(prev);
    this.#sent[i] = stamp;
    this.#inflight[i]!++;
    if (prevTerm < 0 || snapshots.sending(i)) {
      this.#probing[i] = 1;
      snapshots.send(i, stamp);
      return;
    }
    const entries = full ? log.from(prev + 1, options['max-batch']) : NOTHING;
    const append: Append = { type: 'append', cluster, term: log.term, prev, prevTerm, entries, commit, stamp };
    env.send(dest, append);
    if (this.#probing[i] === 0) this.#next[i] = prev + 1 + entries.length;
  }

  #answered(from: number, stamp: number): void {
    if (stamp > this.#acked[from]!) this.#acked[from] = stamp;
    if (this.#inflight[from]! > 0) this.#inflight[from]!--;
    this.#heard[from] = 1;
  }

  #matched(from: number, index: number): void {
    const match = Math.min(index, this.#raft.log.last);
    if (match > this.#match[from]!) this.#match[from] = match;
    if (this.#next[from]! <= this.#match[from]!) this.#next[from] = this.#match[from]! + 1;
  }

  /** No answer for a whole heartbeat: what was sent may be lost. */
  #suspect(i: number): void {
    this.#inflight[i] = 0;
    if (this.#probing[i] === 1) return;
    this.#probing[i] = 1;
    this.#next[i] = this.#match[i]! + 1;
  }

  /** The follower's log disagrees at `prev`; false: an old answer. Skips a whole term at a time (paper, end of 5.3). */
  #stepBack(from: number, { prev, index, conflictTerm }: Appended): boolean {
    const { log } = this.#raft;
    if (prev <= this.#match[from]!) return false;
    if (this.#probing[from] === 1 && prev !== this.#next[from]! - 1) return false;
    let next = index;
    if (conflictTerm > 0) {
      const last = log.lastUpToTerm(conflictTerm);
      if (log.termAt(last) === conflictTerm) next = last + 1;
    }
    this.#next[from] = Math.max(this.#match[from]! + 1, Math.min(next, prev));
    this.#probing[from] = 1;
    this.#inflight[from] = 0;
    return true;
  }

  /** Commits what a majority has, if it is of this term: earlier entries go with it (paper 5.4.2). */
  #decide(): void {
    const raft = this.#raft;
    const index = raft.voters.reached(this.#match);
    if (index <= raft.commit) return;
    if (this.#needsOwnTerm && raft.log.termAt(index) !== raft.term) return;
    raft.advance(index);
  }

  #newStamp(): number {
    const now = this.#raft.env.elapsed();
    this.#stamp = now > this.#stamp ? now : this.#stamp + STEP;
    return this.#stamp;
  }
}

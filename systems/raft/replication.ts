// The leader's side: brings every follower's log up to its own, and decides what is committed (paper 5.3 and 5.4).
import { Replicator } from '../shared/replicator.js';
import type { Append, Appended, Entry, Installed } from './messages.js';
import { leaseLength } from './options.js';
import type { Raft } from './raft.js';

/** Unanswered messages to one follower, at most. */
const WINDOW = 64;

export class Replication extends Replicator<Entry> {
  readonly #raft: Raft;
  readonly #needsOwnTerm: boolean;
  /** How long a majority's word counts; 0: a read asks for it. */
  readonly #lease: number;

  constructor(raft: Raft) {
    super(raft, raft.voters.self, WINDOW);
    this.#raft = raft;
    this.#needsOwnTerm = raft.options.bug !== 'commit-old-term';
    this.#lease = raft.options.reads === 'lease' ? leaseLength(raft.options) : 0;
    this.fit();
  }

  /** Messages up to this stamp reached a majority, which still followed this leader. */
  get confirmed(): number {
    return this.#raft.voters.reached(this.acked);
  }

  /** A majority's word still counts, so that nobody else can lead. */
  get leased(): boolean {
    return this.#lease > 0 && this.#raft.env.elapsed() < this.confirmed + this.#lease;
  }

  protected override get answered(): number {
    return this.confirmed;
  }

  protected override get peers(): readonly number[] {
    return this.#raft.voters.peers;
  }

  override begin(): void {
    // Entries of earlier terms are committed only through one of this term (paper 5.4.2), so there is one at once.
    super.begin(this.#needsOwnTerm);
  }

  override appended(): void {
    super.appended(this.#raft.voters.alone);
  }

  /** There may be more nodes than before. */
  fit(): void {
    const n = this.#raft.voters.ids.length;
    if (n > this.match.length) this.grow(n);
  }

  /** Begins to keep a node up to date. */
  welcome(i: number): void {
    this.#raft.snapshots.forget(i);
    this.match[i] = 0;
    this.next[i] = this.#raft.log.last + 1;
    this.acked[i] = Number.NEGATIVE_INFINITY;
    this.inflight[i] = 0;
    this.probing[i] = 1;
    this.heard[i] = 0;
    this.send(i, this.newStamp(), true);
  }

  /** Says once more, to everybody, how far the log is committed: some will not be spoken to again. */
  farewell(): void {
    const stamp = this.newStamp();
    for (const i of this.peers) this.send(i, stamp, true);
  }

  /** The last entry that a node is known to share. */
  matched(i: number): number {
    return this.match[i]!;
  }

  onHeartbeat(): void {
    const raft = this.#raft;
    if (!raft.leads) return;
    const { env, options } = raft;
    if (Math.max(this.confirmed, this.since) + options['election-timeout'] < env.elapsed()) {
      // Cut off from the majority: it may have another leader by now (check-quorum, thesis 6.2).
      raft.follow(raft.term, null);
      return;
    }
    env.setTimer('heartbeat', options.heartbeat);
    if (raft.changes.catchingUp) raft.changes.tick();
    const stamp = this.newStamp();
    for (const i of this.peers) this.beat(i, stamp, false);
  }

  onAppended(from: number, answer: Appended): void {
    const raft = this.#raft;
    this.hear(from, answer.stamp);
    if (answer.ok) {
      this.matches(from, answer.index);
      this.probing[from] = 0;
      if (this.match[from]! > raft.commit) this.decide();
      if (raft.changes.catchingUp) raft.changes.progress();
    } else if (!this.#stepBack(from, answer)) return;
    this.goOn(from);
  }

  onInstalled(from: number, answer: Installed): void {
    const raft = this.#raft;
    const { snapshots } = raft;
    this.hear(from, answer.stamp);
    if (answer.done) {
      snapshots.sent(from, answer.index);
      this.matches(from, answer.index);
      this.decide();
      if (raft.changes.catchingUp) raft.changes.progress();
    } else if (!snapshots.wants(from, answer.index, answer.offset)) return;
    this.goOn(from);
  }

  protected override ship(to: number, prev: number, prevTerm: number, entries: readonly Entry[], stamp: number): void {
    const { env, commit, options, term, voters } = this.#raft;
    const { cluster } = options;
    const append: Append = { type: 'append', cluster, term, prev, prevTerm, entries, commit, stamp };
    env.send(voters.ids[to]!, append);
  }

  /** The follower's log disagrees at `prev`; false: an old answer. Skips a whole term at a time (paper, end of 5.3). */
  #stepBack(from: number, { prev, index, conflictTerm }: Appended): boolean {
    const { log } = this.#raft;
    if (prev <= this.match[from]!) return false;
    if (this.probing[from] === 1 && prev !== this.next[from]! - 1) return false;
    let next = index;
    if (conflictTerm > 0) {
      const last = log.lastUpToTerm(conflictTerm);
      if (log.termAt(last) === conflictTerm) next = last + 1;
    }
    this.next[from] = Math.max(this.match[from]! + 1, Math.min(next, prev));
    this.probing[from] = 1;
    this.inflight[from] = 0;
    return true;
  }

  /** Commits what a majority has, if it is of this term: earlier entries go with it (paper 5.4.2). */
  protected override decide(): void {
    const raft = this.#raft;
    const index = raft.voters.reached(this.match);
    if (index <= raft.commit) return;
    if (this.#needsOwnTerm && raft.log.termAt(index) !== raft.term) return;
    raft.advance(index);
  }
}

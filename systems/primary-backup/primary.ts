// The primary's side: ships its log to every backup, brings up those that lag, and knows what enough of them have.
import type { Entry } from '../shared/entry-log.js';
import { Replicator } from '../shared/replicator.js';
import type { Copied, Ship, Shipped } from './messages.js';
import type { PrimaryBackup } from './node.js';
import { byMajority, isFenced } from './options.js';

/** Messages to one backup that may be unanswered at a time. */
const WINDOW = 16;

export class Primary extends Replicator {
  readonly #node: PrimaryBackup;
  readonly #fenced: boolean;
  /** Without a majority behind it for so long, in milliseconds, the primary gives up; Infinity: never. */
  readonly #patience: number;
  /** Per member: when it answered last, on the primary's clock. */
  readonly #heardAt: Float64Array;
  /** Per member: 1 while it counts as live. */
  readonly #live: Uint8Array;
  readonly #peers: readonly number[];

  constructor(node: PrimaryBackup) {
    super(node, node.members.self, WINDOW);
    this.#node = node;
    this.#fenced = isFenced(node.options);
    const gives = this.#fenced && byMajority(node.options);
    this.#patience = gives ? node.options['election-timeout'] : Number.POSITIVE_INFINITY;
    const n = node.members.ids.length;
    this.#heardAt = new Float64Array(n);
    this.#live = new Uint8Array(n);
    this.#peers = node.members.ids.map((_, i) => i).filter((i) => i !== node.members.self);
    this.grow(n);
  }

  /** Messages up to this stamp have confirmed that this node is the primary. */
  get confirmed(): number {
    return this.#node.members.confirmed(this.acked, this.#live);
  }

  protected override get answered(): number {
    const { members } = this.#node;
    return members.reached(this.acked, members.majority);
  }

  protected override get peers(): readonly number[] {
    return this.#peers;
  }

  override begin(): void {
    this.#heardAt.fill(this.#node.env.elapsed());
    this.#live.fill(1);
    // Entries of earlier epochs are acknowledged only through one of this epoch (see `decide`), so there is one at once.
    super.begin();
  }

  onHeartbeat(): void {
    const node = this.#node;
    if (!node.leads) return;
    const { env, options, snapshots } = node;
    const now = env.elapsed();
    if (Math.max(this.confirmed, this.since) + this.#patience < now) {
      // Cut off from the majority, which may have another primary by now.
      node.follow(node.epoch, null);
      return;
    }
    env.setTimer('heartbeat', options.heartbeat);
    const stamp = this.newStamp();
    for (const i of this.#peers) {
      if (now - this.#heardAt[i]! > options['drop-after']) this.#live[i] = 0;
      // One that is being sent a snapshot hears enough.
      this.beat(i, stamp, this.inflight[i]! > 0 && snapshots.sending(i));
    }
    // Fewer live backups to wait for may be all that writes and reads have waited for.
    this.decide();
    node.reads.confirm();
  }

  onShipped(from: number, answer: Shipped): void {
    this.hear(from, answer.stamp);
    if (answer.ok) {
      this.matches(from, answer.index);
      this.probing[from] = 0;
      this.decide();
    } else if (!this.#stepBack(from, answer)) return;
    this.goOn(from);
  }

  onCopied(from: number, answer: Copied): void {
    const { snapshots } = this.#node;
    this.hear(from, answer.stamp);
    if (answer.upTo >= 0) {
      snapshots.sent(from, answer.index);
      this.matches(from, answer.upTo);
      this.decide();
    } else if (!snapshots.wants(from, answer.index, answer.offset)) return;
    this.goOn(from);
  }

  protected override ship(to: number, prev: number, prevEpoch: number, entries: readonly Entry[], stamp: number): void {
    const { env, epoch, members, commit } = this.#node;
    const ship: Ship = { type: 'ship', epoch, prev, prevEpoch, entries, commit, stamp };
    env.send(members.ids[to]!, ship);
  }

  protected override hear(from: number, stamp: number): void {
    super.hear(from, stamp);
    this.#heardAt[from] = this.#node.env.elapsed();
  }

  protected override matches(from: number, index: number): void {
    super.matches(from, index);
    // One that was away counts again once it lacks nothing that was acknowledged.
    if (this.match[from]! >= this.#node.commit) this.#live[from] = 1;
  }

  /** The backup's log disagrees at `prev`; false: an old answer. Skips a whole epoch at a time. */
  #stepBack(from: number, answer: Shipped): boolean {
    const { log, snapshots } = this.#node;
    const { prev, index, conflictEpoch, floor, floorEpoch } = answer;
    if (this.probing[from] === 1 && prev !== this.next[from]! - 1) return false;
    if (prev <= this.match[from]! && prev >= floor) {
      // Without fencing another primary may have taken back what this one had shipped.
      if (this.#fenced || answer.stamp !== this.sent[from]) return false;
      this.match[from] = 0;
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
    this.next[from] = Math.max(this.match[from]! + 1, next);
    this.probing[from] = 1;
    this.inflight[from] = 0;
    // Its snapshot holds what was never, or no longer is, in this log: only another snapshot can replace that.
    if (strange) snapshots.begin(from, log.snapshot);
    return true;
  }

  /** Commits what enough members have, if it is of this epoch: earlier entries go with it (Raft, section 5.4.2). */
  protected override decide(): void {
    const node = this.#node;
    const index = node.members.written(this.match, this.#live);
    if (index <= node.commit || node.log.termAt(index) !== node.epoch) return;
    node.advance(index);
  }
}

// The learner's side of phases 1 to 3: promises an epoch, takes over its leader's history, then follows it.
import type { Snapshot } from './history.js';
import { Link } from './link.js';
import type { Entry, LeaderFrame, LearnerFrame, ToLearner } from './messages.js';
import type { Zab } from './zab.js';

/** What the leader has sent of its history, until all of it is there. */
interface Incoming {
  /** Forget what comes after this. */
  trunc: number | null;
  snapshot: { zxid: number; items: unknown[] } | null;
  entries: Entry[];
}

const EMPTY = (): Incoming => ({ trunc: null, snapshot: null, entries: [] });

export class Follower {
  readonly #zab: Zab;
  readonly leader: string;
  readonly #link: Link<LearnerFrame, LeaderFrame>;
  /** The epoch that the leader has proposed; 0: none yet. */
  #epoch = 0;
  #incoming = EMPTY();
  #heard: number;
  /** Holds the leader's history: proposals may be acknowledged. */
  #synchronized = false;
  #acked = 0;
  /** Serves clients. */
  active = false;

  constructor(zab: Zab, leader: string) {
    this.#zab = zab;
    this.leader = leader;
    this.#link = new Link(zab.env, 'to-leader', leader, zab.number(), 0);
    this.#heard = zab.env.elapsed();
  }

  get conn(): number {
    return this.#link.conn;
  }

  begin(): void {
    this.#link.push({ kind: 'c-epoch', accepted: this.#zab.history.accepted });
    this.flush();
  }

  tick(): void {
    const { env, options } = this.#zab;
    const limit = options[this.active ? 'sync-limit' : 'init-limit'];
    if (env.elapsed() - this.#heard > limit) this.#zab.look(`${this.leader} is silent`);
    else this.#link.tick();
  }

  request(id: number, command: unknown): void {
    this.#link.push({ kind: 'request', id, command });
  }

  sync(id: number): void {
    this.#link.push({ kind: 'sync', id });
  }

  flush(): void {
    this.#link.flush(false);
  }

  onPacket(packet: ToLearner): void {
    const link = this.#link;
    if (packet.conn !== link.conn) return;
    if (link.reign === 0) link.reign = packet.reign;
    if (packet.reign !== link.reign) return;
    this.#heard = this.#zab.env.elapsed();
    const pinged = packet.stamp > link.heardStamp;
    for (const frame of link.receive(packet)) {
      this.#onFrame(frame);
      if (this.#zab.follower !== this) return;
    }
    this.#acknowledge();
    link.stamp = link.heardStamp;
    link.flush(pinged);
  }

  #onFrame(frame: LeaderFrame): void {
    const zab = this.#zab;
    switch (frame.kind) {
      case 'new-epoch':
        this.#onNewEpoch(frame.epoch);
        return;
      case 'trunc':
        this.#incoming.trunc = frame.zxid;
        return;
      case 'snap':
        this.#incoming.snapshot ??= { zxid: frame.zxid, items: [] };
        for (const item of frame.items) this.#incoming.snapshot.items.push(item);
        return;
      case 'diff':
        for (const entry of frame.entries) this.#incoming.entries.push(entry);
        return;
      case 'new-leader':
        if (frame.epoch === this.#epoch) this.#synchronize();
        return;
      case 'propose':
        if (this.#synchronized) zab.history.append(frame.entry);
        return;
      case 'commit':
        if (this.#synchronized) zab.deliver(frame.zxid);
        return;
      case 'up-to-date':
        if (!this.#synchronized) return;
        zab.deliver(frame.zxid);
        this.active = true;
        zab.announce();
        return;
      default:
        zab.synced(frame.id);
    }
  }

  /** Phase 1: a promise to hear no leader of an earlier epoch. */
  #onNewEpoch(epoch: number): void {
    const { history, options } = this.#zab;
    if (epoch < history.accepted || this.#epoch !== 0) {
      this.#zab.look(`${this.leader} proposes epoch ${epoch}, and ${history.accepted} was promised`);
      return;
    }
    // Whoever has promised this epoch before may join it, but its word was given: to another leader, or to this one
    // before it was started anew. Two leaders of one epoch would need a majority each that promised it for the first time.
    const fresh = epoch > history.accepted || options.bug === 'reuse-epoch';
    if (epoch > history.accepted) history.accept(epoch);
    this.#epoch = epoch;
    this.#link.push({ kind: 'ack-epoch', current: history.current, zxid: history.last, fresh });
  }

  /** Phase 2: this node's history becomes the leader's. The epoch comes last: a crash on the way must not look complete. */
  #synchronize(): void {
    const zab = this.#zab;
    const { history, machine } = zab;
    const { trunc, snapshot, entries } = this.#incoming;
    this.#incoming = EMPTY();
    if (snapshot !== null) {
      history.install(snapshot satisfies Snapshot, entries, this.#epoch);
      machine.restore(snapshot.items);
      zab.delivered = snapshot.zxid;
    } else {
      if (trunc !== null) history.truncate(trunc);
      for (const entry of entries) history.append(entry);
      history.enter(this.#epoch);
    }
    this.#synchronized = true;
    this.#acked = history.last;
    this.#link.push({ kind: 'ack-leader' });
  }

  /** One acknowledgement for all proposals of a packet: everything up to here is on this disk. */
  #acknowledge(): void {
    if (!this.#synchronized) return;
    const { last } = this.#zab.history;
    if (last <= this.#acked) return;
    this.#acked = last;
    this.#link.push({ kind: 'ack', zxid: last });
  }
}

// The leader's side of phases 1 to 3: an epoch of its own, a majority that shares its history, then proposals in order.
import { Link } from './link.js';
import type { Closed, Entry, LeaderFrame, LearnerFrame, ToLeader } from './messages.js';
import { reachedBy } from './reached.js';
import { Rounds } from './rounds.js';
import { synchronize } from './synchronization.js';
import type { Zab } from './zab.js';
import { counterOf, epochOf, showZxid, zxidOf } from './zxid.js';

type Phase = 'discovery' | 'synchronization' | 'broadcast';

/** A node that has connected to this leader. */
export interface Learner {
  readonly id: string;
  readonly link: Link<LeaderFrame, LearnerFrame>;
  /** When it was last heard. */
  heard: number;
  /** The epoch that it had promised when it connected; -1: not said yet. */
  accepted: number;
  /** Where its history ended when it promised this epoch; -1: it has not yet. */
  zxid: number;
  /** It is sent proposals; its history will then end at `sent`. */
  forwarded: boolean;
  sent: number;
  /** It holds this leader's history. */
  synchronized: boolean;
  /** It holds everything up to here. */
  acked: number;
}

export class Leader {
  readonly #zab: Zab;
  readonly #reign: number;
  readonly #deadline: number;
  readonly #learners = new Map<string, Learner>();
  /** Those of them that hold this leader's history. */
  #followers: readonly Learner[] = [];
  /** By learner, the latest connection: an earlier one never comes back. */
  readonly #latest = new Map<string, number>();
  readonly #rounds: Rounds;
  #phase: Phase = 'discovery';
  #promises = 1;
  #counter = 0;
  #commit = 0;
  epoch = 0;

  constructor(zab: Zab) {
    this.#zab = zab;
    this.#reign = zab.number();
    this.#deadline = zab.env.elapsed() + zab.options['init-limit'];
    this.#rounds = new Rounds(zab);
  }

  /** A majority shares this leader's history. */
  get established(): boolean {
    return this.#phase === 'broadcast';
  }

  /** A proposal is under way. */
  get busy(): boolean {
    return this.#commit < this.#zab.history.last;
  }

  begin(): void {
    this.#discover();
  }

  /** Gives a command its place in the order. */
  propose(origin: string, request: number, command: unknown): void {
    const { history } = this.#zab;
    const entry: Entry = { zxid: zxidOf(this.epoch, ++this.#counter), origin, request, command };
    history.append(entry);
    this.#forward({ kind: 'propose', entry });
    // Others have to acknowledge it first, if there are others.
    if (this.#zab.quorum === 1) this.#decide();
  }

  /** A read of this node: the machine hears of it when a majority has confirmed that this node still leads. */
  sync(token: unknown): void {
    this.#rounds.add(null, token, 0);
  }

  flush(): void {
    for (const { link } of this.#learners.values()) link.flush(false);
  }

  tick(): void {
    const zab = this.#zab;
    const { env, options, quorum } = zab;
    const now = env.elapsed();
    for (const learner of [...this.#learners.values()]) {
      const limit = options[learner.synchronized ? 'sync-limit' : 'init-limit'];
      if (now - learner.heard > limit) this.#drop(learner);
    }
    if (this.established && this.#followers.length + 1 < quorum) zab.look('a majority is silent');
    else if (!this.established && now > this.#deadline) zab.look(`no majority in ${this.#phase}`);
    else {
      for (const { link } of this.#learners.values()) link.tick();
      this.#rounds.ping(this.#learners.values());
    }
  }

  onPacket(from: string, packet: ToLeader): void {
    const learner = this.#learnerOf(from, packet);
    if (learner === null) return;
    learner.heard = this.#zab.env.elapsed();
    for (const frame of learner.link.receive(packet)) {
      this.#onFrame(learner, frame);
      if (this.#zab.reign !== this) return;
    }
    this.#rounds.confirm();
    this.flush();
  }

  onClosed(from: string, { conn }: Closed): void {
    if (this.#learners.get(from)?.link.conn === conn) this.#remove(from);
  }

  /** This node no longer leads. */
  end(): void {
    for (const learner of [...this.#learners.values()]) this.#drop(learner);
    this.#rounds.end();
  }

  /** Whom a packet is from; null: it belongs to no connection of this reign. */
  #learnerOf(from: string, { conn, reign, seq, frames }: ToLeader): Learner | null {
    const known = this.#learners.get(from);
    if (known?.link.conn === conn && (reign === 0 || reign === this.#reign)) return known;
    const fresh = reign === 0 && seq === 0 && frames.length > 0 && conn > (this.#latest.get(from) ?? -1);
    if (!fresh) {
      if (known === undefined || conn > known.link.conn) this.#zab.close(from, conn);
      return null;
    }
    const { env } = this.#zab;
    this.#remove(from);
    const learner: Learner = {
      id: from,
      link: new Link(env, 'to-learner', from, conn, this.#reign),
      heard: env.elapsed(),
      accepted: -1,
      zxid: -1,
      forwarded: false,
      sent: 0,
      synchronized: false,
      acked: 0,
    };
    this.#latest.set(from, conn);
    this.#learners.set(from, learner);
    return learner;
  }

  #onFrame(learner: Learner, frame: LearnerFrame): void {
    switch (frame.kind) {
      case 'c-epoch':
        this.#onCEpoch(learner, frame.accepted);
        return;
      case 'ack-epoch':
        this.#onAckEpoch(learner, frame.current, frame.zxid, frame.fresh);
        return;
      case 'ack-leader':
        this.#onAckLeader(learner);
        return;
      case 'ack':
        learner.acked = Math.max(learner.acked, frame.zxid);
        this.#decide();
        return;
      case 'request':
        if (this.established && learner.synchronized) this.propose(learner.id, frame.id, frame.command);
        return;
      default:
        if (this.established && learner.synchronized) this.#rounds.add(learner, undefined, frame.id);
    }
  }

  /** Phase 1: the epoch must be later than any that a majority has promised. */
  #onCEpoch(learner: Learner, accepted: number): void {
    if (learner.accepted >= 0) return;
    learner.accepted = accepted;
    this.#zab.promised = Math.max(this.#zab.promised, accepted);
    if (this.epoch === 0) this.#discover();
    // It will not come back to an earlier epoch: only a new leader, with a later one, can take it in.
    else if (accepted > this.epoch) this.#zab.look(`${learner.id} has promised epoch ${accepted}`);
    else learner.link.push({ kind: 'new-epoch', epoch: this.epoch });
  }

  #discover(): void {
    const { history, options, promised, quorum } = this.#zab;
    const greeted = [...this.#learners.values()].filter(({ accepted }) => accepted >= 0);
    if (greeted.length + 1 < quorum) return;
    const latest = Math.max(history.accepted, promised);
    this.epoch = options.bug === 'reuse-epoch' ? Math.max(1, latest) : latest + 1;
    history.accept(this.epoch);
    for (const { link } of greeted) link.push({ kind: 'new-epoch', epoch: this.epoch });
    this.#promised();
  }

  #onAckEpoch(learner: Learner, current: number, zxid: number, fresh: boolean): void {
    const zab = this.#zab;
    const { history } = zab;
    if (learner.zxid >= 0 || this.epoch === 0) return;
    learner.zxid = zxid;
    if (this.#phase !== 'discovery') {
      this.#synchronize(learner);
      return;
    }
    if (!fresh) return;
    if (current > history.current || (current === history.current && zxid > history.last)) {
      zab.look(`${learner.id} has a later history, to ${showZxid(zxid)} in epoch ${current}`);
      return;
    }
    this.#promises++;
    this.#promised();
  }

  /** A majority has promised the epoch to this leader alone, and none of it has a later history: this history is the one. */
  #promised(): void {
    const { history, quorum } = this.#zab;
    if (this.#promises < quorum) return;
    this.#phase = 'synchronization';
    history.enter(this.epoch);
    for (const learner of this.#learners.values()) if (learner.zxid >= 0) this.#synchronize(learner);
    this.#establish();
  }

  /** Phase 2: from here on the learner is sent all that is proposed, after what it lacks. */
  #synchronize(learner: Learner): void {
    const { history, options } = this.#zab;
    if (options.bug !== 'skip-sync-phase') synchronize(learner.link, history, learner.zxid, options.chunk);
    learner.link.push({ kind: 'new-leader', epoch: this.epoch });
    learner.forwarded = true;
    learner.sent = history.last;
  }

  #onAckLeader(learner: Learner): void {
    if (!learner.forwarded || learner.synchronized) return;
    learner.synchronized = true;
    this.#count();
    learner.acked = Math.max(learner.acked, learner.sent);
    if (!this.established) this.#establish();
    else {
      learner.link.push({ kind: 'up-to-date', zxid: this.#commit });
      this.#decide();
    }
  }

  /** Once a majority shares this history, all of it is committed, whoever proposed it. */
  #establish(): void {
    const zab = this.#zab;
    const { history, quorum } = zab;
    if (this.#followers.length + 1 < quorum) return;
    this.#phase = 'broadcast';
    this.#counter = epochOf(history.last) === this.epoch ? counterOf(history.last) : 0;
    this.#commit = history.last;
    for (const { link } of this.#followers) link.push({ kind: 'up-to-date', zxid: this.#commit });
    zab.deliver(this.#commit);
    zab.announce();
  }

  /** Phase 3: commits what a majority holds. */
  #decide(): void {
    if (!this.established) return;
    const zab = this.#zab;
    const { history, quorum } = zab;
    const reached = quorum === 1 ? history.last : reachedBy(quorum - 1, this.#followers, ({ acked }) => acked);
    if (reached <= this.#commit) return;
    this.#commit = reached;
    this.#forward({ kind: 'commit', zxid: reached });
    zab.deliver(reached);
  }

  #forward(frame: LeaderFrame): void {
    for (const learner of this.#learners.values()) if (learner.forwarded) learner.link.push(frame);
  }

  #drop({ id, link }: Learner): void {
    this.#remove(id);
    this.#zab.close(id, link.conn);
  }

  #remove(id: string): void {
    if (this.#learners.delete(id)) this.#count();
  }

  #count(): void {
    this.#followers = [...this.#learners.values()].filter(({ synchronized }) => synchronized);
    this.#rounds.followers = this.#followers;
  }
}

// Phase 0, fast leader election: nodes agree, more or less, on the one with the latest epoch and history.
import type { Candidate, Vote } from './messages.js';
import type { Zab } from './zab.js';

/** Who is more eligible: the later epoch, then the later history, then the higher place among the nodes. */
export function better(zab: Zab, a: Candidate, b: Candidate): boolean {
  if (a.current !== b.current) return a.current > b.current;
  if (a.zxid !== b.zxid) return a.zxid > b.zxid;
  return zab.place(a.leader) > zab.place(b.leader);
}

/**
 * Nothing here is on disk and nothing depends on it but progress: whoever thinks that it should lead has to prove it in
 * discovery. Votes may be lost, so everybody who looks repeats its own (Medeiros, section 4.2).
 */
export class Election {
  readonly #zab: Zab;
  #round = 0;
  #vote: Candidate;
  /** Of this round, by voter. */
  readonly #votes = new Map<string, Candidate>();

  constructor(zab: Zab) {
    this.#zab = zab;
    this.#vote = { leader: zab.env.id, current: 0, zxid: 0 };
  }

  begin(): void {
    this.#round++;
    this.#votes.clear();
    this.#elect(this.#own());
    this.#count();
  }

  stop(): void {
    this.#zab.env.cancelTimer('decide');
  }

  /** Repeats this node's vote. */
  tick(): void {
    for (const id of this.#zab.others) this.#tell(id);
  }

  onVote(from: string, vote: Vote): void {
    const zab = this.#zab;
    if (zab.role !== 'looking') {
      if (vote.state === 'looking') this.#tell(from);
      return;
    }
    if (vote.established && vote.state === 'leading' && vote.leader === from) {
      this.#round = vote.round;
      this.#vote = candidate(vote);
      zab.follow(from);
      return;
    }
    // What others found in another round says nothing about whom to elect now.
    if (vote.state !== 'looking' && vote.round !== this.#round) return;
    if (vote.round < this.#round) {
      this.#tell(from);
      return;
    }
    if (vote.round > this.#round) {
      this.#round = vote.round;
      this.#votes.clear();
      const own = this.#own();
      this.#elect(better(zab, vote, own) ? candidate(vote) : own);
    } else if (better(zab, vote, this.#vote)) this.#elect(candidate(vote));
    this.#votes.set(from, candidate(vote));
    this.#count();
  }

  /** A majority has agreed for a while, and nobody has come with a better vote. */
  onDecide(): void {
    if (this.#zab.role === 'looking' && this.#agreeing() >= this.#zab.quorum) this.#decide();
  }

  #own(): Candidate {
    const { env, history } = this.#zab;
    return { leader: env.id, current: history.current, zxid: history.last };
  }

  #elect(vote: Candidate): void {
    const { env } = this.#zab;
    this.#vote = vote;
    this.#votes.set(env.id, vote);
    env.cancelTimer('decide');
    this.tick();
  }

  #agreeing(): number {
    const { leader, current, zxid } = this.#vote;
    let count = 0;
    for (const vote of this.#votes.values()) {
      if (vote.leader === leader && vote.current === current && vote.zxid === zxid) count++;
    }
    return count;
  }

  #count(): void {
    const { env, options, quorum, others } = this.#zab;
    const agreeing = this.#agreeing();
    if (agreeing > others.length) this.#decide();
    else if (agreeing >= quorum) env.setTimer('decide', options['finalize-wait']);
  }

  #decide(): void {
    const zab = this.#zab;
    if (this.#vote.leader === zab.env.id) zab.lead();
    else zab.follow(this.#vote.leader);
  }

  #tell(to: string): void {
    const { env, role, established } = this.#zab;
    const vote: Vote = { type: 'vote', round: this.#round, ...this.#vote, state: role, established };
    env.send(to, vote);
  }
}

function candidate({ leader, current, zxid }: Candidate): Candidate {
  return { leader, current, zxid };
}

// How a leader is chosen: randomized timeouts, a pre-vote that disturbs nobody, then the vote (paper 5.2, thesis 9.6).
import { FailureDetector } from '../shared/failure-detector.js';
import type { AskVote, Vote } from './messages.js';
import type { Raft } from './raft.js';

export class Election {
  readonly #raft: Raft;
  readonly #detector: FailureDetector;
  /** Votes of the round under way, by position. */
  #granted: Uint8Array;

  constructor(raft: Raft) {
    const { env, options } = raft;
    const timeout = options['election-timeout'];
    this.#raft = raft;
    this.#detector = new FailureDetector(env, 'election', () => env.random.between(timeout, 2 * timeout));
    this.#granted = new Uint8Array(raft.voters.ids.length);
  }

  start(): void {
    // A node that restarts has forgotten whose lease it supports: it must not vote before that lease has run out.
    if (this.#raft.options.reads === 'lease') this.heard();
    this.arm();
  }

  /** A leader lives. */
  heard(): void {
    this.#detector.heard();
  }

  arm(): void {
    this.#detector.arm();
  }

  /** No round is under way any more. */
  stop(): void {
    this.#raft.env.cancelTimer('retry');
    if (this.#raft.leads) this.#detector.disarm();
  }

  onTimeout(): void {
    const raft = this.#raft;
    if (raft.leads) return;
    raft.reads.expire();
    if (!this.#detector.expired()) return;
    if (this.#stands()) this.#begin(true);
    else this.#forget();
  }

  /** Asks again whoever has not agreed: a request may be lost, and a refusal outdated once the leader is silent for longer. */
  onRetry(): void {
    const { role } = this.#raft;
    if (role !== 'pre-candidate' && role !== 'candidate') return;
    this.#ask(role === 'pre-candidate');
  }

  onAskVote(from: string, ask: AskVote): void {
    const raft = this.#raft;
    // Someone who hears a leader helps nobody to depose it (thesis 4.2.3); leases rest on this.
    const content = raft.leads || this.#detector.silence < raft.options['election-timeout'];
    if (content || ask.term < raft.term) {
      this.#answer(from, ask.pre, false, raft.term);
      return;
    }
    const { log } = raft;
    const current = log.isCoveredBy(ask.lastIndex, ask.lastTerm);
    if (ask.pre) {
      const granted = current && ask.term > raft.term;
      this.#answer(from, true, granted, granted ? ask.term : raft.term);
      return;
    }
    const free = ask.term > raft.term || log.vote === null || log.vote === from;
    if (ask.term > raft.term) raft.follow(ask.term, null);
    const granted = current && free;
    if (granted) {
      if (log.vote === null) log.cast(ask.term, from);
      // Gives the candidate time to win before this node competes.
      this.arm();
    }
    this.#answer(from, false, granted, ask.term);
  }

  onVote(from: number, vote: Vote): void {
    const raft = this.#raft;
    if (!vote.granted && vote.term > raft.term) {
      raft.follow(vote.term, null);
      return;
    }
    const pre = raft.role === 'pre-candidate';
    if (!vote.granted || vote.pre !== pre || vote.term !== (pre ? raft.term + 1 : raft.term)) return;
    if (!pre && raft.role !== 'candidate') return;
    this.#granted[from] = 1;
    this.#count();
  }

  /**
   * Who has no vote waits to be spoken to. But as long as nobody may know that it has left, only its log may be complete: then
   * it seeks election all the same, without a vote of its own (thesis 4.2.2).
   */
  #stands(): boolean {
    const { commit, log, voters } = this.#raft;
    return voters.votes || (log.configured?.index ?? 0) > commit;
  }

  #forget(): void {
    const raft = this.#raft;
    raft.follow(raft.term, null);
    this.arm();
  }

  #begin(pre: boolean): void {
    const raft = this.#raft;
    const { env, log, voters } = raft;
    if (raft.leader !== null) raft.reads.leaderChanged();
    raft.leader = null;
    raft.role = pre ? 'pre-candidate' : 'candidate';
    if (!pre) log.cast(log.term + 1, env.id);
    if (this.#granted.length < voters.ids.length) this.#granted = new Uint8Array(voters.ids.length);
    this.#granted.fill(0);
    this.#granted[voters.self] = 1;
    this.arm();
    raft.announce();
    this.#ask(pre);
    this.#count();
  }

  #ask(pre: boolean): void {
    const { env, log, voters, options } = this.#raft;
    const term = pre ? log.term + 1 : log.term;
    const { cluster } = options;
    for (const i of voters.peers) {
      if (this.#granted[i] === 1) continue;
      const ask: AskVote = { type: 'ask-vote', cluster, term, pre, lastIndex: log.last, lastTerm: log.lastTerm };
      env.send(voters.ids[i]!, ask);
    }
    env.setTimer('retry', options.heartbeat);
  }

  #count(): void {
    const raft = this.#raft;
    if (!raft.voters.agreed(this.#granted)) return;
    if (raft.role === 'pre-candidate') this.#begin(false);
    else raft.lead();
  }

  #answer(to: string, pre: boolean, granted: boolean, term: number): void {
    const vote: Vote = { type: 'vote', term, pre, granted };
    this.#raft.env.send(to, vote);
  }
}

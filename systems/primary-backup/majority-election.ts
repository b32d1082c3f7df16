// The election by majority: a trial that disturbs nobody, then votes, one per node and epoch, for the most up-to-date log.
import type { Body } from '../../framework/contracts/message.js';
import type { Milliseconds } from '../../framework/contracts/time.js';
import { FailureDetector } from '../shared/failure-detector.js';
import { Quorum } from '../shared/quorum.js';
import type { Election } from './election.js';
import { type AskVote, isAskVote, isVote, type Vote } from './messages.js';
import type { PrimaryBackup } from './node.js';

/**
 * Two majorities share a node, and that gives each epoch once: so an epoch has one primary. Whoever acknowledged a write is
 * in every majority where a majority has each write: so the primary has all of them (Raft, sections 5.2 and 5.4).
 */
export class MajorityElection implements Election {
  readonly #node: PrimaryBackup;
  readonly #detector: FailureDetector;
  readonly #granted: Quorum;

  /** `patience` draws how long a node bears silence before it stands. */
  constructor(node: PrimaryBackup, patience: () => Milliseconds) {
    this.#node = node;
    this.#detector = new FailureDetector(node.env, 'election', patience);
    this.#granted = new Quorum(node.members.majority);
  }

  start(): void {
    this.#detector.arm();
  }

  heard(): void {
    this.#detector.heard();
  }

  arm(): void {
    this.#detector.arm();
  }

  stop(): void {
    this.#node.env.cancelTimer('retry');
    if (this.#node.leads) this.#detector.disarm();
  }

  timeout(timer: string): boolean {
    if (timer === 'election') this.#onSilence();
    else if (timer === 'retry') this.#onRetry();
    else return false;
    return true;
  }

  receive(from: number, body: Body): boolean | null {
    if (body.type === 'ask-vote') {
      if (!isAskVote(body)) return false;
      this.#onAskVote(this.#node.members.ids[from]!, body);
      return true;
    }
    if (body.type !== 'vote') return null;
    if (!isVote(body)) return false;
    this.#onVote(from, body);
    return true;
  }

  term(epoch: number): number {
    return epoch;
  }

  #onSilence(): void {
    const node = this.#node;
    if (node.leads) return;
    node.reads.expire();
    if (this.#detector.expired()) this.#begin(true);
  }

  /** Asks again whoever has not agreed: a request may be lost, and a refusal outdated once the primary is silent for longer. */
  #onRetry(): void {
    const { role } = this.#node;
    if (role === 'trial' || role === 'candidate') this.#ask(role === 'trial');
  }

  #onAskVote(from: string, ask: AskVote): void {
    const node = this.#node;
    const { log, options } = node;
    // Someone who hears a primary helps nobody to depose it.
    const content = node.leads || this.#detector.silence < options['election-timeout'];
    if (content || ask.epoch < node.epoch) {
      this.#answer(from, ask.trial, false, node.epoch);
      return;
    }
    const current = log.isCoveredBy(ask.lastIndex, ask.lastEpoch);
    if (ask.trial) {
      const granted = current && ask.epoch > node.epoch;
      this.#answer(from, true, granted, granted ? ask.epoch : node.epoch);
      return;
    }
    const free = ask.epoch > node.epoch || log.vote === null || log.vote === from;
    if (ask.epoch > node.epoch) node.follow(ask.epoch, null);
    const granted = current && free;
    if (granted) {
      if (log.vote === null) log.cast(ask.epoch, from);
      // Gives the candidate time to win before this node competes.
      this.arm();
    }
    this.#answer(from, false, granted, ask.epoch);
  }

  #onVote(from: number, vote: Vote): void {
    const node = this.#node;
    if (!vote.granted && vote.epoch > node.epoch) {
      node.follow(vote.epoch, null);
      return;
    }
    const trial = node.role === 'trial';
    if (!vote.granted || vote.trial !== trial || vote.epoch !== (trial ? node.epoch + 1 : node.epoch)) return;
    if (!trial && node.role !== 'candidate') return;
    this.#granted.add(from);
    this.#count();
  }

  #begin(trial: boolean): void {
    const node = this.#node;
    const { env, log, members } = node;
    if (!trial) log.cast(log.term + 1, env.id);
    node.stand(trial ? 'trial' : 'candidate');
    this.#granted.clear();
    this.#granted.add(members.self);
    this.arm();
    this.#ask(trial);
    this.#count();
  }

  #ask(trial: boolean): void {
    const { env, log, members, options } = this.#node;
    const epoch = trial ? log.term + 1 : log.term;
    for (let i = 0; i < members.ids.length; i++) {
      if (this.#granted.has(i)) continue;
      const ask: AskVote = { type: 'ask-vote', epoch, trial, lastIndex: log.last, lastEpoch: log.lastTerm };
      env.send(members.ids[i]!, ask);
    }
    env.setTimer('retry', options.heartbeat);
  }

  #count(): void {
    if (!this.#granted.reached) return;
    if (this.#node.role === 'trial') this.#begin(false);
    else this.#node.lead();
  }

  #answer(to: string, trial: boolean, granted: boolean, epoch: number): void {
    const vote: Vote = { type: 'vote', epoch, trial, granted };
    this.#node.env.send(to, vote);
  }
}

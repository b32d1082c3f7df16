// How a node comes to propose: it notices that nobody does, and has a majority promise its ballot (phase 1).
import { type Ballot, compareBallots, NO_BALLOT, nextBallot } from '../shared/ballot.js';
import { FailureDetector } from '../shared/failure-detector.js';
import { Quorum } from '../shared/quorum.js';
import type { Prepare, Promised, Pvalue, Refusal } from './messages.js';
import type { MultiPaxos } from './paxos.js';

/** The widest range of waits, in election timeouts. */
const MOST_ATTEMPTS = 4;

/**
 * One prepare covers all slots that are not chosen yet. Two proposers could outbid each other for ever; so waits are drawn at
 * random, from a range that grows with every attempt in vain, and whoever hears a leader promises nothing to others.
 */
export class Election {
  readonly #paxos: MultiPaxos;
  readonly #detector: FailureDetector;
  readonly #promises: Quorum;
  /** By slot, the value of the highest ballot among those that the promises report. */
  readonly #best = new Map<number, Pvalue>();
  /** All up to here is chosen, says a promise. */
  #top = 0;
  /** The node that said so. */
  #source = '';
  /** The highest ballot that a refusal named. */
  #highest: Ballot = NO_BALLOT;
  #attempts = 0;

  constructor(paxos: MultiPaxos) {
    const { env, options } = paxos;
    const timeout = options['election-timeout'];
    this.#paxos = paxos;
    this.#detector = new FailureDetector(env, 'election', () =>
      env.random.between(timeout, timeout * (2 + this.#attempts)),
    );
    this.#promises = new Quorum(paxos.majority);
  }

  /** A leader lives. */
  heard(): void {
    this.#detector.heard();
    this.#attempts = 0;
  }

  arm(): void {
    this.#detector.arm();
  }

  /** No ballot is being prepared any more. */
  stop(): void {
    this.#paxos.env.cancelTimer('retry');
    if (this.#paxos.leads) this.#detector.disarm();
    this.#best.clear();
  }

  /** True when this node hears a leader, or is it, and so promises nothing to `candidate`, another node. */
  defends(candidate: string): boolean {
    const { leads, leader, options } = this.#paxos;
    if (leads) return true;
    return leader !== null && leader !== candidate && this.#detector.silence < options['election-timeout'];
  }

  /** Somebody leads with a lower ballot than this node prepares: it will come with a higher one. */
  yields(): void {
    if (this.#paxos.role === 'candidate') this.#paxos.follow(null);
  }

  onTimeout(): void {
    const paxos = this.#paxos;
    if (paxos.leads) return;
    paxos.reads.expire();
    if (this.#detector.expired()) this.#begin();
  }

  /** Asks again whoever has not promised: messages may be lost, and a refusal outdated once the leader is silent for longer. */
  onRetry(): void {
    if (this.#paxos.role !== 'candidate') return;
    this.#ask();
    if (this.#promises.reached) this.#paxos.learner.fetch(this.#top, this.#source);
  }

  onPromise(from: number, src: string, { ballot, chosen, accepted }: Promised): void {
    const { role, ballot: own, learner, options } = this.#paxos;
    if (role !== 'candidate' || compareBallots(ballot, own) !== 0 || !this.#promises.add(from)) return;
    // Planted bug: what others have accepted is ignored.
    if (options.bug !== 'choose-own-value') this.#weigh(accepted);
    if (chosen > this.#top) {
      this.#top = chosen;
      this.#source = src;
    }
    learner.learn(accepted.filter(({ slot }) => slot <= chosen));
    if (chosen > learner.chosen) learner.fetch(chosen, src);
    this.proceed();
  }

  /** An acceptor has promised a higher ballot to somebody: a leader prepares a higher one still, at once. */
  onRefusal({ ballot, promised }: Refusal): void {
    const { role, ballot: own } = this.#paxos;
    if (role === 'follower' || compareBallots(ballot, own) !== 0 || compareBallots(promised, own) <= 0) return;
    if (compareBallots(promised, this.#highest) > 0) this.#highest = promised;
    if (role === 'leader') this.#begin();
  }

  /** Leads once a majority has promised and all is known that one of it knows to be chosen. */
  proceed(): void {
    const { role, learner } = this.#paxos;
    if (role !== 'candidate' || !this.#promises.reached || learner.chosen < this.#top) return;
    const commands: unknown[] = [];
    let last = learner.chosen;
    for (const slot of this.#best.keys()) if (slot > last) last = slot;
    // A slot of which no promise knows a value may get any: a no-op, so that the slots after it can be applied.
    for (let slot = learner.chosen + 1; slot <= last; slot++) commands.push(this.#best.get(slot)?.command ?? null);
    this.#attempts = 0;
    this.#paxos.lead(commands);
  }

  #begin(): void {
    const paxos = this.#paxos;
    const { acceptor, learner, env } = paxos;
    const above = compareBallots(this.#highest, acceptor.promised) > 0 ? this.#highest : acceptor.promised;
    paxos.campaign(nextBallot(above, env.id));
    this.#promises.clear();
    this.#promises.add(paxos.self);
    this.#best.clear();
    this.#weigh(acceptor.between(learner.chosen + 1, acceptor.last));
    this.#top = learner.chosen;
    this.#attempts = Math.min(this.#attempts + 1, MOST_ATTEMPTS);
    this.arm();
    this.#ask();
    this.proceed();
  }

  #ask(): void {
    const { env, ballot, learner, self, options } = this.#paxos;
    for (let place = 0; place < env.nodes.length; place++) {
      if (place === self || this.#promises.has(place)) continue;
      const prepare: Prepare = { type: 'prepare', ballot, from: learner.chosen + 1 };
      env.send(env.nodes[place]!, prepare);
    }
    env.setTimer('retry', options.heartbeat);
  }

  #weigh(values: readonly Pvalue[]): void {
    for (const value of values) {
      const best = this.#best.get(value.slot);
      if (best === undefined || compareBallots(value.ballot, best.ballot) > 0) this.#best.set(value.slot, value);
    }
  }
}

// The election without a majority: among those that answer, the highest random id wins, and has them confirm it.
import type { Body } from '../../framework/contracts/message.js';
import { FailureDetector } from '../shared/failure-detector.js';
import { Quorum } from '../shared/quorum.js';
import type { Election } from './election.js';
import { type Answer, type Claim, type Confirm, isAnswer, isClaim, isConfirm } from './messages.js';
import type { PrimaryBackup } from './node.js';

const IDS = 2 ** 32;

/** A round of this node: it claims an epoch, and then has those confirm who agreed. */
interface Round {
  epoch: number;
  confirming: boolean;
  agreed: Quorum;
  confirmed: Quorum;
}

/**
 * The bully algorithm (Garcia-Molina, "Elections in a Distributed Computing System", 1982) with ids drawn at random. It needs
 * to know who is alive and does not: whoever does not answer may be dead or behind a partition, with a primary of its own.
 *
 * Epochs are `round * members + position of the primary`, so that two primaries never write into one epoch; people see the
 * round, and that is where two of them meet.
 */
export class HighestIdElection implements Election {
  readonly #node: PrimaryBackup;
  readonly #detector: FailureDetector;
  readonly #id: number;
  #round: Round | null = null;
  /** The highest epoch heard of. */
  #known = 0;

  constructor(node: PrimaryBackup) {
    const { env, options } = node;
    const timeout = options['election-timeout'];
    this.#node = node;
    this.#detector = new FailureDetector(env, 'election', () => env.random.between(timeout, 2 * timeout));
    this.#id = env.random.int(IDS);
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
    this.#round = null;
    this.#node.env.cancelTimer('round');
    if (this.#node.leads) this.#detector.disarm();
  }

  timeout(timer: string): boolean {
    if (timer === 'election') this.#onSilence();
    else if (timer === 'round') this.#onRoundEnds();
    else return false;
    return true;
  }

  receive(from: number, body: Body): boolean | null {
    switch (body.type) {
      case 'claim':
        if (!isClaim(body)) return false;
        this.#onClaim(from, body);
        return true;
      case 'confirm':
        if (!isConfirm(body)) return false;
        this.#onConfirm(from, body);
        return true;
      case 'claim-answer':
      case 'confirm-answer':
        if (!isAnswer(body)) return false;
        this.#onAnswer(from, body);
        return true;
      default:
        return null;
    }
  }

  term(epoch: number): number {
    return Math.floor(epoch / this.#node.members.ids.length);
  }

  #onSilence(): void {
    const node = this.#node;
    if (node.leads) return;
    node.reads.expire();
    if (this.#detector.expired()) this.#begin();
  }

  #begin(): void {
    const node = this.#node;
    const { env, members, options } = node;
    const size = members.ids.length;
    const epoch = (this.term(Math.max(node.epoch, this.#known)) + 1) * size + members.self;
    this.#round = { epoch, confirming: false, agreed: new Quorum(size - 1), confirmed: new Quorum(size - 1) };
    node.stand('candidate');
    this.arm();
    const claim: Claim = { type: 'claim', epoch, id: this.#id };
    for (const id of members.ids) if (id !== env.id) env.send(id, claim);
    env.setTimer('round', options['election-timeout'] / 2);
  }

  #onClaim(from: number, { epoch, id }: Claim): void {
    const node = this.#node;
    this.#known = Math.max(this.#known, epoch);
    const lower = id < this.#id || (id === this.#id && from < node.members.self);
    const agreed = !this.#content && epoch > node.epoch && !lower;
    this.#answer('claim-answer', from, epoch, agreed);
    if (this.#content) return;
    if (lower && this.#round === null) this.#begin();
    else if (agreed) {
      // The other one is ahead; should it fail, this node tries again.
      this.#giveUp();
      this.arm();
    }
  }

  #onConfirm(from: number, { epoch }: Confirm): void {
    const node = this.#node;
    const agreed =
      !this.#content && (epoch > node.epoch || (epoch === node.epoch && node.log.vote === this.#name(from)));
    if (agreed && epoch > node.epoch) {
      node.follow(epoch, null);
      node.log.cast(epoch, this.#name(from));
      this.arm();
    }
    this.#answer('confirm-answer', from, epoch, agreed);
  }

  #onAnswer(from: number, { type, epoch, agreed, current }: Answer): void {
    this.#known = Math.max(this.#known, current);
    const round = this.#round;
    if (round === null || round.epoch !== epoch || round.confirming !== (type === 'confirm-answer')) return;
    if (!agreed) {
      // Somebody has a higher id, or a primary.
      this.#giveUp();
      this.arm();
      return;
    }
    (round.confirming ? round.confirmed : round.agreed).add(from);
    if (round.confirming && round.confirmed.count === round.agreed.count) this.#win(round);
  }

  /** Whoever was to answer has had the time. */
  #onRoundEnds(): void {
    const round = this.#round;
    if (round === null) return;
    const { env, members, options } = this.#node;
    if (round.confirming) {
      // Somebody agreed and is gone: who is left is to be asked again.
      this.#begin();
      return;
    }
    if (round.agreed.count === 0) {
      this.#win(round);
      return;
    }
    round.confirming = true;
    const confirm: Confirm = { type: 'confirm', epoch: round.epoch };
    for (const [i, id] of members.ids.entries()) if (round.agreed.has(i)) env.send(id, confirm);
    env.setTimer('round', options['election-timeout'] / 2);
  }

  #win({ epoch }: Round): void {
    const node = this.#node;
    node.log.cast(epoch, node.env.id);
    node.lead();
  }

  #giveUp(): void {
    if (this.#round !== null) this.#node.follow(this.#node.epoch, null);
  }

  /** Someone who hears a primary helps nobody to depose it. */
  get #content(): boolean {
    return this.#node.leads || this.#detector.silence < this.#node.options['election-timeout'];
  }

  #name(position: number): string {
    return this.#node.members.ids[position]!;
  }

  #answer(type: Answer['type'], to: number, epoch: number, agreed: boolean): void {
    const answer: Answer = { type, epoch, agreed, current: this.#node.epoch };
    this.#node.env.send(this.#name(to), answer);
  }
}

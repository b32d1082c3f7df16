// The consensus core: one node as proposer, acceptor and learner of a sequence of slots (Lamport, Paxos Made Simple, 2001).
import { errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { type Ballot, ballotTerm, compareBallots, isBallot, NO_BALLOT } from '../shared/ballot.js';
import { ConfirmedReads, type ReadHost } from '../shared/confirmed-reads.js';
import { OwnProposals } from '../shared/own-proposals.js';
import { majorityOf } from '../shared/quorum.js';
import type { Machine, ReplicatedLog } from '../shared/replicated-log.js';
import { Acceptor } from './acceptor.js';
import { Election } from './election.js';
import { Leader } from './leader.js';
import { Learner } from './learner.js';
import * as shape from './messages.js';
import type { PaxosOptions } from './options.js';

export type Role = 'follower' | 'candidate' | 'leader';

/**
 * Safety rests on three things: promises and accepted values on disk before any message that follows from them leaves (the
 * runtime sees to it), the rule of the acceptor (`#onPrepare`, `#onAccept`), and the rule of the proposer (`Election`): what a
 * majority reports decides what may be proposed.
 */
export class MultiPaxos implements ReplicatedLog, ReadHost {
  readonly env: Environment;
  readonly options: PaxosOptions;
  readonly machine: Machine;
  /** Places of nodes in `env.nodes`. */
  readonly self: number;
  readonly majority: number;
  readonly proposals: OwnProposals;
  readonly acceptor: Acceptor;
  readonly election: Election;
  readonly proposer: Leader;
  readonly learner: Learner;
  readonly reads: ConfirmedReads;
  role: Role = 'follower';
  /** Who leads, as far as known. */
  leader: string | null = null;
  /** As candidate and leader: the ballot that is this node's own. */
  ballot: Ballot = NO_BALLOT;
  readonly #places: ReadonlyMap<string, number>;
  #reported = '';

  constructor(env: Environment, options: PaxosOptions, machine: Machine) {
    this.env = env;
    this.options = options;
    this.machine = machine;
    this.self = env.nodes.indexOf(env.id);
    this.majority = majorityOf(env.nodes.length);
    this.#places = new Map(env.nodes.map((id, place) => [id, place]));
    this.proposals = new OwnProposals(machine);
    this.acceptor = new Acceptor(env.log, options.bug === 'forget-promise');
    this.election = new Election(this);
    this.proposer = new Leader(this);
    this.learner = new Learner(this);
    this.reads = new ConfirmedReads(this, this.proposer, options['election-timeout']);
  }

  get leads(): boolean {
    return this.role === 'leader';
  }

  /** All slots up to here are chosen, and applied as soon as that is known. */
  get commit(): number {
    return this.learner.chosen;
  }

  get applied(): number {
    return this.learner.chosen;
  }

  get reign(): Ballot {
    return this.ballot;
  }

  /** A number for the highest ballot that this node knows of first hand; every ballot has its own. */
  get term(): number {
    const ballot = this.role === 'follower' ? this.acceptor.promised : this.ballot;
    return ballotTerm(ballot, this.env.nodes);
  }

  start(): void {
    this.acceptor.recover();
    this.learner.recover();
    this.election.arm();
    this.announce();
  }

  propose(command: unknown, token: unknown): boolean {
    if (this.role !== 'leader') return false;
    this.proposer.propose(command, token);
    return true;
  }

  read(token: unknown): void {
    this.reads.read(token);
  }

  answers(): boolean {
    return this.leads;
  }

  learn(ballot: unknown, index: number, from: string): void {
    if (isBallot(ballot)) this.learner.upTo(ballot, index, from);
  }

  receive(message: Message): boolean {
    const { body, src } = message;
    const from = this.#places.get(src) ?? -1;
    switch (body.type) {
      case 'prepare':
        if (from < 0 || !shape.isPrepare(body, src)) break;
        this.#onPrepare(src, body);
        return true;
      case 'promise':
        if (from < 0 || !shape.isPromise(body)) break;
        this.election.onPromise(from, src, body);
        return true;
      case 'refuse':
        if (from < 0 || !shape.isRefusal(body)) break;
        this.election.onRefusal(body);
        return true;
      case 'accept':
        if (from < 0 || !shape.isAccept(body, src)) break;
        this.#onAccept(src, body);
        return true;
      case 'accepted':
        if (from < 0 || !shape.isAccepted(body)) break;
        if (this.leads && compareBallots(body.ballot, this.ballot) === 0) this.proposer.onAccepted(from, body);
        return true;
      case 'fetch':
        if (from < 0 || !shape.isFetch(body)) break;
        this.learner.onFetch(src, body);
        return true;
      case 'chosen':
        if (from < 0 || !shape.isChosen(body)) break;
        this.learner.onChosen(src, body);
        return true;
      case 'checkpoint':
        if (from < 0 || !shape.isPart(body)) break;
        this.learner.onPart(src, body);
        return true;
      case 'ask-index':
      case 'read-index':
        if (from < 0 || !this.reads.receive(src, body)) break;
        return true;
      default:
        return false;
    }
    this.env.reply(message, errorBody(RPC.malformedRequest, `malformed ${body.type}, or not from a member`));
    return true;
  }

  timeout(timer: string): boolean {
    switch (timer) {
      case 'election':
        this.election.onTimeout();
        return true;
      case 'retry':
        this.election.onRetry();
        return true;
      case 'heartbeat':
        this.proposer.onHeartbeat();
        return true;
      case 'flush':
        this.proposer.onFlush();
        return true;
      default:
        return false;
    }
  }

  /** Stops proposing, if it did, and takes `leader` for the one that does. */
  follow(leader: string | null): void {
    const { role } = this;
    this.role = 'follower';
    if (leader !== this.leader) this.reads.leaderChanged();
    this.leader = leader;
    this.announce();
    if (role === 'follower') return;
    this.election.stop();
    this.proposer.stop();
    this.#abandon();
    this.election.arm();
  }

  /** Prepares a ballot. What a leader has proposed may still be chosen by it, so its callers go on waiting. */
  campaign(ballot: Ballot): void {
    if (this.leader !== null) this.reads.leaderChanged();
    if (this.leads) this.proposer.stop();
    this.role = 'candidate';
    this.leader = null;
    this.ballot = ballot;
    this.acceptor.promise(ballot);
    this.announce();
  }

  /** A majority has promised: `commands` are for the slots that follow the chosen ones. */
  lead(commands: readonly unknown[]): void {
    this.role = 'leader';
    this.leader = this.env.id;
    this.election.stop();
    this.announce();
    this.proposer.begin(commands);
  }

  /** Tells the world beside the network who this node thinks it is, when that has changed. */
  announce(): void {
    const { role, leader, term } = this;
    const state = `${role} ${term} ${leader}`;
    if (state === this.#reported) return;
    this.#reported = state;
    const { number, node } = role === 'follower' ? this.acceptor.promised : this.ballot;
    const { chosen } = this.learner;
    this.env.report({ role, term, leader, ballot: number, chosen, last: this.acceptor.last });
    const follows = leader === null || leader === this.env.id ? '' : ` of ${leader}`;
    this.env.print(`ballot ${number} ${node}: ${role}${follows}, chosen to ${chosen}`);
  }

  #onPrepare(src: string, { ballot, from }: shape.Prepare): void {
    const { acceptor, election } = this;
    const order = compareBallots(ballot, acceptor.promised);
    if (order < 0 || (order > 0 && election.defends(src))) {
      this.#refuse(src, ballot);
      return;
    }
    if (order > 0) {
      acceptor.promise(ballot);
      this.follow(null);
      // Gives the proposer time to win before this node competes.
      election.arm();
    }
    const { chosen } = this.learner;
    // What is chosen is fetched when there is much of it, or when a checkpoint has swallowed it.
    const near = from > acceptor.base && chosen - from < this.options['max-batch'];
    const accepted = acceptor.between(near ? from : chosen + 1, acceptor.last);
    const promise: shape.Promised = { type: 'promise', ballot, chosen, accepted };
    this.env.send(src, promise);
  }

  #onAccept(src: string, { ballot, first, commands, chosen, stamp }: shape.Accept): void {
    const { acceptor, learner } = this;
    const order = compareBallots(ballot, acceptor.promised);
    // Planted bug: the promise does not count.
    if (order < 0 && this.options.bug !== 'accept-lower-ballot') {
      this.#refuse(src, ballot);
      this.election.yields();
      return;
    }
    if (order > 0) acceptor.promise(ballot);
    if (order > 0 || this.role !== 'follower' || this.leader !== src) this.follow(src);
    this.election.heard();
    for (let i = 0; i < commands.length; i++) {
      const slot = first + i;
      if (slot > learner.chosen) acceptor.accept({ slot, ballot, command: commands[i] });
    }
    const answer: shape.Accepted = { type: 'accepted', ballot, first, count: commands.length, stamp };
    this.env.send(src, answer);
    learner.upTo(ballot, chosen, src);
  }

  #refuse(src: string, ballot: Ballot): void {
    const refusal: shape.Refusal = { type: 'refuse', ballot, promised: this.acceptor.promised };
    this.env.send(src, refusal);
  }

  /** Nobody can tell what will become of the own proposals. */
  #abandon(): void {
    this.proposals.abandon();
    for (const token of this.proposer.drop()) this.machine.lost(token);
  }
}

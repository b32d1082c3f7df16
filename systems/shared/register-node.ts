// A node of a register store that decides by Paxos without a leader: acceptor of every register, proposer of what its clients ask.
//
// Which instances there are, and what becomes of a decision, is the protocol's own (CASPaxos: one instance for each register, whose
// later ballots change the value; with learning: one instance for each version).
import { type Body, errorBody, type Message, RPC } from '../../framework/contracts/message.js';
import type { Key } from '../../framework/contracts/operation.js';
import type { Environment, Protocol } from '../../framework/contracts/protocol.js';
import { type Ballot, compareBallots, isBallot, nextBallot } from './ballot.js';
import { RegisterAcceptor } from './register-acceptor.js';
import {
  acceptBody,
  isKey,
  type Proposal,
  parseHolding,
  parseProposal,
  prepareBody,
  stateBody,
} from './register-messages.js';
import { Queries } from './register-queries.js';
import type { Chosen } from './register-query.js';
import { carryOut, readBody, type State, type Task } from './register-state.js';
import { Attempt, Turn } from './register-turn.js';
import { parseRequest } from './requests.js';

export interface RegisterOptions {
  /** Milliseconds. */
  resend: number;
  /** Milliseconds. */
  'give-up': number;
  /** Milliseconds: the longest pause after the first lost attempt. */
  backoff: number;
  'fast-reads': boolean;
  'compact-after': number;
}

const RESEND = 'resend';
const MOST_DOUBLINGS = 5;

/** Questions that one incarnation can number. Ids stay exact integers for two million starts. */
const IDS_PER_INCARNATION = 2 ** 31;

export abstract class RegisterNode implements Protocol {
  protected readonly env: Environment;
  protected readonly acceptor: RegisterAcceptor;
  /** This node's place in the cluster's list. */
  protected readonly self: number;
  readonly #options: RegisterOptions;
  readonly #places: ReadonlyMap<string, number>;
  readonly #patience: number;
  readonly #turns = new Map<Key, Turn>();
  /** By the name of the timer that ends the pause. */
  readonly #backingOff = new Map<string, Turn>();
  readonly #queries: Queries;
  #turnCount = 0;
  #tick = 0;
  #ticking = false;

  constructor(env: Environment, options: RegisterOptions, forgetful = false) {
    this.env = env;
    this.#options = options;
    this.acceptor = new RegisterAcceptor(env.log, { compactAfter: options['compact-after'], forgetful });
    this.#places = new Map(env.nodes.map((node, place) => [node, place]));
    this.self = this.#places.get(env.id)!;
    this.#patience = Math.ceil(options['give-up'] / options.resend);
    this.#queries = new Queries(env, this.acceptor.incarnation * IDS_PER_INCARNATION, {
      answered: (task, chosen) => this.#onChosen(task, chosen),
      open: (task) => this.enqueue(task),
      expired: (task) => this.#giveUp(task),
    });
  }

  start(): void {
    this.acceptor.start();
    this.env.print(`start ${this.acceptor.incarnation}, holding ${this.acceptor.size} registers`);
  }

  receive(message: Message): void {
    const { type, msg_id: id } = message.body;
    if (type === 'read' || type === 'write' || type === 'cas') this.#onRequest(message);
    else if (this.#places.has(message.src)) this.onPeer(message);
    else if (id !== undefined) this.#refuse(message, RPC.notSupported, `a register has no ${type}`);
  }

  timeout(timer: string): void {
    if (timer === RESEND) this.#onTick();
    const turn = this.#backingOff.get(timer);
    if (turn === undefined) return;
    this.#backingOff.delete(timer);
    this.#begin(turn);
  }

  // --- the protocol's own ---

  /** Begins an attempt for everything in `turn.batch`: `prepare`, unless the protocol knows better. */
  protected open(turn: Turn): void {
    this.prepare(turn);
  }

  /** A majority has promised: `propose`, or answer. */
  protected abstract promised(turn: Turn, attempt: Attempt): void;

  /** A majority has accepted this: it is chosen. */
  protected abstract chosen(turn: Turn, attempt: Attempt, state: State): void;

  /** A query found this to be chosen. */
  protected found(_key: Key, _chosen: Chosen): void {}

  /** The acceptor is at another instance than the proposal: true when that was all there is to say. */
  protected elsewhere(_from: string, _proposal: Proposal): boolean {
    return false;
  }

  #onChosen(task: Task, chosen: Chosen): void {
    const { key } = task.request;
    this.answer(task, readBody(chosen.state, key));
    this.found(key, chosen);
  }

  /** This node's acceptor has accepted what another node proposed. */
  protected acceptedFor(_proposal: Proposal): void {}

  protected read(task: Task): void {
    if (this.#options['fast-reads']) {
      this.#queries.ask(task, this.self, this.acceptor.cell(task.request.key), this.#nextDue());
      this.#keepTicking();
    } else this.enqueue(task);
  }

  protected onPeer(message: Message): void {
    switch (message.body.type) {
      case 'prepare':
      case 'accept':
        this.#onProposal(message);
        break;
      case 'promised':
      case 'accepted':
      case 'refused':
        this.#onAnswer(message);
        break;
      case 'query':
        this.#onQuery(message);
        break;
      case 'state':
        this.#queries.receive(this.#places.get(message.src)!, message.body);
        break;
    }
  }

  // --- requests ---

  #onRequest(message: Message): void {
    const request = parseRequest(message.body);
    if (typeof request === 'string') this.#refuse(message, RPC.malformedRequest, request);
    else if (this.acceptor.requests.note(message.src, request.id)) {
      const deadline = this.#tick + this.#patience;
      const task = { request, message, deadline, outcomes: [], tried: 0, reply: null };
      if (request.op === 'read') this.read(task);
      else this.enqueue(task);
    }
  }

  protected answer(task: Task, body: Body): void {
    this.env.reply(task.message, body);
  }

  #refuse(message: Message, code: number, text: string): void {
    this.env.reply(message, errorBody(code, text));
  }

  // --- acceptor ---

  #onProposal(message: Message): void {
    const proposal = parseProposal(message);
    if (proposal === null || this.elsewhere(message.src, proposal)) return;
    const { key, ballot, state, next } = proposal;
    if (state === null ? this.acceptor.prepare(key, ballot) : this.acceptor.accept(key, ballot, state, next, null)) {
      this.env.send(message.src, state === null ? this.#promise(key, ballot) : { type: 'accepted', key, ballot });
      if (state !== null) this.acceptedFor(proposal);
    } else {
      this.env.send(message.src, { type: 'refused', key, ballot, promised: this.acceptor.cell(key).promised });
    }
  }

  #promise(key: Key, ballot: Ballot): Body {
    const { accepted, state } = this.acceptor.cell(key);
    return { type: 'promised', key, ballot, accepted, state };
  }

  #onQuery(message: Message): void {
    const { op, key } = message.body;
    if (typeof op === 'number' && isKey(key)) this.env.send(message.src, stateBody(op, this.acceptor.cell(key)));
  }

  // --- proposer ---

  protected enqueue(task: Task): void {
    const { key } = task.request;
    let turn = this.#turns.get(key);
    if (turn === undefined) {
      turn = new Turn(`backoff ${this.#turnCount++}`, key);
      this.#turns.set(key, turn);
    }
    turn.waiting.push(task);
    if (turn.attempt === null && !this.#backingOff.has(turn.timer)) this.#begin(turn);
  }

  protected turnOf(key: Key): Turn | undefined {
    return this.#turns.get(key);
  }

  /** A ballot above every one that this node has promised (so above all its own, in every life) or heard of. */
  protected freshBallot(turn: Turn): Ballot {
    const { promised } = this.acceptor.cell(turn.key);
    return nextBallot({ number: Math.max(promised.number, turn.seen), node: '' }, this.env.id);
  }

  protected newAttempt(turn: Turn, ballot: Ballot): Attempt {
    const { version, chosen } = this.acceptor.cell(turn.key);
    const attempt = new Attempt(ballot, version + 1, chosen, this.env.nodes.length);
    turn.attempt = attempt;
    return attempt;
  }

  /** First phase. */
  protected prepare(turn: Turn): void {
    const attempt = this.newAttempt(turn, this.freshBallot(turn));
    this.acceptor.prepare(turn.key, attempt.ballot);
    const { accepted, state } = this.acceptor.cell(turn.key);
    attempt.promised(this.self, accepted, state);
    this.#broadcast(turn, attempt);
    this.#advance(turn, attempt);
  }

  /** What the batch makes of `state` in this attempt; the same object when it changes nothing. */
  protected carryOut({ batch }: Turn, { ballot, version }: Attempt, state: State): State {
    return carryOut(state, batch, { place: this.self, round: ballot.number, version });
  }

  /** Second phase. `next`: a ballot that whoever accepts promises at once. */
  protected propose(turn: Turn, attempt: Attempt, state: State, next: Ballot | null = null): void {
    attempt.propose(state, next);
    const asked = turn.batch.map(({ message, request }) => [message.src, request.id] as const);
    if (this.acceptor.accept(turn.key, attempt.ballot, state, next, asked)) attempt.accepted(this.self);
    else {
      attempt.refused(this.self);
      this.acceptor.remember(asked);
    }
    this.#broadcast(turn, attempt);
    this.#advance(turn, attempt);
  }

  #onAnswer({ src, body }: Message): void {
    const { type, key, ballot, accepted, state, promised } = body;
    const turn = isKey(key) ? this.#turns.get(key) : undefined;
    const attempt = turn?.attempt;
    const place = this.#places.get(src)!;
    if (turn === undefined || attempt == null || !isBallot(ballot)) return;
    if (compareBallots(ballot, attempt.ballot) !== 0) return;
    if (type === 'refused' && isBallot(promised)) {
      turn.seen = Math.max(turn.seen, promised.number);
      attempt.refused(place);
    } else if (type === 'accepted' && attempt.proposal !== null) attempt.accepted(place);
    else if (type === 'promised' && attempt.proposal === null) {
      const holding = parseHolding({ type, version: 0, chosen: attempt.base, accepted, state });
      if (holding === null) return;
      attempt.promised(place, holding.accepted, holding.state);
    }
    this.#advance(turn, attempt);
  }

  #advance(turn: Turn, attempt: Attempt): void {
    if (attempt.isLost) this.#lose(turn);
    else if (!attempt.reached) return;
    else if (attempt.proposal === null) this.promised(turn, attempt);
    else this.chosen(turn, attempt, attempt.proposal);
  }

  /** Every task of the batch has its reply, and what it rests on is chosen. */
  protected finish(turn: Turn): void {
    const { batch } = turn;
    turn.batch = [];
    for (const task of batch) if (task.reply !== null) this.answer(task, task.reply);
    this.reopen(turn);
  }

  /** The attempt is over, and nobody outbid it: the next one begins at once if anybody waits. */
  protected reopen(turn: Turn): void {
    turn.losses = 0;
    this.#begin(turn);
  }

  #begin(turn: Turn): void {
    turn.attempt = null;
    if (turn.isEmpty) {
      this.#turns.delete(turn.key);
      return;
    }
    turn.gather();
    turn.resend.begin(this.#nextDue());
    this.#keepTicking();
    this.open(turn);
  }

  /** Waits for a random time, so that two proposers do not go on outbidding each other. */
  #lose(turn: Turn): void {
    turn.attempt = null;
    const longest = this.#options.backoff * 2 ** Math.min(turn.losses, MOST_DOUBLINGS);
    turn.losses++;
    this.#backingOff.set(turn.timer, turn);
    this.env.setTimer(turn.timer, this.env.random.between(0, longest));
  }

  /** Sends what the phase asks to every node that has not answered it. */
  #broadcast({ key }: Turn, attempt: Attempt): void {
    const body = attempt.proposal === null ? prepareBody : acceptBody;
    this.env.nodes.forEach((node, place) => {
      if (!attempt.hasHeard(place)) this.env.send(node, body(key, attempt));
    });
  }

  // --- time ---

  #onTick(): void {
    this.#tick++;
    this.#queries.tick(this.#tick);
    for (const turn of this.#turns.values()) this.#remindTurn(turn);
    this.#ticking = false;
    this.#keepTicking();
  }

  #remindTurn(turn: Turn): void {
    turn.waiting = turn.waiting.filter((task) => this.#isInTime(task));
    turn.batch = turn.batch.filter((task) => this.#isInTime(task));
    const { attempt } = turn;
    if (turn.isEmpty) this.#abandon(turn);
    else if (attempt === null || !turn.resend.isDue(this.#tick)) return;
    else if (attempt.isContested) this.#lose(turn);
    else this.#broadcast(turn, attempt);
  }

  #isInTime(task: Task): boolean {
    if (this.#tick < task.deadline) return true;
    this.#giveUp(task);
    return false;
  }

  /** Somebody may yet complete what was tried. */
  #giveUp(task: Task): void {
    this.answer(task, errorBody(RPC.timeout, 'no majority answered'));
  }

  #abandon(turn: Turn): void {
    this.#turns.delete(turn.key);
    if (this.#backingOff.delete(turn.timer)) this.env.cancelTimer(turn.timer);
  }

  /** The timer may be about to fire: what finds it running waits for the tick after the next. */
  #nextDue(): number {
    return this.#tick + (this.#ticking ? 2 : 1);
  }

  #keepTicking(): void {
    if (this.#ticking || this.#queries.size + this.#turns.size === 0) return;
    this.#ticking = true;
    this.env.setTimer(RESEND, this.#options.resend);
  }
}

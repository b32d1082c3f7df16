// One node of paxos-gossip: each version of a register is decided by a quorum, and what was decided spreads by gossip.
//
// Lamport: "Paxos made simple", 2001: one instance for each version of a register. Version n+1 is a change of version n, so an
// acceptor takes part in the instance after the newest version that it has learned; whoever asks it for another instance either
// tells it the version before (`base`), or is told that the instance is over (`decided`).
import type { Message } from '../../framework/contracts/message.js';
import type { Key } from '../../framework/contracts/operation.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { isKey, isVersion, type Proposal } from '../shared/register-messages.js';
import { RegisterNode, type RegisterOptions } from '../shared/register-node.js';
import type { Chosen } from '../shared/register-query.js';
import { areInDoubt, isState, outcomeIn, readBody, type State, type Task } from '../shared/register-state.js';
import type { Attempt, Turn } from '../shared/register-turn.js';
import { Gossip, type GossipOptions, type Learned } from './gossip.js';

export interface PaxosGossipOptions extends RegisterOptions, GossipOptions {
  reads: 'quorum' | 'local';
  bug: 'none' | 'learn-undecided';
}

export class PaxosGossipNode extends RegisterNode implements Learned {
  readonly #reads: PaxosGossipOptions['reads'];
  readonly #learnsUndecided: boolean;
  readonly #gossip: Gossip;

  constructor(env: Environment, options: PaxosGossipOptions) {
    super(env, options);
    this.#reads = options.reads;
    this.#learnsUndecided = options.bug === 'learn-undecided';
    this.#gossip = new Gossip(env, options, this);
    for (const { key, version } of this.acceptor.cells()) if (version > 0) this.#gossip.note(key);
  }

  override start(): void {
    super.start();
    this.#gossip.start();
  }

  override timeout(timer: string): void {
    if (!this.#gossip.timeout(timer)) super.timeout(timer);
  }

  get incarnation(): number {
    return this.acceptor.incarnation;
  }

  version(key: Key): number {
    return this.acceptor.cell(key).version;
  }

  state(key: Key): State {
    return this.acceptor.cell(key).chosen;
  }

  /** Takes a decision, and whatever this node has under way for an instance that is thereby over goes on with the next one. */
  learn(key: Key, version: number, state: State): void {
    if (!this.acceptor.learn(key, version, state)) return;
    this.#gossip.note(key);
    const turn = this.turnOf(key);
    if (turn === undefined) return;
    this.#settle(turn, state);
    if (turn.attempt !== null && turn.attempt.version <= version) this.reopen(turn);
  }

  protected override promised(turn: Turn, attempt: Attempt): void {
    const { found, version, base } = attempt;
    // An attempt of somebody else may have succeeded: it must be brought to its end before anything else is proposed.
    if (found !== null && attempt.isSettled) this.learn(turn.key, version, found);
    else if (found !== null) this.propose(turn, attempt, found);
    else {
      const isCertain = !areInDoubt(turn.batch, version);
      const state = this.carryOut(turn, attempt, base);
      if (isCertain && state === base) this.finish(turn);
      else this.propose(turn, attempt, state);
    }
  }

  protected override chosen(turn: Turn, { version }: Attempt, state: State): void {
    this.learn(turn.key, version, state);
  }

  protected override found(key: Key, { version, state }: Chosen): void {
    this.learn(key, version, state);
  }

  protected override elsewhere(from: string, { key, version, base, ballot }: Proposal): boolean {
    const cell = this.acceptor.cell(key);
    if (version <= cell.version) {
      this.env.send(from, { type: 'decided', key, ballot, version: cell.version, state: cell.chosen });
      return true;
    }
    if (base !== null && version > cell.version + 1) this.learn(key, version - 1, base);
    return false;
  }

  /** Planted bug: takes what it has accepted for decided, before a majority has. */
  protected override acceptedFor({ key, version, state }: Proposal): void {
    if (this.#learnsUndecided && state !== null) this.learn(key, version, state);
  }

  protected override read(task: Task): void {
    const { key } = task.request;
    if (this.#reads === 'local') this.answer(task, readBody(this.state(key), key));
    else super.read(task);
  }

  protected override onPeer(message: Message): void {
    const { type, key, version, state } = message.body;
    if (type === 'gossip' || type === 'gossip_ok') this.#gossip.receive(message);
    else if (type !== 'decided') super.onPeer(message);
    else if (isKey(key) && isVersion(version) && isState(state)) this.learn(key, version, state);
  }

  /** Answers those that had a part in a decided state. The others were not carried out, and never will be by past attempts. */
  #settle(turn: Turn, state: State): void {
    turn.batch = turn.batch.filter((task) => {
      const reply = outcomeIn(task, state, this.self);
      if (reply !== null) this.answer(task, reply);
      return reply === null;
    });
  }
}

// One node of CASPaxos: registers that are changed by functions, each register one Paxos instance for ever.
//
// Rystsov: "CASPaxos: Replicated state machines without logs", 2018. A proposer reads the state by its prepare phase, changes it
// and writes the new one by its accept phase; the acceptors' rules are those of single-decree Paxos.
import type { Key } from '../../framework/contracts/operation.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { type Ballot, compareBallots, nextBallot } from '../shared/ballot.js';
import { RegisterNode, type RegisterOptions } from '../shared/register-node.js';
import { areInDoubt, INITIAL, type State } from '../shared/register-state.js';
import type { Attempt, Turn } from '../shared/register-turn.js';

export interface CasPaxosOptions extends RegisterOptions {
  'one-round-trip': boolean;
  bug: 'none' | 'forget-accepted' | 'skip-prepare';
}

/** A majority has promised this ballot, which nobody has used, and has accepted nothing newer than this state. */
interface Ready {
  readonly ballot: Ballot;
  readonly state: State;
}

export class CasPaxosNode extends RegisterNode {
  readonly #oneRoundTrip: boolean;
  readonly #bug: CasPaxosOptions['bug'];
  /** In memory only: a ballot that an earlier life may have used is never used again. */
  readonly #ready = new Map<Key, Ready>();

  constructor(env: Environment, options: CasPaxosOptions) {
    super(env, options, options.bug === 'forget-accepted');
    this.#oneRoundTrip = options['one-round-trip'];
    this.#bug = options.bug;
  }

  protected override open(turn: Turn): void {
    const ready = this.#takeReady(turn.key) ?? this.#unread(turn);
    if (ready === null) this.prepare(turn);
    else {
      const attempt = this.newAttempt(turn, ready.ballot);
      this.#accept(turn, attempt, this.carryOut(turn, attempt, ready.state));
    }
  }

  protected override promised(turn: Turn, attempt: Attempt): void {
    const state = attempt.found ?? INITIAL;
    const isCertain = attempt.isSettled && !areInDoubt(turn.batch, attempt.version);
    const changed = this.carryOut(turn, attempt, state);
    if (isCertain && changed === state) this.finish(turn);
    else this.#accept(turn, attempt, changed);
  }

  protected override chosen(turn: Turn, { next }: Attempt, state: State): void {
    if (next !== null) this.#ready.set(turn.key, { ballot: next, state });
    this.finish(turn);
  }

  #accept(turn: Turn, attempt: Attempt, state: State): void {
    this.propose(turn, attempt, state, this.#oneRoundTrip ? nextBallot(attempt.ballot, this.env.id) : null);
  }

  /** Worth trying only while this node's own acceptor has heard of no higher ballot; safe in any case. */
  #takeReady(key: Key): Ready | null {
    const ready = this.#ready.get(key);
    if (ready === undefined) return null;
    this.#ready.delete(key);
    return compareBallots(this.acceptor.cell(key).promised, ready.ballot) === 0 ? ready : null;
  }

  /** Planted bug: takes what this node has accepted for what a majority would have said. */
  #unread(turn: Turn): Ready | null {
    if (this.#bug !== 'skip-prepare') return null;
    return { ballot: this.freshBallot(turn), state: this.acceptor.cell(turn.key).state ?? INITIAL };
  }
}

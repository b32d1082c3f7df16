// For tests: what Paxos promises of its nodes' states, checked after every step.
import { type Ballot, compareBallots, NO_BALLOT } from '../../shared/ballot.js';
import type { Pvalue } from '../messages.js';
import type { MultiPaxos } from '../paxos.js';

interface Seen {
  paxos: MultiPaxos;
  promised: Ballot;
  chosen: number;
  last: number;
}

/** Collects what broke, in words; empty while Paxos is Paxos. */
export class Laws {
  readonly broken: string[] = [];
  /** By slot, the command that the first node to apply it had. */
  readonly #applied = new Map<number, unknown>();
  /** By slot and ballot, the command that was accepted. */
  readonly #proposed = new Map<string, unknown>();
  /** By term, who led it. */
  readonly #leaders = new Map<number, string>();
  readonly #seen = new Map<string, Seen>();

  /** Slots that some node has applied. */
  get applied(): number {
    return this.#applied.size;
  }

  /** Ballots that led. */
  get reigns(): number {
    return this.#leaders.size;
  }

  observe(paxos: MultiPaxos): void {
    const { id } = paxos.env;
    let seen = this.#seen.get(id);
    if (seen?.paxos !== paxos) {
      const chosen = paxos.acceptor.checkpoint?.index ?? 0;
      seen = { paxos, promised: seen?.promised ?? NO_BALLOT, chosen, last: chosen };
      this.#seen.set(id, seen);
    }
    this.#promises(paxos, seen);
    this.#accepts(paxos, seen);
    this.#applies(paxos, seen);
    if (paxos.leads) this.#leads(paxos);
  }

  /** A promise holds for ever, restarts included. */
  #promises(paxos: MultiPaxos, seen: Seen): void {
    const { promised } = paxos.acceptor;
    if (compareBallots(promised, seen.promised) < 0) this.broken.push(`${paxos.env.id} went back on its promise`);
    seen.promised = promised;
  }

  /** One ballot proposes one value for a slot. */
  #accepts(paxos: MultiPaxos, seen: Seen): void {
    const { acceptor } = paxos;
    for (let slot = seen.last + 1; slot <= acceptor.last; slot++) {
      const value = acceptor.at(slot);
      if (value === undefined) continue;
      const { ballot } = value;
      this.#agree(this.#proposed, `${slot} ${ballot.number} ${ballot.node}`, value, 'was proposed in one ballot');
    }
    seen.last = Math.max(seen.chosen, acceptor.last - 8);
  }

  /** Whoever applies a slot applies the same command, and no slot is applied before those before it. */
  #applies(paxos: MultiPaxos, seen: Seen): void {
    const { learner, acceptor } = paxos;
    if (learner.chosen < seen.chosen) this.broken.push(`${paxos.env.id} took slots back`);
    for (let slot = seen.chosen + 1; slot <= learner.chosen; slot++) {
      const value = acceptor.at(slot);
      if (value !== undefined) this.#agree(this.#applied, slot, value, 'was applied');
    }
    seen.chosen = learner.chosen;
  }

  #agree<K>(known: Map<K, unknown>, key: K, { slot, command }: Pvalue, what: string): void {
    if (!known.has(key)) known.set(key, command);
    const before = known.get(key);
    if (before === command) return;
    const [text, other] = [JSON.stringify(command), JSON.stringify(before)];
    if (text !== other) this.broken.push(`slot ${slot}: ${text} ${what}, and so was ${other}`);
  }

  /** No two nodes lead one term. */
  #leads(paxos: MultiPaxos): void {
    const { term } = paxos;
    const before = this.#leaders.get(term);
    if (before !== undefined && before !== paxos.env.id) this.broken.push(`term ${term} has two leaders`);
    this.#leaders.set(term, paxos.env.id);
  }
}

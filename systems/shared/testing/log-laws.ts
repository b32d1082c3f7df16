// For tests: what holds of every log that a leader replicates, checked on the state of nodes as it changes.
import type { Entry, EntryLog } from '../entry-log.js';
import type { ReplicatedLog } from '../replicated-log.js';

interface Replica<E extends Entry> extends ReplicatedLog {
  readonly env: { readonly id: string };
  /** The index up to which this node knows entries to be committed. */
  readonly commit: number;
  readonly log: Pick<EntryLog<E>, 'term' | 'last' | 'at' | 'termAt'> & {
    readonly snapshot: { readonly index: number };
  };
}

interface Seen<L> {
  node: L;
  commit: number;
  /** The latest term that this node led. */
  led: number;
}

/** Collects what broke, in words; empty while the protocol keeps its promises. */
export class LogLaws<E extends Entry, L extends Replica<E>> {
  readonly broken: string[] = [];
  /** Committed entries by index, as the first node to commit them had them, with the term that it was in. */
  readonly committed = new Map<number, { entry: E; term: number }>();
  readonly #leaders = new Map<number, string>();
  readonly #seen = new Map<string, Seen<L>>();
  #highest = 0;

  /** Terms that had a leader. */
  get reigns(): number {
    return this.#leaders.size;
  }

  observe(node: L): void {
    const { env, log, commit } = node;
    let seen = this.#seen.get(env.id);
    if (seen?.node !== node) {
      seen = { node, commit: log.snapshot.index, led: -1 };
      this.#seen.set(env.id, seen);
    }
    if (node.leads && seen.led !== log.term) {
      seen.led = log.term;
      this.elected(node);
    }
    if (commit < seen.commit) this.broken.push(`${env.id} takes back ${commit + 1} to ${seen.commit}`);
    for (let i = seen.commit + 1; i <= commit; i++) this.#commits(node, i);
    seen.commit = commit;
    if (commit > log.last) this.broken.push(`${env.id} has committed more than it has`);
  }

  /** One leader for each term (election safety), which has all that was committed before (leader completeness). */
  protected elected({ env: { id }, log }: L): void {
    const { term } = log;
    const other = this.#leaders.get(term);
    if (other !== undefined && other !== id) this.broken.push(`term ${term} has two leaders: ${other} and ${id}`);
    this.#leaders.set(term, id);
    for (let i = log.snapshot.index + 1; i <= this.#highest; i++) {
      const known = this.committed.get(i);
      if (known !== undefined && known.term < term && log.termAt(i) !== known.entry.term) {
        this.broken.push(`${id} leads term ${term} without the committed entry ${i}`);
        return;
      }
    }
  }

  protected same(a: E, b: E): boolean {
    return a.command === b.command;
  }

  /** All nodes commit the same (state machine safety). */
  #commits({ env, log }: L, index: number): void {
    const entry = log.at(index);
    if (entry === undefined) return;
    const known = this.committed.get(index);
    if (known === undefined) {
      this.committed.set(index, { entry, term: log.term });
      this.#highest = Math.max(this.#highest, index);
    } else if (known.entry.term !== entry.term || !this.same(known.entry, entry)) {
      this.broken.push(`${env.id} commits another entry ${index} than was committed before`);
    }
  }
}

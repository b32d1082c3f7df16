// The five properties of figure 3 of the Raft paper, and the rules of section 6, checked on the state of nodes as it changes.
import type { Configuration } from '../configuration.js';
import type { Entry } from '../messages.js';
import type { Raft } from '../raft.js';

const sameNodes = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id) => b.includes(id));

/** A majority of either decides nothing that a majority of the other does not know: joint steps, or no change at all. */
function mayFollow(before: Configuration, after: Configuration): boolean {
  if (before.next !== null) return after.next === null && sameNodes(before.next, after.members);
  return sameNodes(before.members, after.members);
}

interface Seen {
  raft: Raft;
  commit: number;
  term: number;
  config: Configuration;
}

const sameContent = (a: Entry, b: Entry) => a.command === b.command && a.config === b.config;

/** Collects what broke, in words; empty while Raft is Raft. */
export class Laws {
  readonly broken: string[] = [];
  readonly #leaders = new Map<number, string>();
  /** Committed entries by index, as the first node to commit them had them, with the term that it was in. */
  readonly #committed = new Map<number, { entry: Entry; reign: number }>();
  /** By index, what was looked at last: mostly all nodes have the very same. */
  readonly #latest: { entry: Entry; prevTerm: number }[] = [];
  /** Entries by index and term. */
  readonly #entries = new Map<string, { entry: Entry; prevTerm: number }>();
  readonly #seen = new Map<string, Seen>();
  #highest = 0;
  #steps = 0;

  get committed(): number {
    return this.#highest;
  }

  /** Terms that had a leader. */
  get reigns(): number {
    return this.#leaders.size;
  }

  /** Configurations that followed one another, as far as they were committed. */
  get changes(): number {
    let count = 0;
    for (const { entry } of this.#committed.values()) if (entry.config?.next === null) count++;
    return count;
  }

  observe(raft: Raft): void {
    const { id } = raft.env;
    let seen = this.#seen.get(id);
    if (seen?.raft !== raft) {
      seen = { raft, commit: raft.log.snapshot?.index ?? 0, term: 0, config: raft.configuration };
      this.#seen.set(id, seen);
    }
    if (raft.leads && seen.term !== raft.term) {
      seen.term = raft.term;
      this.#elected(raft);
    }
    if (raft.commit > seen.commit) {
      for (let i = seen.commit + 1; i <= raft.commit; i++) this.#commits(raft, i);
      seen.commit = raft.commit;
    }
    this.#changes(raft, seen);
    if (++this.#steps % 64 === 0) this.#matches(raft);
  }

  /** Election safety and leader completeness. */
  #elected(raft: Raft): void {
    const { id } = raft.env;
    const other = this.#leaders.get(raft.term);
    if (other !== undefined && other !== id) this.broken.push(`term ${raft.term} has two leaders: ${other} and ${id}`);
    this.#leaders.set(raft.term, id);
    if (!raft.voters.votes && (raft.log.configured?.index ?? 0) <= raft.commit) {
      this.broken.push(`${id} leads term ${raft.term} and is no member`);
    }
    for (let i = (raft.log.snapshot?.index ?? 0) + 1; i <= this.#highest; i++) {
      const known = this.#committed.get(i);
      if (known !== undefined && known.reign < raft.term && raft.log.termAt(i) !== known.entry.term) {
        this.broken.push(`${id} leads term ${raft.term} without the committed entry ${i}`);
        return;
      }
    }
  }

  /** State machine safety. */
  #commits(raft: Raft, index: number): void {
    const entry = raft.log.at(index);
    if (entry === undefined) return;
    const known = this.#committed.get(index);
    if (known === undefined) {
      this.#committed.set(index, { entry, reign: raft.term });
      this.#highest = Math.max(this.#highest, index);
    } else if (known.entry.term !== entry.term || !sameContent(known.entry, entry)) {
      this.broken.push(`${raft.env.id} commits another entry ${index} than was committed before`);
    }
  }

  /** The latest configuration of the log is in force, and a leader appends only what may follow the one before. */
  #changes(raft: Raft, seen: Seen): void {
    const { configuration, log } = raft;
    if (configuration === seen.config) return;
    const { id } = raft.env;
    const before = seen.config;
    seen.config = configuration;
    if (log.configured !== null && log.configured.config !== configuration) {
      this.broken.push(`${id} ignores the configuration of entry ${log.configured.index}`);
    }
    if (raft.leads && !mayFollow(before, configuration)) {
      this.broken.push(`${id} goes from ${JSON.stringify(before)} to ${JSON.stringify(configuration)} in one step`);
    }
  }

  /** Log matching, and that terms never fall. */
  #matches(raft: Raft): void {
    for (let i = (raft.log.snapshot?.index ?? 0) + 1; i <= raft.log.last; i++) {
      const entry = raft.log.at(i);
      if (entry === undefined) continue;
      const prevTerm = raft.log.termAt(i - 1);
      const latest = this.#latest[i];
      if (latest?.entry === entry && latest.prevTerm === prevTerm) continue;
      this.#latest[i] = { entry, prevTerm };
      const known = this.#entries.get(`${i} ${entry.term}`);
      if (known === undefined) this.#entries.set(`${i} ${entry.term}`, { entry, prevTerm });
      else if (!sameContent(known.entry, entry) || known.prevTerm !== prevTerm) {
        this.broken.push(`two logs differ at or before entry ${i} of term ${entry.term}`);
      }
      if (prevTerm > entry.term) this.broken.push(`terms fall at entry ${i} of ${raft.env.id}`);
    }
  }
}

// The five properties of figure 3 of the Raft paper, and the rules of section 6, checked on the state of nodes as it changes.
import { LogLaws } from '../../shared/testing/log-laws.js';
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

/** Collects what broke, in words; empty while Raft is Raft. */
export class Laws extends LogLaws<Entry, Raft> {
  /** By index, what was looked at last: mostly all nodes have the very same. */
  readonly #latest: { entry: Entry; prevTerm: number }[] = [];
  /** Entries by index and term. */
  readonly #entries = new Map<string, { entry: Entry; prevTerm: number }>();
  readonly #configurations = new WeakMap<Raft, Configuration>();
  #steps = 0;

  /** Configurations that followed one another, as far as they were committed. */
  get changes(): number {
    let count = 0;
    for (const { entry } of this.committed.values()) if (entry.config?.next === null) count++;
    return count;
  }

  override observe(raft: Raft): void {
    super.observe(raft);
    this.#changes(raft);
    if (++this.#steps % 64 === 0) this.#matches(raft);
  }

  protected override elected(raft: Raft): void {
    super.elected(raft);
    if (!raft.voters.votes && (raft.log.configured?.index ?? 0) <= raft.commit) {
      this.broken.push(`${raft.env.id} leads term ${raft.term} and is no member`);
    }
  }

  protected override same(a: Entry, b: Entry): boolean {
    return a.command === b.command && a.config === b.config;
  }

  /** The latest configuration of the log is in force, and a leader appends only what may follow the one before. */
  #changes(raft: Raft): void {
    const { configuration, log } = raft;
    const before = this.#configurations.get(raft) ?? configuration;
    this.#configurations.set(raft, configuration);
    if (configuration === before) return;
    const { id } = raft.env;
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
      else if (!this.same(known.entry, entry) || known.prevTerm !== prevTerm) {
        this.broken.push(`two logs differ at or before entry ${i} of term ${entry.term}`);
      }
      if (prevTerm > entry.term) this.broken.push(`terms fall at entry ${i} of ${raft.env.id}`);
    }
  }
}

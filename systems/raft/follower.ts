// The follower's side: makes its log and its state agree with the leader's (paper 5.3 and 7).
import { SnapshotParts } from '../shared/snapshot-transfer.js';
import type { Append, Appended, Install, Installed } from './messages.js';
import type { Raft } from './raft.js';

export class Follower {
  readonly #raft: Raft;
  /** Up to here the log is known to match that of the leader of `#verifiedTerm`. */
  #verified = 0;
  #verifiedTerm = 0;
  readonly #parts = new SnapshotParts();

  constructor(raft: Raft) {
    this.#raft = raft;
  }

  onAppend(from: string, append: Append): void {
    const raft = this.#raft;
    const { log } = raft;
    const { prev, entries, stamp } = append;
    if (!this.#accepts(from, append.term)) {
      // Tells a leader of the past that it is one.
      if (append.term < log.term) this.#answer(from, false, 0, 0, prev, stamp);
      return;
    }
    // What is committed matches every later leader's log: only what comes after needs a look.
    if (prev > raft.commit && log.termAt(prev) !== append.prevTerm) {
      if (prev > log.last) this.#answer(from, false, log.last + 1, 0, prev, stamp);
      else {
        const first = Math.max(log.firstOfTerm(prev), raft.commit + 1);
        this.#answer(from, false, first, log.termAt(prev), prev, stamp);
      }
      return;
    }
    for (const entry of entries) {
      if (entry.index <= raft.commit) continue;
      const term = log.termAt(entry.index);
      if (term === entry.term) continue;
      if (term !== -1) log.truncate(entry.index);
      log.append(entry);
    }
    raft.reconfigure();
    const end = prev + entries.length;
    this.#verify(end);
    raft.advance(Math.min(append.commit, this.#verified));
    this.#answer(from, true, end, 0, prev, stamp);
  }

  /** The leader of `term` says that `index` is committed: true of this log too where the two are known to match. */
  learn(term: unknown, index: number): void {
    if (term === this.#raft.term && term === this.#verifiedTerm && index <= this.#verified) this.#raft.advance(index);
  }

  onInstall(from: string, install: Install): void {
    const raft = this.#raft;
    const parts = this.#parts;
    const { index, indexTerm, offset, items, last, stamp } = install;
    if (!this.#accepts(from, install.term)) {
      if (install.term < raft.term) this.#installed(from, index, 0, false, stamp);
      return;
    }
    if (index <= raft.commit) {
      parts.clear();
      this.#installed(from, index, 0, true, stamp);
      return;
    }
    const added = parts.add(index, indexTerm, offset, items);
    const next = parts.offset;
    if (added && last) this.#restore(install, parts.take());
    this.#installed(from, index, next, added && last, stamp);
  }

  #restore({ index, indexTerm, config }: Install, items: readonly unknown[]): void {
    const raft = this.#raft;
    raft.log.install({ index, term: indexTerm, items, ...(config === null ? {} : { config }) });
    raft.reconfigure();
    raft.machine.restore(items);
    raft.commit = index;
    raft.applied = index;
    this.#verify(index);
    raft.reads.applied();
    raft.snapshots.installed();
  }

  /** Follows the sender if it leads this term or a later one. */
  #accepts(from: string, term: number): boolean {
    const raft = this.#raft;
    if (term < raft.term) return false;
    if (term > raft.term || raft.role !== 'follower' || raft.leader !== from) {
      // Two leaders in one term: only with a planted bug.
      if (raft.leads && term === raft.term) return false;
      raft.follow(term, from);
    }
    raft.election.heard();
    return true;
  }

  #verify(index: number): void {
    const { term } = this.#raft;
    if (this.#verifiedTerm !== term) {
      this.#verifiedTerm = term;
      this.#verified = 0;
    }
    if (index > this.#verified) this.#verified = index;
  }

  #answer(to: string, ok: boolean, index: number, conflictTerm: number, prev: number, stamp: number): void {
    const { env, term } = this.#raft;
    const answer: Appended = { type: 'appended', term, ok, index, conflictTerm, prev, stamp };
    env.send(to, answer);
  }

  #installed(to: string, index: number, offset: number, done: boolean, stamp: number): void {
    const { env, term } = this.#raft;
    const answer: Installed = { type: 'installed', term, index, offset, done, stamp };
    env.send(to, answer);
  }
}

// Delivers what this node owes to others: hints for home nodes that missed a write, and keys whose home nodes have changed.
import type { Core } from './core.js';
import { tagOf, type Versions } from './versions.js';

const HANDOFF = 'handoff';

/** Keys that one node is handed at one time. */
const AT_ONCE = 64;

export class Handoff {
  readonly #core: Core;
  /** Keys that a change of members set on their way, as far as this life knows. */
  readonly #moving = new Set<string>();
  #armed = false;

  constructor(core: Core) {
    this.#core = core;
    for (const { key } of core.replica.debts()) this.#moving.add(key);
  }

  /** At the end of every event. */
  arm(): void {
    const { replica, suspects, env, options } = this.#core;
    if (this.#armed || (!replica.hasDebts && suspects.size === 0)) return;
    this.#armed = true;
    env.setTimer(HANDOFF, options.handoff);
  }

  /** True when the timer was this one's. */
  timeout(timer: string): boolean {
    if (timer !== HANDOFF) return false;
    this.#armed = false;
    const { replica, suspects, outbox } = this.#core;
    for (const node of suspects) outbox.send(node, { kind: 'ping' });
    const sent = new Map<string, number>();
    for (const { key, versions, owed } of replica.debts()) {
      for (const node of owed) {
        const count = sent.get(node) ?? 0;
        if (suspects.has(node) || count === AT_ONCE) continue;
        sent.set(node, count + 1);
        outbox.send(node, { kind: 'hand', key, versions });
      }
    }
    return true;
  }

  /** A node owed this one the key, or takes it for a home node: it keeps it, and passes it on where it belongs. */
  take(key: string, versions: Versions): void {
    this.#core.replica.store(key, versions, this.#core.owedByTaker(key));
  }

  onHanded(node: string, key: string, tag: string): void {
    const { replica } = this.#core;
    replica.settle(key, node, tag);
    if (replica.entry(key)?.owed.length === 0) this.#tidy(key);
  }

  /**
   * The home nodes of keys have changed. Those that are new shall have the key from whoever was a home node before; whoever is one
   * no longer sees to it that all have it, and forgets it only then.
   */
  onMembers(before: (key: string) => readonly string[]): void {
    const { replica, env, options } = this.#core;
    for (const { key, owed } of [...replica.entries()]) {
      const [old, now] = [before(key), this.#core.homesOf(key)];
      const left = old.includes(env.id) && !now.includes(env.id);
      // Planted bug: leaves it to others to hand the key on, though all who hold it may be going.
      if (left && options.bug === 'forget-before-handover') {
        replica.forget(key);
        continue;
      }
      const owes = now.filter((node) => node !== env.id && (left || !old.includes(node) || owed.includes(node)));
      replica.owe(key, owes);
      if (owes.length > 0) this.#moving.add(key);
      else this.#tidy(key);
    }
  }

  /** True when all that this node had to pass on since members changed has arrived. */
  get isSettled(): boolean {
    for (const key of this.#moving) {
      if ((this.#core.replica.entry(key)?.owed.length ?? 0) > 0) return false;
      this.#moving.delete(key);
    }
    return true;
  }

  /** Forgets a key that lives elsewhere, unless this node goes on with a chain of versions of it. */
  #tidy(key: string): void {
    const { replica, isMember } = this.#core;
    const entry = replica.entry(key);
    if (entry === undefined || this.#core.isHome(key) || (entry.actor !== null && isMember)) return;
    replica.forget(key);
  }

  /** Answers `hand`. */
  accept(node: string, key: string, versions: Versions): void {
    this.take(key, versions);
    this.#core.outbox.send(node, { kind: 'handed', key, tag: tagOf(versions) });
  }
}

// Whether all nodes say the same, from report to report: since when they do not, and who says what.
import type { Nanoseconds } from '../../framework/contracts/time.js';
import type { Saying } from './picture.js';

/** Nodes that say the same, with the time at which the last of them began to. */
export interface Group {
  value: string;
  nodes: string[];
  since: Nanoseconds;
}

/** A time in which nodes differed. */
export interface Disagreement {
  from: Nanoseconds;
  to: Nanoseconds;
  /** Whether it lasted until the end. */
  open: boolean;
  /** Who said what when it had lasted as long as it may; null: it never had. */
  groups: Group[] | null;
}

export class Agreement {
  readonly #from: Nanoseconds;
  readonly #within: Nanoseconds;
  readonly #said = new Map<string, { value: string; since: Nanoseconds }>();
  readonly #counts = new Map<string, number>();
  #current: Disagreement | null = null;
  /** In order; those that were over by `from` are left out. */
  readonly disagreements: Disagreement[] = [];
  /** In order of time. */
  readonly sayings: Saying[] = [];
  /** Whether any node has ever said anything. */
  heard = false;

  /** Disagreement counts from the instant `from` on, and may last for `within`. */
  constructor(from: Nanoseconds, within: Nanoseconds) {
    this.#from = from;
    this.#within = within;
  }

  /** From `time` on the node says this; null: nothing, or it does not matter what. Times never go back. */
  say(time: Nanoseconds, node: string, value: string | null): void {
    const before = this.#said.get(node);
    if (before?.value === value || (before === undefined && value === null)) return;
    this.#look(time);
    if (before !== undefined) {
      const left = this.#counts.get(before.value)! - 1;
      if (left === 0) this.#counts.delete(before.value);
      else this.#counts.set(before.value, left);
    }
    if (value === null) this.#said.delete(node);
    else {
      this.heard = true;
      this.#said.set(node, { value, since: time });
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    }
    this.sayings.push({ time, node, value, different: this.#counts.size });
    this.#turn(time);
  }

  /** What goes on at the end is kept as it is. */
  end(time: Nanoseconds): void {
    this.#look(time);
    this.#close(time, true);
  }

  has(node: string): boolean {
    return this.#said.has(node);
  }

  /** Before anything changes: keeps who says what, if it has been so for too long. */
  #look(time: Nanoseconds): void {
    const current = this.#current;
    if (current === null || current.groups !== null) return;
    if (time - Math.max(current.from, this.#from) > this.#within) current.groups = this.#groups();
  }

  #turn(time: Nanoseconds): void {
    const differ = this.#counts.size > 1;
    if (differ === (this.#current !== null)) return;
    if (differ) this.#current = { from: time, to: time, open: false, groups: null };
    else this.#close(time, false);
  }

  #close(time: Nanoseconds, open: boolean): void {
    const current = this.#current;
    if (current !== null && time > this.#from) {
      this.disagreements.push({ ...current, from: Math.max(current.from, this.#from), to: time, open });
    }
    this.#current = null;
  }

  #groups(): Group[] {
    const groups = new Map<string, Group>();
    for (const [node, { value, since }] of this.#said) {
      const group = groups.get(value);
      if (group === undefined) groups.set(value, { value, nodes: [node], since });
      else {
        group.nodes.push(node);
        group.since = Math.max(group.since, since);
      }
    }
    return [...groups.values()];
  }
}

// Tries the orders of a window's operations and remembers, for each operation, the longest legal one that contains it.

import type { History } from '../../../framework/contracts/history.js';
import { canonical } from '../../shared/canonical.js';
import { int32 } from '../../shared/columns.js';
import { type AnyModel, ILLEGAL } from '../models/model.js';
import { NEVER } from '../prepare/partition.js';
import { type Claim, stepOf } from '../proof/verify.js';
import type { Entry, Window } from './window.js';

export const NOWHERE = -1;

/** A configuration: some operations of the window, all that was before it, and the state after them. */
interface Configuration {
  /** A bit for each operation of the window that took effect, 32 to a word. */
  readonly placed: Int32Array;
  readonly state: number;
  /** How many operations took effect since the start of the history: completed ones, and all. */
  readonly completed: number;
  readonly total: number;
  /** The operation that took effect last, and the configuration before it; NOWHERE: an entry. */
  readonly last: number;
  readonly before: number;
  readonly entry: number;
}

const isPlaced = (placed: Int32Array, i: number) => ((placed[i >>> 5]! >>> (i & 31)) & 1) === 1;

/** Which steps are tried. `useful`: only those that can make an order longer, or let it go on. */
export type Mode = 'all' | 'useful';

/**
 * Depth first over configurations, each visited once, so that (in the mode `all`, while the budget lasts) every set of operations
 * and every state that some order leads to is seen. Operations that can never change the state take effect as soon as they can,
 * which only makes orders longer. Of two orders, the one with more completed operations is the longer; then the one with fewer
 * pending ones.
 */
export class Explorer {
  /** Per operation of the window: the longest order that contains it, as a configuration; NOWHERE: none was found. */
  readonly longest: Int32Array;
  /** How many operations of the window, in order of return, can be put in order, as far as known. */
  furthest = -1;
  /** The longest order with all of those. */
  prefix = NOWHERE;
  readonly entries: Entry[] = [];
  readonly #history: History;
  readonly #model: AnyModel;
  readonly #claim: Claim;
  readonly #window: Window;
  readonly #words: number;
  readonly #indexOf: ReadonlyMap<number, number>;
  readonly #all: Configuration[] = [];
  readonly #states: unknown[] = [];
  readonly #stateNumbers = new Map<string | number, number>();
  /** Next state by state * operations + operation. */
  readonly #steps = new Map<number, number>();
  #seen = new Set<string>();
  #waiting: number[] = [];

  constructor(history: History, model: AnyModel, window: Window) {
    this.#history = history;
    this.#model = model;
    this.#claim = { model, initial: null };
    this.#window = window;
    this.#words = Math.ceil(window.count / 32);
    this.#indexOf = new Map([...window.row].map((row, i) => [row, i]));
    this.longest = int32(window.count).fill(NOWHERE);
  }

  /** Configurations visited so far. */
  get visited(): number {
    return this.#all.length;
  }

  /** A way into the window, to explore from; its number. */
  add(entry: Entry): number {
    return this.entries.push(entry) - 1;
  }

  /** Forgets what was visited (but not what was found), so that it can be visited in another way. */
  restart(): void {
    this.#seen = new Set();
  }

  /**
   * Looks at what an entry leads to until so many configurations were visited in all; false: it did not come to the end.
   * `first`: an operation that takes effect as soon as it can.
   */
  explore(entry: number, limit: number, mode: Mode, first = NOWHERE): boolean {
    this.#waiting = [];
    this.#enter(entry);
    for (let at = this.#waiting.pop(); at !== undefined; at = this.#waiting.pop()) {
      if (this.visited >= limit) return false;
      const choices = this.#choices(at, mode);
      // The last to be added is looked at first.
      const ordered = choices.includes(first) ? [first, ...choices.filter((i) => i !== first)] : choices;
      for (const i of ordered.reverse()) this.#visit(this.#after(at, i));
    }
    return true;
  }

  /** The order that leads to a configuration, as rows: those of the entry, then those within the window. */
  rowsOf(configuration: number): number[] {
    const rows: number[] = [];
    let at = this.#all[configuration]!;
    for (; at.before !== NOWHERE; at = this.#all[at.before]!) rows.push(this.#window.row[at.last]!);
    return [...this.entries[at.entry]!.rows, ...rows.reverse()];
  }

  /** Whether an operation of the window took effect. */
  contains(configuration: number, operation: number): boolean {
    return isPlaced(this.#all[configuration]!.placed, operation);
  }

  completed(configuration: number): number {
    return this.#all[configuration]!.completed;
  }

  /** The longer order first. */
  compare(a: number, b: number): number {
    const [one, other] = [this.#all[a]!, this.#all[b]!];
    return other.completed - one.completed || one.total - other.total || a - b;
  }

  /** Completed operations that could come next by their times, but are illegal. */
  illegalNext(configuration: number): number[] {
    const { placed, state } = this.#all[configuration]!;
    const { ret } = this.#window;
    return this.#open(placed).filter((i) => ret[i] !== NEVER && this.#step(state, i) === NOWHERE);
  }

  stateOf(configuration: number): unknown {
    return this.#states[this.#all[configuration]!.state];
  }

  #choices(at: number, mode: Mode): number[] {
    const { placed, state } = this.#all[at]!;
    const legal = this.#open(placed).filter((i) => this.#step(state, i) !== NOWHERE);
    if (mode === 'all') return legal;
    const { action, ret } = this.#window;
    const without = this.#withoutLast(at);
    return legal.filter((i, n) => {
      const next = this.#step(state, i);
      // They are in order of return, and pending ones in order of invocation: the first of equal ones stands for all.
      if (legal.findIndex((other) => action[other] === action[i]) < n) return false;
      if (ret[i] === NEVER && next === state) return false;
      return without === NOWHERE || this.#step(without, i) !== next;
    });
  }

  /** The state without the last operation, if that one is pending: then what comes next should need it. Else NOWHERE. */
  #withoutLast(at: number): number {
    const { last, before } = this.#all[at]!;
    return before !== NOWHERE && this.#window.ret[last] === NEVER ? this.#all[before]!.state : NOWHERE;
  }

  #enter(entry: number): void {
    const { rows, completed, state } = this.entries[entry]!;
    const placed = int32(this.#words);
    for (const row of rows) {
      const i = this.#indexOf.get(row);
      if (i !== undefined) placed[i >>> 5]! |= 1 << (i & 31);
    }
    const start = { placed, state: this.#number(state), completed, total: rows.length };

    this.#visit(this.#all.push({ ...start, last: NOWHERE, before: NOWHERE, entry }) - 1);
  }

  /** The configuration after a step, and those between that only looked. */
  #after(before: number, i: number): number {
    const { placed, state, completed, total, entry } = this.#all[before]!;
    const next = placed.slice();
    next[i >>> 5]! |= 1 << (i & 31);
    return (
      this.#all.push({
        placed: next,
        state: this.#step(state, i),
        completed: completed + (this.#window.ret[i] === NEVER ? 0 : 1),
        total: total + 1,
        last: i,
        before,
        entry,
      }) - 1
    );
  }

  #visit(configuration: number): void {
    let at = configuration;
    for (let pure = this.#pureNext(at); pure !== NOWHERE; pure = this.#pureNext(at)) at = this.#after(at, pure);
    const { placed, state } = this.#all[at]!;
    const text = `${placed.join()},${state},${this.#withoutLast(at)}`;
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    this.#waiting.push(at);
    this.#remember(at);
  }

  #remember(at: number): void {
    const { placed } = this.#all[at]!;
    const { count, ret } = this.#window;
    let level = 0;
    while (level < count && ret[level] !== NEVER && isPlaced(placed, level)) level++;
    if (level > this.furthest || (level === this.furthest && this.compare(at, this.prefix) < 0)) {
      this.furthest = level;
      this.prefix = at;
    }
    for (let i = 0; i < count; i++) {
      if (!isPlaced(placed, i)) continue;
      if (this.longest[i] === NOWHERE || this.compare(at, this.longest[i]!) < 0) this.longest[i] = at;
    }
  }

  #pureNext(at: number): number {
    const { placed, state } = this.#all[at]!;
    const { pure } = this.#window;
    return this.#open(placed).find((i) => pure[i] === 1 && this.#step(state, i) !== NOWHERE) ?? NOWHERE;
  }

  /** What did not take effect yet and was invoked before any other such operation returned. */
  #open(placed: Int32Array): number[] {
    const { count, call, ret } = this.#window;
    const open: number[] = [];
    let deadline = NEVER;
    for (let i = 0; i < count; i++) {
      if (isPlaced(placed, i)) continue;
      // They are in order of return.
      if (deadline === NEVER) deadline = ret[i]!;
      if (call[i]! < deadline) open.push(i);
    }
    return open;
  }

  #step(state: number, i: number): number {
    const at = state * this.#window.count + i;
    let next = this.#steps.get(at);
    if (next === undefined) {
      const after = stepOf(this.#history, this.#claim, this.#states[state], this.#window.row[i]!);
      next = after === ILLEGAL ? NOWHERE : this.#number(after);
      this.#steps.set(at, next);
    }
    return next;
  }

  #number(state: unknown): number {
    const identity = this.#model.identity?.(state) ?? canonical(state);
    let number = this.#stateNumbers.get(identity);
    if (number === undefined) {
      number = this.#states.push(state) - 1;
      this.#stateNumbers.set(identity, number);
    }
    return number;
  }
}

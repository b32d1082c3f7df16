// Decides whether a history is linearizable for any model: just-in-time depth-first search over completions in order of return
// (Wing & Gong 1993; Lowe 2017), with only the choices that can matter.
import { type Machine, NO_STATE } from '../prepare/machine.js';
import { NEVER } from '../prepare/partition.js';
import type { Allowance } from './allowance.js';
import { Cache } from './cache.js';
import { NONE, PendingSets } from './pending-sets.js';
import type { Problem } from './problem.js';

/** `more`: the limit was reached or `stop` said so; call `run` again to go on. */
export type Outcome = 'linearizable' | 'illegal' | 'more';

// A frame is a configuration with its progress. The first part is the configuration itself, as the cache keeps it:
// level, state, the mask, and the set of pending operations in effect.
const LEVEL = 0;
const STATE = 1;
const MASK = 2;
// Behind it: the state before a pending operation that nothing has needed yet (or NO_STATE), the pending group whose
// use led here (or -1), the range of candidates left (FROM is UNTRIED until they are computed), and the set of pending groups
// that were used up where they could have been of use: only through them does the outcome depend on what is in effect.
const BEFORE = 0;
const GROUP = 1;
const FROM = 2;
const NEXT = 3;
const TO = 4;
const DEPENDS = 5;
const EXTRA = 6;

const UNTRIED = -1;
const NO_GROUP = -1;
/** For DEPENDS: the outcome may depend on all groups. Sets larger than this are not worth telling apart. */
const ALL_GROUPS = -1;
const MOST_GROUPS = 16;
/** Candidates are completed operations by index, or pending groups as `~group`. */
const CHECK_EVERY = 1024;

export class Search {
  readonly problem: Problem;
  /** Configurations entered so far. */
  configurations = 0;
  /** Most completions that could be linearized in order of return: all before level `furthest`. */
  furthest = 0;
  readonly #machine: Machine;
  readonly #cache: Cache;
  readonly #sets: PendingSets;
  /** Where the set of pending operations is in a configuration. */
  readonly #pending: number;
  readonly #width: number;
  readonly #stride: number;
  #frames: Int32Array;
  #top = -1;
  /** (candidate, next state) of all frames, one above the other. */
  #candidates = new Int32Array(256);
  #candidatesEnd = 0;
  // The configuration at hand; its first part is laid out as in a frame.
  readonly #now: Int32Array;
  #before = NO_STATE;
  #group = NO_GROUP;
  #entering = true;
  // Open at `#now[LEVEL]`: which operation is in each slot, and bits for all of them and for the pure ones.
  readonly #inSlot: Int32Array;
  readonly #open: Int32Array;
  readonly #openPure: Int32Array;
  /** Group of each pending operation. */
  readonly #groupOf: Int32Array;
  /** Per pending group: operations in effect. */
  readonly #used: Int32Array;
  // Per action of the problem: the open operation with the earliest deadline, if `#seenIn` is the collection at hand.
  readonly #seen: Int32Array;
  readonly #seenIn: Int32Array;
  #collection = 0;

  constructor(machine: Machine, problem: Problem, allowance: Allowance) {
    const { words } = problem;
    this.problem = problem;
    this.#machine = machine;
    this.#pending = MASK + words;
    this.#width = this.#pending + 1;
    this.#stride = this.#width + EXTRA;
    this.#sets = new PendingSets(allowance);
    this.#cache = new Cache(this.#width, this.#sets, allowance);
    this.#frames = new Int32Array(this.#stride * 64);
    this.#now = new Int32Array(this.#width);
    this.#inSlot = new Int32Array(words * 32);
    this.#open = new Int32Array(words);
    this.#openPure = new Int32Array(words);
    this.#used = new Int32Array(problem.pending.count);
    this.#groupOf = new Int32Array(problem.pending.operations.length === 0 ? 0 : problem.count);
    const { count, start, operations } = problem.pending;
    for (let group = 0; group < count; group++) {
      for (let i = start[group]!; i < start[group + 1]!; i++) this.#groupOf[operations[i]!] = group;
    }
    this.#seen = new Int32Array(problem.twins);
    this.#seenIn = new Int32Array(problem.twins);
    this.#now[STATE] = machine.initial;
    if (problem.levels > 0) {
      this.#openUpTo(0, 0);
      this.#settle();
    }
  }

  /** Goes on until there is an answer, `configurations` reaches `limit`, or `stop` (asked now and then) returns true. */
  run(limit: number, stop: () => boolean = () => false): Outcome {
    for (;;) {
      if (this.#entering) {
        if (this.#now[LEVEL] === this.problem.levels) return 'linearizable';
        if (this.configurations >= limit || this.#sets.starved) return 'more';
        if (this.configurations % CHECK_EVERY === CHECK_EVERY - 1 && stop()) return 'more';
        this.configurations++;
        this.#entering = false;
        const known = this.#cache.find(this.#now, 0);
        if (known < 0) {
          this.#push();
        } else {
          if (this.#group !== NO_GROUP) this.#used[this.#group]!--;
          this.#depend(this.#groupsOf(known));
          this.#restore();
        }
      }
      if (this.#tryNext()) this.#entering = true;
      else if (!this.#pop()) return 'illegal';
    }
  }

  /** It cannot go on for lack of memory. */
  get starved(): boolean {
    return this.#sets.starved;
  }

  /** Gives memory back; the search cannot go on. */
  release(): void {
    this.#sets.release();
    this.#cache.release();
    this.#frames = new Int32Array(0);
    this.#candidates = new Int32Array(0);
  }

  /** The completed operation whose return could not be passed, as an index into the problem; -1 when all were. */
  stuckAt(): number {
    return this.problem.order[this.furthest] ?? -1;
  }

  #push(): void {
    this.#top++;
    const at = this.#top * this.#stride;
    if (at + this.#stride > this.#frames.length) {
      const longer = new Int32Array(this.#frames.length * 2);
      longer.set(this.#frames);
      this.#frames = longer;
    }
    this.#frames.set(this.#now, at);
    const extra = at + this.#width;
    this.#frames[extra + BEFORE] = this.#before;
    this.#frames[extra + GROUP] = this.#group;
    this.#frames[extra + FROM] = UNTRIED;
    this.#frames[extra + DEPENDS] = NONE;
  }

  /** Leaves an exhausted configuration for the one before it; false when there is none. */
  #pop(): boolean {
    const at = this.#top * this.#stride;
    const extra = at + this.#width;
    const depends = this.#frames[extra + DEPENDS]!;
    // What was cut off because a pending operation had not been needed yet may still be reachable without that operation.
    if (this.#frames[extra + BEFORE] === NO_STATE) {
      this.#frames[at + this.#pending] = this.#inEffect(this.#frames[at + this.#pending]!, depends);
      this.#cache.add(this.#frames, at);
    }
    const group = this.#frames[extra + GROUP]!;
    if (group !== NO_GROUP) this.#used[group]!--;
    if (this.#frames[extra + FROM] !== UNTRIED) this.#candidatesEnd = this.#frames[extra + FROM]!;
    this.#top--;
    if (this.#top < 0) return false;
    this.#depend(depends);
    this.#restore();
    return true;
  }

  /** The top frame depends on these groups, too. */
  #depend(groups: number): void {
    if (groups === NONE) return;
    const at = this.#top * this.#stride + this.#width + DEPENDS;
    const before = this.#frames[at]!;
    if (before === ALL_GROUPS) return;
    const all = groups === ALL_GROUPS ? ALL_GROUPS : this.#sets.union(before, groups);
    this.#frames[at] = all !== ALL_GROUPS && this.#sets.size(all) > MOST_GROUPS ? ALL_GROUPS : all;
  }

  #groupsOf(operations: number): number {
    if (operations === NONE) return NONE;
    if (this.#sets.size(operations) > MOST_GROUPS * MOST_GROUPS) return ALL_GROUPS;
    let groups = NONE;
    for (const operation of this.#sets.elements(operations)) {
      const group = this.#groupOf[operation]!;
      if (!this.#sets.has(groups, group)) groups = this.#sets.add(groups, group);
    }
    return groups;
  }

  /** Of the pending operations in effect, those of some groups. */
  #inEffect(operations: number, groups: number): number {
    if (groups === NONE || operations === NONE) return NONE;
    if (groups === ALL_GROUPS) return operations;
    return this.#sets.filter(operations, (operation) => this.#sets.has(groups, this.#groupOf[operation]!));
  }

  /** Makes the top frame the configuration at hand. */
  #restore(): void {
    const at = this.#top * this.#stride;
    this.#rewind(this.#frames[at + LEVEL]!);
    for (let i = 0; i < this.#width; i++) this.#now[i] = this.#frames[at + i]!;
  }

  /** Takes the next step from the top frame, which is at hand; false when there is none left. */
  #tryNext(): boolean {
    const extra = this.#top * this.#stride + this.#width;
    const frames = this.#frames;
    if (frames[extra + FROM] === UNTRIED) {
      const from = this.#candidatesEnd;
      frames[extra + FROM] = from;
      frames[extra + NEXT] = from;
      frames[extra + TO] = UNTRIED;
      if (this.#tryReturning(frames[extra + BEFORE]!)) return true;
    }
    if (frames[extra + TO] === UNTRIED) {
      this.#collect(frames[extra + BEFORE]!);
      frames[extra + TO] = this.#candidatesEnd;
    }
    const next = frames[extra + NEXT]!;
    if (next === frames[extra + TO]) return false;
    frames[extra + NEXT] = next + 2;
    this.#take(this.#candidates[next]!, this.#candidates[next + 1]!);
    return true;
  }

  /** First choice: the operation that returns next takes effect now. */
  #tryReturning(before: number): boolean {
    const { order, action } = this.problem;
    const returning = order[this.#now[LEVEL]!]!;
    const next = this.#machine.step(this.#now[STATE]!, action[returning]!);
    if (next === NO_STATE || this.#unneeded(before, action[returning]!, next)) return false;
    this.#take(returning, next);
    return true;
  }

  /**
   * True when the step would come out the same without the pending operation before it: then that one is of no use here, and
   * the same configurations are found without it.
   */
  #unneeded(before: number, action: number, next: number): boolean {
    return before !== NO_STATE && this.#machine.step(before, action) === next;
  }

  /** Other choices: open operations but the returning one, those that make it possible first, then by deadline. */
  #collect(before: number): void {
    const { words, twin, ret, order, action } = this.problem;
    const now = this.#now;
    const state = now[STATE]!;
    const returning = order[now[LEVEL]!]!;
    const from = this.#candidatesEnd;
    const collection = ++this.#collection;
    for (let word = 0; word < words; word++) {
      const bits = this.#open[word]! & ~this.#openPure[word]! & ~now[MASK + word]!;
      for (let left = bits; left !== 0; left &= left - 1) {
        const operation = this.#inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        const t = twin[operation]!;
        if (this.#seenIn[t] === collection && ret[this.#seen[t]!]! < ret[operation]!) continue;
        this.#seenIn[t] = collection;
        this.#seen[t] = operation;
      }
    }
    for (let word = 0; word < words; word++) {
      const bits = this.#open[word]! & ~this.#openPure[word]! & ~now[MASK + word]!;
      for (let left = bits; left !== 0; left &= left - 1) {
        const operation = this.#inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        if (operation === returning || this.#seen[twin[operation]!] !== operation) continue;
        this.#consider(operation, action[operation]!, state, before, false);
      }
    }
    const { unconditional, conditional } = this.problem.pending;
    this.#collectPending(unconditional, before);
    const groups = conditional.get(state);
    if (groups !== undefined) this.#collectPending(groups, before);
    this.#sort(from, action[returning]!);
  }

  #collectPending(groups: readonly number[], before: number): void {
    const { pending, opened, twin } = this.problem;
    const state = this.#now[STATE]!;
    const invoked = opened[this.#now[LEVEL]!]!;
    for (const group of groups) {
      const first = pending.start[group]!;
      // Groups are in order of their first invocation.
      if (pending.operations[first]! >= invoked) break;
      // A completed twin has the earlier deadline.
      if (this.#seenIn[twin[pending.operations[first]!]!] === this.#collection) continue;
      const at = first + this.#used[group]!;
      const left = at < pending.start[group + 1]! && pending.operations[at]! < invoked;
      if (!this.#consider(~group, pending.action[group]!, state, before, true) || left) continue;
      this.#candidatesEnd -= 2;
      this.#depend(this.#sets.add(NONE, group));
    }
  }

  #consider(candidate: number, action: number, state: number, before: number, optional: boolean): boolean {
    const next = this.#machine.step(state, action);
    if (next === NO_STATE || (optional && next === state) || this.#unneeded(before, action, next)) return false;
    if (this.#candidatesEnd + 2 > this.#candidates.length) {
      const longer = new Int32Array(this.#candidates.length * 2);
      longer.set(this.#candidates);
      this.#candidates = longer;
    }
    this.#candidates[this.#candidatesEnd++] = candidate;
    this.#candidates[this.#candidatesEnd++] = next;
    return true;
  }

  /** Insertion sort: there are few candidates, and they are nearly in order. */
  #sort(from: number, returning: number): void {
    const list = this.#candidates;
    for (let i = from + 2; i < this.#candidatesEnd; i += 2) {
      const candidate = list[i]!;
      const next = list[i + 1]!;
      let at = i;
      for (; at > from && this.#goesBefore(candidate, next, list[at - 2]!, list[at - 1]!, returning); at -= 2) {
        list[at] = list[at - 2]!;
        list[at + 1] = list[at - 1]!;
      }
      list[at] = candidate;
      list[at + 1] = next;
    }
  }

  #goesBefore(a: number, nextA: number, b: number, nextB: number, returning: number): boolean {
    const helpsA = this.#machine.step(nextA, returning) !== NO_STATE;
    const helpsB = this.#machine.step(nextB, returning) !== NO_STATE;
    if (helpsA !== helpsB) return helpsA;
    return this.#deadline(a) < this.#deadline(b);
  }

  #deadline(candidate: number): number {
    return candidate < 0 ? NEVER : this.problem.ret[candidate]!;
  }

  /** The candidate takes effect. */
  #take(candidate: number, next: number): void {
    const now = this.#now;
    if (candidate < 0) {
      const group = ~candidate;
      const { start, operations } = this.problem.pending;
      const operation = operations[start[group]! + this.#used[group]!++]!;
      now[this.#pending] = this.#sets.add(now[this.#pending]!, operation);
      this.#before = now[STATE]!;
      this.#group = group;
    } else {
      const slot = this.problem.slot[candidate]!;
      now[MASK + (slot >>> 5)]! |= 1 << (slot & 31);
      this.#before = NO_STATE;
      this.#group = NO_GROUP;
    }
    now[STATE] = next;
    this.#settle();
  }

  /** All that needs no choice: pure operations take effect as soon as they can, and linearized operations return. */
  #settle(): void {
    const { order, slot, levels } = this.problem;
    const now = this.#now;
    if (this.#takePure()) this.#before = NO_STATE;
    for (;;) {
      const level = now[LEVEL]!;
      if (level === levels) break;
      const returning = order[level]!;
      const word = slot[returning]! >>> 5;
      const bit = 1 << (slot[returning]! & 31);
      if ((now[MASK + word]! & bit) === 0) break;
      now[MASK + word]! &= ~bit;
      this.#open[word]! &= ~bit;
      this.#openPure[word]! &= ~bit;
      now[LEVEL] = level + 1;
      this.#before = NO_STATE;
      if (level + 1 < levels) this.#openUpTo(level + 1, this.problem.opened[level]!);
    }
    if (now[LEVEL]! > this.furthest) this.furthest = now[LEVEL]!;
  }

  /** Every open pure operation that is legal takes effect; true when there was one. */
  #takePure(): boolean {
    const { action, words } = this.problem;
    const now = this.#now;
    const state = now[STATE]!;
    let took = false;
    for (let word = 0; word < words; word++) {
      let bits = this.#openPure[word]! & ~now[MASK + word]!;
      for (; bits !== 0; bits &= bits - 1) {
        const bit = bits & -bits;
        const operation = this.#inSlot[word * 32 + 31 - Math.clz32(bit)]!;
        if (this.#machine.step(state, action[operation]!) === NO_STATE) continue;
        now[MASK + word]! |= bit;
        took = true;
      }
    }
    return took;
  }

  /** Opens the operations invoked before the return at `level`, from index `from` on; pure ones take effect if they can. */
  #openUpTo(level: number, from: number): void {
    const { action, slot, opened } = this.problem;
    const { pure } = this.#machine.actions;
    const now = this.#now;
    for (let operation = from; operation < opened[level]!; operation++) {
      const s = slot[operation]!;
      if (s < 0) continue;
      const word = s >>> 5;
      const bit = 1 << (s & 31);
      this.#inSlot[s] = operation;
      this.#open[word]! |= bit;
      if (pure[action[operation]!] === 0) continue;
      this.#openPure[word]! |= bit;
      if (this.#machine.step(now[STATE]!, action[operation]!) !== NO_STATE) now[MASK + word]! |= bit;
    }
  }

  /** Undoes returns and invocations back to `level`; the mask is the caller's. */
  #rewind(level: number): void {
    const { action, slot, opened, order, levels } = this.problem;
    const { pure } = this.#machine.actions;
    for (let at = this.#now[LEVEL]!; at > level; at--) {
      for (let operation = at < levels ? opened[at]! - 1 : -1; operation >= opened[at - 1]!; operation--) {
        const s = slot[operation]!;
        if (s < 0) continue;
        this.#open[s >>> 5]! &= ~(1 << (s & 31));
        this.#openPure[s >>> 5]! &= ~(1 << (s & 31));
      }
      const returned = order[at - 1]!;
      const s = slot[returned]!;
      this.#inSlot[s] = returned;
      this.#open[s >>> 5]! |= 1 << (s & 31);
      if (pure[action[returned]!] === 1) this.#openPure[s >>> 5]! |= 1 << (s & 31);
    }
  }
}

// The choices at a configuration: which operation takes effect next. Only those that can matter, the most promising first.
import { int32 } from '../../shared/columns.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import { NEVER } from '../prepare/partition.js';
import { LEVEL, MASK, STATE } from './configuration.js';
import type { OpenSlots } from './open-slots.js';
import type { Problem } from './problem.js';

/** What the caller may choose from lies on a stack: two integers a choice, who and the state after it. */
export class Candidates {
  /** Completed operations by index, pending groups as `~group`; each with the next state. */
  list = int32(16);
  end = 0;
  /** Pending groups that the last collection would have offered, had they not been used up. */
  readonly usedUp: number[] = [];
  readonly #machine: Machine;
  readonly #problem: Problem;
  readonly #slots: OpenSlots;
  /** Per pending group: operations in effect. */
  readonly #used: Int32Array;
  // Per action of the problem: the open operation with the earliest deadline, if `#seenIn` is the collection at hand.
  readonly #seen: Int32Array;
  readonly #seenIn: Int32Array;
  #collection = 0;

  constructor(machine: Machine, problem: Problem, slots: OpenSlots, used: Int32Array) {
    this.#machine = machine;
    this.#problem = problem;
    this.#slots = slots;
    this.#used = used;
    this.#seen = int32(problem.twins);
    this.#seenIn = int32(problem.twins);
  }

  /**
   * True when the step would come out the same without the pending operation before it (`before` is the state without it): then
   * that one is of no use here, and the same configurations are found without it.
   */
  isUnneeded(before: number, action: number, next: number): boolean {
    return before !== NO_STATE && this.#machine.step(before, action) === next;
  }

  /**
   * Adds all choices at the configuration `now` but the returning operation: those that make that one possible first, then by
   * deadline. Pure operations are none: they took effect as soon as they could.
   */
  collect(now: Int32Array, before: number): void {
    const { words, twin, order, action, pending } = this.#problem;
    const { operation: inSlot, bits, pureBits } = this.#slots;
    const returning = order[now[LEVEL]!]!;
    const from = this.end;
    if (this.usedUp.length > 0) this.usedUp.length = 0;
    this.#findTwins(now);
    for (let word = 0; word < words; word++) {
      let left = bits[word]! & ~pureBits[word]! & ~now[MASK + word]!;
      for (; left !== 0; left &= left - 1) {
        const operation = inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        if (operation === returning || this.#seen[twin[operation]!] !== operation) continue;
        this.#offer(operation, action[operation]!, now[STATE]!, before, false);
      }
    }
    this.#collectPending(now, pending.unconditional, before);
    const groups = pending.conditional.get(now[STATE]!);
    if (groups !== undefined) this.#collectPending(now, groups, before);
    this.#sort(from, action[returning]!);
  }

  /** Of open operations with one action, the one with the earliest deadline stands for all. */
  #findTwins(now: Int32Array): void {
    const { words, twin, ret } = this.#problem;
    const { operation: inSlot, bits, pureBits } = this.#slots;
    const collection = ++this.#collection;
    for (let word = 0; word < words; word++) {
      let left = bits[word]! & ~pureBits[word]! & ~now[MASK + word]!;
      for (; left !== 0; left &= left - 1) {
        const operation = inSlot[word * 32 + 31 - Math.clz32(left & -left)]!;
        const t = twin[operation]!;
        if (this.#seenIn[t] === collection && ret[this.#seen[t]!]! < ret[operation]!) continue;
        this.#seenIn[t] = collection;
        this.#seen[t] = operation;
      }
    }
  }

  #collectPending(now: Int32Array, groups: readonly number[], before: number): void {
    const { pending, opened, twin } = this.#problem;
    const invoked = opened[now[LEVEL]!]!;
    for (const group of groups) {
      const first = pending.start[group]!;
      // Groups are in order of their first invocation.
      if (pending.operations[first]! >= invoked) break;
      // A completed twin has the earlier deadline.
      if (this.#seenIn[twin[pending.operations[first]!]!] === this.#collection) continue;
      const at = first + this.#used[group]!;
      const isLeft = at < pending.start[group + 1]! && pending.operations[at]! < invoked;
      if (!this.#offer(~group, pending.action[group]!, now[STATE]!, before, true) || isLeft) continue;
      this.end -= 2;
      this.usedUp.push(group);
    }
  }

  #offer(candidate: number, action: number, state: number, before: number, optional: boolean): boolean {
    const next = this.#machine.step(state, action);
    if (next === NO_STATE || (optional && next === state) || this.isUnneeded(before, action, next)) return false;
    if (this.end + 2 > this.list.length) {
      const longer = int32(this.list.length * 2);
      longer.set(this.list);
      this.list = longer;
    }
    this.list[this.end++] = candidate;
    this.list[this.end++] = next;
    return true;
  }

  /** Insertion sort: there are few candidates, and they are nearly in order. */
  #sort(from: number, returning: number): void {
    const { list } = this;
    for (let i = from + 2; i < this.end; i += 2) {
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
    return candidate < 0 ? NEVER : this.#problem.ret[candidate]!;
  }
}

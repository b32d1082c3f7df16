// Which completed operations are open at a level, by slot; it goes forwards and backwards with the search.
import { int32 } from '../../shared/columns.js';
import type { Actions } from '../prepare/actions.js';
import type { Problem } from './problem.js';

export class OpenSlots {
  /** The operation in each slot that is in use. */
  readonly operation: Int32Array;
  /** Bits of the slots in use, and of those whose operation is pure. */
  readonly bits: Int32Array;
  readonly pureBits: Int32Array;
  readonly #problem: Problem;
  readonly #pure: Uint8Array;

  constructor(problem: Problem, { pure }: Actions) {
    this.#problem = problem;
    this.#pure = pure;
    this.operation = int32(problem.slots);
    this.bits = int32(problem.words);
    this.pureBits = int32(problem.words);
  }

  isPure(operation: number): boolean {
    return this.#pure[this.#problem.action[operation]!] === 1;
  }

  /** Opens a completed operation; pending ones have no slot. */
  open(operation: number): void {
    const slot = this.#problem.slot[operation]!;
    if (slot < 0) return;
    const bit = 1 << (slot & 31);
    this.operation[slot] = operation;
    this.bits[slot >>> 5]! |= bit;
    if (this.isPure(operation)) this.pureBits[slot >>> 5]! |= bit;
  }

  close(operation: number): void {
    const slot = this.#problem.slot[operation]!;
    if (slot < 0) return;
    const bit = 1 << (slot & 31);
    this.bits[slot >>> 5]! &= ~bit;
    this.pureBits[slot >>> 5]! &= ~bit;
  }

  /** Undoes returns and invocations, from one level back to another. */
  rewind(from: number, to: number): void {
    const { opened, order, levels } = this.#problem;
    for (let level = from; level > to; level--) {
      const last = level < levels ? opened[level]! - 1 : -1;
      for (let operation = last; operation >= opened[level - 1]!; operation--) this.close(operation);
      this.open(order[level - 1]!);
    }
  }
}

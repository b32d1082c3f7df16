// The exhaustive search: which write comes next, depth first, remembering the states from which there is no way on.
//
// A state is how far each chain has come and what each key holds. Reads are taken as soon as they are legal, which never does
// harm, and so is a cas that nobody else's read has to precede. Constraints that are known to hold cut branches off.
import { HashIndex, mix } from '../linearizable/prepare/hash-index.js';
import { Chronicle } from './chronicle.js';
import type { Edges } from './edges.js';
import { NONE } from './operations.js';
import { zoneOrder } from './priorities.js';
import { AMBIGUOUS, type Problem } from './problem.js';

export interface Searched {
  outcome: 'consistent' | 'inconsistent' | 'budget' | 'stopped';
  /** The nodes in an order, if there is one. */
  order: Int32Array | null;
  /** Writes that were tried. */
  configurations: number;
}

/** Integers that remembered states may take: 64 MB. */
const MOST_REMEMBERED = 16 * 1024 * 1024;
/** Steps between two questions whether to stop. */
const ASK_EVERY = 1024;

/** `budget`: writes that may be tried. */
export function search(problem: Problem, edges: Edges | null, budget: number, stop: () => boolean): Searched {
  return new Search(problem, edges).run(budget, stop);
}

interface Choice {
  /** Length of the order when the choice came up. */
  placed: number;
  /** Writes that may come next and were not tried yet, the best one last. */
  left: number[];
}

class Search {
  readonly #problem: Problem;
  readonly #chronicle: Chronicle;
  readonly #priority: Int32Array;
  readonly #dead: DeadStates;
  /** 1: an optional operation reads the version. */
  readonly #wanted: Uint8Array;
  configurations = 0;

  constructor(problem: Problem, edges: Edges | null) {
    this.#problem = problem;
    this.#chronicle = new Chronicle(problem, edges);
    this.#priority = zoneOrder(problem);
    this.#dead = new DeadStates(this.#chronicle.state.length);
    const { count, versions, optional, reads } = problem;
    this.#wanted = new Uint8Array(versions);
    for (let n = 0; n < count; n++) if (optional[n] === 1 && reads[n] !== NONE) this.#wanted[reads[n]!] = 1;
  }

  run(budget: number, stop: () => boolean): Searched {
    const chronicle = this.#chronicle;
    const choices: Choice[] = [];
    const end = (outcome: Searched['outcome']): Searched => ({
      outcome,
      order: outcome === 'consistent' ? chronicle.order() : null,
      configurations: this.configurations,
    });
    for (;;) {
      // A new state: take what does no harm, and see which writes could follow.
      chronicle.settle();
      if (chronicle.isComplete) return end('consistent');
      if (!this.#dead.has(chronicle.state)) choices.push({ placed: chronicle.placed, left: this.#candidates() });
      for (;;) {
        const choice = choices.at(-1);
        if (choice === undefined) return end('inconsistent');
        chronicle.undo(choice.placed);
        const n = choice.left.pop();
        if (n !== undefined) {
          if (this.configurations >= budget) return end('budget');
          this.configurations++;
          if (this.configurations % ASK_EVERY === 0 && stop()) return end('stopped');
          chronicle.place(n);
          break;
        }
        this.#dead.add(chronicle.state);
        choices.pop();
      }
    }
  }

  #candidates(): number[] {
    const { writer, reads, writes, key, optional } = this.#problem;
    const chronicle = this.#chronicle;
    const found: number[] = [];
    for (let c = 0; c < this.#problem.chains; c++) {
      const n = chronicle.front(c);
      if (n === NONE || writes[n] === NONE || !chronicle.isFree(n)) continue;
      const current = chronicle.current(key[n]!);
      const own = reads[n] === NONE ? 0 : 1;
      if (own === 1 && reads[n] !== current) continue;
      if (writer[current] !== AMBIGUOUS && chronicle.readers(current) > (optional[n] === 1 ? 0 : own)) continue;
      if (optional[n] === 1 && chronicle.readers(writes[n]!) === 0 && this.#wanted[writes[n]!] === 0) continue;
      found.push(n);
    }
    return found.sort((a, b) => this.#priority[b]! - this.#priority[a]! || b - a);
  }
}

/** States from which all ways were tried in vain; when there is no more room, it forgets none and takes no more. */
class DeadStates {
  readonly #width: number;
  readonly #most: number;
  #rows: Int32Array;
  #count = 0;
  readonly #index = new HashIndex();
  readonly #hashOf = (row: number) => this.#hash(this.#rows, row * this.#width);

  constructor(width: number) {
    this.#width = width;
    this.#most = Math.floor(MOST_REMEMBERED / Math.max(1, width));
    this.#rows = new Int32Array(width * 16);
  }

  has(state: Int32Array): boolean {
    const index = this.#index;
    let slot = index.first(this.#hash(state, 0));
    for (let entry = index.slots[slot]!; entry !== 0; entry = index.slots[slot]!) {
      if (this.#isEqual(entry - 1, state)) return true;
      slot = index.next(slot);
    }
    return false;
  }

  add(state: Int32Array): void {
    if (this.#count >= this.#most) return;
    const row = this.#count++;
    if ((row + 1) * this.#width > this.#rows.length) {
      const rows = new Int32Array(this.#rows.length * 2);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows.set(state, row * this.#width);
    const index = this.#index;
    let slot = index.first(this.#hash(state, 0));
    while (index.slots[slot] !== 0) slot = index.next(slot);
    index.insert(slot, row, this.#hashOf);
  }

  #isEqual(row: number, state: Int32Array): boolean {
    const start = row * this.#width;
    for (let i = 0; i < this.#width; i++) if (this.#rows[start + i] !== state[i]) return false;
    return true;
  }

  #hash(from: Int32Array, start: number): number {
    let hash = 0;
    for (let i = 0; i < this.#width; i++) hash = mix(hash, from[start + i]!);
    return hash;
  }
}

// The values that a register workload writes: each once, or few of them again and again.
import type { Random } from '../../framework/contracts/random.js';
import type { RegisterValue } from './register-keys.js';

/** Few: 0 to 4, as many of the field's histories have them. */
const FEW = 5;

export type Variety = 'unique' | 'few';

export class RegisterValues {
  readonly #variety: Variety;
  readonly #size: number;
  #next = 0;

  /** `size`: length of each value as text, at least; 0: integers. */
  constructor(variety: Variety, size: number) {
    this.#variety = variety;
    this.#size = size;
  }

  /** The next value to write. Unique ones count up over all keys, so that a value also tells which write it came from. */
  next(random: Random): RegisterValue {
    const number = this.#variety === 'few' ? random.int(FEW) : this.#next++;
    // Digits, then dots: texts differ whenever their numbers do.
    return this.#size === 0 ? number : `${number}`.padEnd(this.#size, '.');
  }
}

// What the clients of a register workload know together: which keys are in use, and the last value seen for each.

export type RegisterValue = number | string;

/** How many keys that were given up are still read at the end. */
const REMEMBERED = 32;

/** `empty`: never seen with a value. `seen`: `value` was its value lately. `doubtful`: a cas found something else there. */
export interface KeyState {
  readonly key: number;
  issued: number;
  state: 'empty' | 'seen' | 'doubtful';
  value: RegisterValue;
}

export class RegisterKeys {
  readonly #slots: KeyState[];
  readonly #retired: number[] = [];
  readonly #perKey: number;
  #nextKey: number;

  /** `perKey`: operations after which a key gives way to a fresh one; 0: never. */
  constructor(count: number, perKey: number) {
    this.#slots = Array.from({ length: count }, (_, key) => fresh(key));
    this.#nextKey = count;
    this.#perKey = perKey;
  }

  /** The key in a slot, for one more operation. */
  use(slot: number): KeyState {
    let state = this.#slots[slot]!;
    if (this.#perKey > 0 && state.issued === this.#perKey) {
      this.#retired.push(state.key);
      if (this.#retired.length > REMEMBERED) this.#retired.shift();
      state = fresh(this.#nextKey++);
      this.#slots[slot] = state;
    }
    state.issued++;
    return state;
  }

  /** The keys in use, after the latest of those that were given up. */
  all(): number[] {
    return [...this.#retired, ...this.#slots.map(({ key }) => key)];
  }
}

function fresh(key: number): KeyState {
  return { key, issued: 0, state: 'empty', value: 0 };
}

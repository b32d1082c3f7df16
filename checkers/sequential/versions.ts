// Numbers the values of each key: a version is a pair of a key and a value, and versions 0, 1, … are the keys' initial ones.
import { grown, HashIndex, mix } from '../linearizable/prepare/hash-index.js';
import type { Values } from '../linearizable/prepare/values.js';

export class Versions {
  count = 0;
  readonly keys: number;
  key: Int32Array;
  readonly #values: Values;
  #value: Int32Array;
  readonly #index = new HashIndex();
  readonly #hashOf = (id: number) => mix(this.key[id]!, this.#value[id]!);

  /** `initial`: number of the value that every key has at the start. */
  constructor(values: Values, keys: number, initial: number) {
    this.#values = values;
    this.keys = keys;
    this.key = new Int32Array(keys * 2);
    this.#value = new Int32Array(keys * 2);
    for (let key = 0; key < keys; key++) this.id(key, initial);
  }

  /** The version of a key that has the value of this number. */
  id(key: number, value: number): number {
    const index = this.#index;
    let slot = index.first(mix(key, value));
    for (let entry = index.slots[slot]!; entry !== 0; entry = index.slots[slot]!) {
      if (this.#value[entry - 1] === value && this.key[entry - 1] === key) return entry - 1;
      slot = index.next(slot);
    }
    const id = this.count++;
    if (id === this.key.length) {
      this.key = grown(this.key, id * 2);
      this.#value = grown(this.#value, id * 2);
    }
    this.key[id] = key;
    this.#value[id] = value;
    index.insert(slot, id, this.#hashOf);
    return id;
  }

  /** The value itself. */
  value(version: number): unknown {
    return this.#values.value(this.#value[version]!);
  }
}

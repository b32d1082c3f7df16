// Small numbers for repeated names (functions, keys, nodes, error texts), given in the order of first sight.
import { ChaosError } from '../contracts/error.js';

export class Names<T extends string | number> {
  /** Names by number. */
  readonly list: T[] = [];
  readonly #ids = new Map<T, number>();
  readonly #limit: number;
  readonly #what: string;

  /** `limit`: how many the column can hold; `what`: their plural, for the error. */
  constructor(what: string, limit: number) {
    this.#what = what;
    this.#limit = limit;
  }

  /** The number of a name, -1 when it was never seen. */
  find(name: T): number {
    return this.#ids.get(name) ?? -1;
  }

  /** The number of a name, a new one at first sight. The number 1 and the text "1" are different names. */
  id(name: T): number {
    return this.#ids.get(name) ?? this.#add(name);
  }

  #add(name: T): number {
    const id = this.list.length;
    if (id === this.#limit) {
      throw new ChaosError('history-too-many-names', `a history holds at most ${this.#limit} different ${this.#what}`);
    }
    this.list.push(name);
    this.#ids.set(name, id);
    return id;
  }
}

// A value that parts of the page share: whoever changes it, all who show it are told.

export class Store<T extends object> {
  #value: T;
  readonly #listeners = new Set<(value: T, before: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Tells listeners only when something is another value than before. */
  set(change: Partial<T>): void {
    const before = this.#value;
    const names = Object.keys(change) as (keyof T)[];
    if (names.every((name) => Object.is(before[name], change[name]))) return;
    this.#value = { ...before, ...change };
    for (const listener of [...this.#listeners]) listener(this.#value, before);
  }

  /** Returns what ends it. The listener is not called for the present value. */
  listen(listener: (value: T, before: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

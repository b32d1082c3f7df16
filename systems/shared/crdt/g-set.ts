// A set that only grows: the union of replicas is their merge (RR-7506, specification 11).
import type { Crdt, Update } from './crdt.js';
import { Fingerprint, identity } from './fingerprint.js';

export interface GSetOp {
  readonly add: unknown;
}

export class GSet implements Crdt<GSetOp, readonly unknown[]> {
  readonly #elements = new Map<string | number, unknown>();
  readonly #fingerprint = new Fingerprint();

  get size(): number {
    return this.#elements.size;
  }

  has(element: unknown): boolean {
    return this.#elements.has(identity(element));
  }

  /** In the order in which they came. */
  values(): unknown[] {
    return [...this.#elements.values()];
  }

  apply(updates: readonly Update<GSetOp>[]): void {
    for (const { op } of updates) this.#add(op.add);
  }

  state(): readonly unknown[] {
    return this.values();
  }

  merge(state: readonly unknown[]): void {
    for (const element of state) this.#add(element);
  }

  digest(): string {
    return `${this.size}-${this.#fingerprint}`;
  }

  isOp(op: unknown): boolean {
    return typeof op === 'object' && op !== null && (op as GSetOp).add !== undefined;
  }

  isState(state: unknown): boolean {
    return Array.isArray(state);
  }

  #add(element: unknown): void {
    const key = identity(element);
    if (this.#elements.has(key)) return;
    this.#elements.set(key, element);
    this.#fingerprint.toggle(`${typeof key} ${key}`);
  }
}

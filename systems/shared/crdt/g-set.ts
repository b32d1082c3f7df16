// A set that only grows: the union of replicas is their merge (RR-7506, specification 11).
import type { Crdt, Update } from './crdt.js';
import { Fingerprint, identity } from './fingerprint.js';

export interface GSetOp {
  readonly add: unknown;
}

export class GSet implements Crdt<GSetOp, readonly unknown[]> {
  readonly #known = new Set<string | number>();
  readonly #elements: unknown[] = [];
  readonly #fingerprint = new Fingerprint();

  get size(): number {
    return this.#elements.length;
  }

  has(element: unknown): boolean {
    return this.#known.has(identity(element));
  }

  /** In the order in which they came. */
  values(): unknown[] {
    return this.#elements.slice();
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
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#elements.push(element);
    this.#fingerprint.toggle(`${typeof key} ${key}`);
  }
}

// A counter that goes up and down: for each node what it added and what it took away (RR-7506, specification 7).
import type { Crdt, Update } from './crdt.js';
import { hash } from './fingerprint.js';
import type { VersionVector } from './version-vector.js';

export interface PnCounterOp {
  /** A safe integer; negative: taken away. */
  readonly add: number;
}

/** What one node added and took away. Both only grow, so of two entries for a node the larger ones are the later. */
export type PnCounterEntry = readonly [node: string, up: number, down: number];

const isAmount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

export class PnCounter implements Crdt<PnCounterOp, readonly PnCounterEntry[]> {
  readonly #entries = new Map<string, PnCounterEntry>();

  get size(): number {
    return this.#entries.size;
  }

  value(): number {
    let sum = 0;
    for (const [, up, down] of this.#entries.values()) sum += up - down;
    return sum;
  }

  apply(updates: readonly Update<PnCounterOp>[]): void {
    for (const { origin, op } of updates) {
      const [, up, down] = this.#entry(origin);
      this.#entries.set(origin, op.add > 0 ? [origin, up + op.add, down] : [origin, up, down - op.add]);
    }
  }

  state(): readonly PnCounterEntry[] {
    return [...this.#entries.values()];
  }

  merge(state: readonly PnCounterEntry[], _theirs: VersionVector, _mine: VersionVector): void {
    for (const [node, up, down] of state) {
      const [, myUp, myDown] = this.#entry(node);
      this.#entries.set(node, [node, Math.max(up, myUp), Math.max(down, myDown)]);
    }
  }

  digest(): string {
    let bits = 0;
    for (const [node, up, down] of this.#entries.values()) if (up + down > 0) bits ^= hash(`${node} ${up} ${down}`);
    return `${this.value()}-${(bits >>> 0).toString(16).padStart(8, '0')}`;
  }

  isOp(op: unknown): boolean {
    return typeof op === 'object' && op !== null && Number.isSafeInteger((op as PnCounterOp).add);
  }

  isState(state: unknown): boolean {
    if (!Array.isArray(state)) return false;
    return state.every(
      (entry) => Array.isArray(entry) && typeof entry[0] === 'string' && isAmount(entry[1]) && isAmount(entry[2]),
    );
  }

  #entry(node: string): PnCounterEntry {
    return this.#entries.get(node) ?? [node, 0, 0];
  }
}

// Registers by key in which the last writer wins: of two values the one with the later stamp stays (RR-7506, specification 9).
import type { Crdt, Update } from './crdt.js';
import { Fingerprint, identity } from './fingerprint.js';

export type RegisterKey = string | number;

export interface LwwOp {
  readonly key: RegisterKey;
  readonly value: unknown;
  /** Milliseconds of the writer's clock, as it stamped the write. */
  readonly stamp: number;
}

/** The value of a key with the write that it came from. */
export type LwwItem = readonly [key: RegisterKey, value: unknown, stamp: number, origin: string, seq: number];

/** Stamps may be equal: then origins decide, and of one origin its later write. */
function isLater(item: LwwItem, other: LwwItem): boolean {
  if (item[2] !== other[2]) return item[2] > other[2];
  return item[3] === other[3] ? item[4] > other[4] : item[3] > other[3];
}

const isKey = (key: unknown): key is RegisterKey => typeof key === 'string' || typeof key === 'number';

export class LwwRegisters implements Crdt<LwwOp, readonly LwwItem[]> {
  readonly #items = new Map<RegisterKey, LwwItem>();
  readonly #fingerprint = new Fingerprint();

  get size(): number {
    return this.#items.size;
  }

  /** Undefined: never written. */
  get(key: RegisterKey): LwwItem | undefined {
    return this.#items.get(key);
  }

  apply(updates: readonly Update<LwwOp>[]): void {
    for (const { origin, seq, op } of updates) this.#take([op.key, op.value, op.stamp, origin, seq]);
  }

  state(): readonly LwwItem[] {
    return [...this.#items.values()];
  }

  merge(state: readonly LwwItem[]): void {
    for (const item of state) this.#take(item);
  }

  digest(): string {
    return `${this.size}-${this.#fingerprint}`;
  }

  isOp(op: unknown): boolean {
    if (typeof op !== 'object' || op === null) return false;
    const { key, value, stamp } = op as Partial<LwwOp>;
    return isKey(key) && value !== undefined && Number.isFinite(stamp);
  }

  isState(state: unknown): boolean {
    if (!Array.isArray(state)) return false;
    return state.every((item) => {
      if (!Array.isArray(item)) return false;
      const [key, value, stamp, origin, seq] = item as unknown[];
      return this.isOp({ key, value, stamp }) && typeof origin === 'string' && Number.isSafeInteger(seq);
    });
  }

  #take(item: LwwItem): void {
    const current = this.#items.get(item[0]);
    if (current !== undefined) {
      if (!isLater(item, current)) return;
      this.#fingerprint.toggle(textOf(current));
    }
    this.#items.set(item[0], item);
    this.#fingerprint.toggle(textOf(item));
  }
}

function textOf([key, , stamp, origin, seq]: LwwItem): string {
  return `${typeof key} ${identity(key)} ${stamp} ${origin} ${seq}`;
}

// An observed-remove set: a remove takes away the adds that its replica has seen, so an add at the same time wins.
//
// Shapiro et al., RR-7506, specification 15. States carry no tombstones: what a replica has seen and does not hold, it has
// removed (Bieniusa et al., "An optimized conflict-free replicated set", INRIA RR-8083, 2012).
import type { Crdt, Update } from './crdt.js';
import { Fingerprint, identity } from './fingerprint.js';
import type { VersionVector } from './version-vector.js';

/** An add makes its own tag, `tagOf(update)`, and like a remove it puts an end to the tags of the element that it has seen. */
export interface OrSetOp {
  readonly f: 'add' | 'remove';
  readonly element: unknown;
  readonly tags: readonly string[];
}

/** An add that nobody has removed. */
export type OrSetItem = readonly [origin: string, seq: number, element: unknown];

interface Element {
  readonly element: unknown;
  readonly tags: Set<string>;
}

const tagOf = (origin: string, seq: number) => `${seq} ${origin}`;

export class OrSet implements Crdt<OrSetOp, readonly OrSetItem[]> {
  readonly #items = new Map<string, OrSetItem>();
  readonly #elements = new Map<string | number, Element>();
  readonly #fingerprint = new Fingerprint();
  readonly #forgetful: boolean;
  #values: readonly unknown[] | null = null;

  /** `forgetful`, planted bug: merges states as if a tag that is missing in one had never been removed. */
  constructor(forgetful = false) {
    this.#forgetful = forgetful;
  }

  get size(): number {
    return this.#items.size;
  }

  /** The same array until the set changes. */
  values(): readonly unknown[] {
    this.#values ??= Array.from(this.#elements.values(), ({ element }) => element);
    return this.#values;
  }

  adding(element: unknown): OrSetOp {
    return { f: 'add', element, tags: this.#tags(element) };
  }

  /** Null when the element is not in the set: there is nothing to do. */
  removing(element: unknown): OrSetOp | null {
    const tags = this.#tags(element);
    return tags.length === 0 ? null : { f: 'remove', element, tags };
  }

  /** Adds first: a remove may stand before the add that it takes away, and a tag that came to an end never comes back. */
  apply(updates: readonly Update<OrSetOp>[]): void {
    for (const { origin, seq, op } of updates) if (op.f === 'add') this.#insert([origin, seq, op.element]);
    for (const { op } of updates) for (const tag of op.tags) this.#drop(tag);
  }

  state(): readonly OrSetItem[] {
    return [...this.#items.values()];
  }

  merge(state: readonly OrSetItem[], theirs: VersionVector, mine: VersionVector): void {
    const alive = new Set(state.map(([origin, seq]) => tagOf(origin, seq)));
    for (const item of state) if (this.#forgetful || !mine.has(item[0], item[1])) this.#insert(item);
    if (this.#forgetful) return;
    for (const [tag, [origin, seq]] of [...this.#items]) {
      if (theirs.has(origin, seq) && !alive.has(tag)) this.#drop(tag);
    }
  }

  digest(): string {
    return `${this.#elements.size}-${this.#fingerprint}`;
  }

  isOp(op: unknown): boolean {
    if (typeof op !== 'object' || op === null) return false;
    const { f, element, tags } = op as Partial<OrSetOp>;
    const known = f === 'add' || f === 'remove';
    return known && element !== undefined && Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
  }

  isState(state: unknown): boolean {
    if (!Array.isArray(state)) return false;
    return state.every(
      (item) => Array.isArray(item) && typeof item[0] === 'string' && Number.isSafeInteger(item[1]) && item.length > 2,
    );
  }

  #tags(element: unknown): readonly string[] {
    return [...(this.#elements.get(identity(element))?.tags ?? [])];
  }

  #insert(item: OrSetItem): void {
    const [origin, seq, element] = item;
    const tag = tagOf(origin, seq);
    if (this.#items.has(tag)) return;
    this.#items.set(tag, item);
    this.#values = null;
    this.#fingerprint.toggle(tag);
    const key = identity(element);
    const known = this.#elements.get(key);
    if (known === undefined) this.#elements.set(key, { element, tags: new Set([tag]) });
    else known.tags.add(tag);
  }

  #drop(tag: string): void {
    const item = this.#items.get(tag);
    if (item === undefined) return;
    this.#items.delete(tag);
    this.#values = null;
    this.#fingerprint.toggle(tag);
    const key = identity(item[2]);
    const known = this.#elements.get(key)!;
    known.tags.delete(tag);
    if (known.tags.size === 0) this.#elements.delete(key);
  }
}

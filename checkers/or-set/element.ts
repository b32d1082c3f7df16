// What is certain about one element: the adds of it, which of them each node knows of, and which of them removes took away.

export const NONE = -1;
/** The place that stands for all nodes: what every one of them must know in the end. */
export const EVERYWHERE = -2;

export interface Add {
  /** Event index of the invocation, and of the completion as `ok`; NONE: in doubt. */
  invoked: number;
  acknowledged: number;
}

/** A remove, by event indexes. */
export interface Removal {
  invoked: number;
  acknowledged: number;
}

/** Adds are ordinals in the list of the element's adds. */
class PlaceFacts {
  /** Adds that the place certainly knows of. */
  readonly known = new Set<number>();
  /** Those of them that an acknowledged remove took away here. */
  readonly removed = new Map<number, Removal>();
  /** All adds before `settled` are removed, the last of them by event `settledAt`. */
  settled = 0;
  settledAt = NONE;
}

export class Element {
  /** Those that did not fail, in order of invocation. */
  readonly adds: Add[] = [];
  /** Removes that may still take effect: under way, or in doubt for ever. */
  openRemoves = 0;
  /** When the last remove was acknowledged that may have taken effect. */
  lastRemoveEnd = NONE;
  readonly #places = new Map<number, PlaceFacts>();

  /** No remove can take away an add that was invoked at `row`, as far as the history has gone. */
  isSafe(row: number): boolean {
    return this.openRemoves === 0 && this.lastRemoveEnd < row;
  }

  know(place: number, add: number): void {
    this.#at(place).known.add(add);
  }

  /** The adds that a remove which begins now at this place must take away. */
  observed(place: number): number[] {
    const facts = this.#places.get(place);
    return facts === undefined ? [] : [...facts.known].filter((add) => !facts.removed.has(add));
  }

  remove(place: number, adds: readonly number[], removal: Removal): void {
    for (const where of [place, EVERYWHERE]) {
      const facts = this.#at(where);
      for (const add of adds) if (!facts.removed.has(add)) facts.removed.set(add, removal);
      for (let next = facts.removed.get(facts.settled); next !== undefined; next = facts.removed.get(facts.settled)) {
        facts.settledAt = Math.max(facts.settledAt, next.acknowledged);
        facts.settled++;
      }
    }
  }

  /**
   * The add that a read at this place shows: `none` when every add of the element had been removed there before the read was
   * invoked, an ordinal when only one had not, `many` otherwise.
   */
  shown(place: number, invoked: number): number | 'none' | 'many' {
    const facts = this.#places.get(place);
    let found: number | 'none' = 'none';
    const start = facts === undefined || facts.settledAt > invoked ? 0 : facts.settled;
    for (let add = start; add < this.adds.length; add++) {
      const removal = facts?.removed.get(add);
      if (removal !== undefined && removal.acknowledged < invoked) continue;
      if (found !== 'none') return 'many';
      found = add;
    }
    return found;
  }

  /** The remove that took away the add that was invoked last, at a place where all are removed. */
  lastRemoval(place: number): Removal {
    return this.#places.get(place)!.removed.get(this.adds.length - 1)!;
  }

  #at(place: number): PlaceFacts {
    let facts = this.#places.get(place);
    if (facts === undefined) {
      facts = new PlaceFacts();
      this.#places.set(place, facts);
    }
    return facts;
  }
}

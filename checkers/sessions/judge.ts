// Goes through every session and compares what it read with what it, or those whose writes it read, had done or seen before.
import { NONE, type RegisterOperations } from '../sequential/operations.js';
import { type Demand, Demands } from './demands.js';
import { GUARANTEES, type Guarantee } from './guarantees.js';
import { VersionOrder } from './version-order.js';

/** A read that does not meet a demand. Operations are indexes. */
export interface Violation extends Demand {
  read: number;
}

export interface Judgement {
  order: VersionOrder;
  /** Reads, successful cas included, whose version is known. */
  judged: number;
  /** Reads of a value that was written more than once. */
  ambiguous: number;
  /** Reads of what was never written, or not yet. */
  impossible: number;
  firstImpossible: number;
  violations: Record<Guarantee, number>;
  /** The violation whose read was invoked first. */
  first: Record<Guarantee, Violation | null>;
}

const ASK_EVERY = 1 << 16;

/** Null when `cancelled` ended it. */
export function judgeSessions(operations: RegisterOperations, cancelled: () => boolean): Judgement | null {
  return new Judge(operations).run(cancelled);
}

class Judge {
  readonly #operations: RegisterOperations;
  readonly #order: VersionOrder;
  readonly #demands: Readonly<Record<Guarantee, Demands>>;
  readonly #judgement: Judgement;
  /** Operations of session `s`: from `starts[s]` to `starts[s + 1]`; and the place of each operation in there. */
  readonly #starts: Int32Array;
  readonly #own: Int32Array;
  readonly #place: Int32Array;
  /** Up to where the operations of another session are taken into account; valid where `stamp` is the session's. */
  readonly #folded: Int32Array;
  readonly #stamp: Int32Array;

  constructor(operations: RegisterOperations) {
    this.#operations = operations;
    this.#order = new VersionOrder(operations);
    const { count, session, sessions, keys } = operations;
    this.#demands = forEach(() => new Demands(this.#order, keys));
    this.#judgement = {
      order: this.#order,
      judged: 0,
      ambiguous: 0,
      impossible: 0,
      firstImpossible: NONE,
      violations: forEach(() => 0),
      first: forEach(() => null),
    };
    this.#starts = new Int32Array(sessions + 1);
    for (let i = 0; i < count; i++) this.#starts[session[i]! + 1]!++;
    for (let s = 0; s < sessions; s++) this.#starts[s + 1]! += this.#starts[s]!;
    const next = this.#starts.slice();
    this.#own = new Int32Array(count);
    this.#place = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const at = next[session[i]!]!++;
      this.#own[at] = i;
      this.#place[i] = at;
    }
    this.#folded = new Int32Array(sessions);
    this.#stamp = new Int32Array(sessions).fill(NONE);
  }

  run(cancelled: () => boolean): Judgement | null {
    const { sessions, end } = this.#operations;
    let asked = 0;
    for (let s = 0; s < sessions; s++) {
      for (const name of GUARANTEES) this.#demands[name].begin(s);
      for (let at = this.#starts[s]!; at < this.#starts[s + 1]!; at++) {
        if (asked++ % ASK_EVERY === 0 && cancelled()) return null;
        const i = this.#own[at]!;
        if (end[i] !== NONE) this.#take(s, i);
      }
    }
    return this.#judgement;
  }

  /** A completed operation of the session. */
  #take(s: number, i: number): void {
    const { reads, writes, key, row, end, sources, writer } = this.#operations;
    const version = reads[i]!;
    if (version !== NONE) {
      if (sources[version]! > 1) {
        this.#judgement.ambiguous++;
      } else {
        const seen = writer[version]!;
        const isWritten = sources[version] === 1 && (seen === NONE || row[seen]! < end[i]!);
        if (isWritten) this.#read(s, i, seen);
        else this.#impossible(i);
      }
    }
    if (writes[i] !== NONE) this.#demands['read-your-writes'].add(key[i]!, i, i, NONE);
  }

  #impossible(i: number): void {
    const judgement = this.#judgement;
    judgement.impossible++;
    if (judgement.firstImpossible === NONE || i < judgement.firstImpossible) judgement.firstImpossible = i;
  }

  /** The session read what `seen` wrote; NONE: the initial version. */
  #read(s: number, i: number, seen: number): void {
    const { key, session } = this.#operations;
    this.#judgement.judged++;
    const own = this.#compare('read-your-writes', i, seen);
    const before = this.#compare('monotonic-reads', i, seen);
    // What a more basic guarantee explains is not held against the others, too.
    if (!own && !before) {
      this.#compare('monotonic-writes', i, seen);
      this.#compare('writes-follow-reads', i, seen);
    }
    if (seen === NONE) return;
    this.#demands['monotonic-reads'].add(key[i]!, seen, i, NONE);
    if (session[seen] !== s) this.#fold(s, i, seen);
  }

  #compare(name: Guarantee, read: number, seen: number): boolean {
    const demand = this.#demands[name].unmet(this.#operations.key[read]!, seen);
    if (demand === null) return false;
    const { first, violations } = this.#judgement;
    violations[name]++;
    const known = first[name];
    if (known === null || read < known.read) first[name] = { ...demand, read };
    return true;
  }

  /** Takes into account what the session that wrote `seen` had written and read before that. */
  #fold(s: number, at: number, seen: number): void {
    const { session, reads, writes, key, row, end, sources, writer } = this.#operations;
    const other = session[seen]!;
    if (this.#stamp[other] !== s) {
      this.#stamp[other] = s;
      this.#folded[other] = this.#starts[other]!;
    }
    const until = this.#place[seen]!;
    for (let place = this.#folded[other]!; place < until; place++) {
      const i = this.#own[place]!;
      if (end[i] === NONE) continue;
      const version = reads[i]!;
      if (version !== NONE && sources[version] === 1) {
        const source = writer[version]!;
        if (source !== NONE && row[source]! < end[i]!) {
          this.#demands['writes-follow-reads'].add(key[i]!, source, at, i);
        }
      }
      if (writes[i] !== NONE) this.#demands['monotonic-writes'].add(key[i]!, i, at, i);
    }
    if (until > this.#folded[other]!) this.#folded[other] = until;
  }
}

function forEach<T>(make: () => T): Record<Guarantee, T> {
  return {
    'read-your-writes': make(),
    'monotonic-reads': make(),
    'monotonic-writes': make(),
    'writes-follow-reads': make(),
  };
}

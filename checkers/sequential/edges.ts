// Constraints beyond the chains, as a growing list that can be walked both ways: one node comes before another, and why.
// An edge rests on the chains and on edges with lower numbers alone.
import { NONE } from './operations.js';
import type { Problem } from './problem.js';

/** The same process did both, in this order. */
export const PROCESS = 0;
/** The second read what the first wrote. */
export const READS_FROM = 1;
/** The first overwrites a version; the second wrote it, and someone who comes after the first still read it. */
export const OVERWRITTEN = 2;
/** The first read a version; the second overwrites it. */
export const OVERWRITES = 3;

const FIRST_CAPACITY = 256;

export class Edges {
  count = 0;
  from = new Int32Array(FIRST_CAPACITY);
  to = new Int32Array(FIRST_CAPACITY);
  kind = new Int32Array(FIRST_CAPACITY);
  /** OVERWRITTEN, OVERWRITES: the node that read the version. */
  reader = new Int32Array(FIRST_CAPACITY);
  /** Edge after this one with the same `from`, and with the same `to`; NONE: it is the last. */
  nextOut = new Int32Array(FIRST_CAPACITY);
  nextIn = new Int32Array(FIRST_CAPACITY);
  /** First edge of each node. */
  readonly headOut: Int32Array;
  readonly headIn: Int32Array;

  /** Begins with what processes did across chains and with who read what from whom. */
  constructor({ count, branches, reads, writer, optional }: Problem) {
    this.headOut = new Int32Array(count).fill(NONE);
    this.headIn = new Int32Array(count).fill(NONE);
    for (let i = 0; i < branches.length; i += 2) this.add(branches[i]!, branches[i + 1]!, PROCESS, NONE);
    for (let n = 0; n < count; n++) {
      if (reads[n] === NONE || optional[n] === 1) continue;
      const source = writer[reads[n]!]!;
      if (source >= 0) this.add(source, n, READS_FROM, n);
    }
  }

  add(from: number, to: number, kind: number, reader: number): number {
    const edge = this.count++;
    if (edge === this.from.length) this.#grow(edge * 2);
    this.from[edge] = from;
    this.to[edge] = to;
    this.kind[edge] = kind;
    this.reader[edge] = reader;
    this.nextOut[edge] = this.headOut[from]!;
    this.headOut[from] = edge;
    this.nextIn[edge] = this.headIn[to]!;
    this.headIn[to] = edge;
    return edge;
  }

  #grow(length: number): void {
    this.from = longer(this.from, length);
    this.to = longer(this.to, length);
    this.kind = longer(this.kind, length);
    this.reader = longer(this.reader, length);
    this.nextOut = longer(this.nextOut, length);
    this.nextIn = longer(this.nextIn, length);
  }
}

function longer(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}

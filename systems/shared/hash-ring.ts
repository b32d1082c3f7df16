// Consistent hashing with virtual nodes: who is responsible for a place in the space of hashes, and who comes next.
//
// Karger et al., "Consistent hashing and random trees", STOC 1997; virtual nodes as in DeCandia et al., "Dynamo", SOSP 2007, 4.2.

/** Scrambles 32 bits (the finalizer of MurmurHash3). */
export function mix32(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of a text: FNV-1a over its UTF-16 units, scrambled. Not for adversaries. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}

interface Token {
  readonly position: number;
  readonly member: string;
}

export class HashRing {
  readonly #tokens: readonly Token[];
  readonly #members: number;

  /** The same members and `virtualNodes` (places of each member) give the same ring everywhere, in whatever order they come. */
  constructor(members: readonly string[], virtualNodes: number) {
    this.#members = members.length;
    this.#tokens = members
      .flatMap((member) =>
        Array.from({ length: virtualNodes }, (_, i) => ({ position: hashText(`${member}#${i}`), member })),
      )
      .sort((a, b) => a.position - b.position || (a.member < b.member ? -1 : 1));
  }

  /** All members, in the order in which the ring meets them clockwise from a position (0 .. 2^32 - 1). */
  walk(position: number): string[] {
    const tokens = this.#tokens;
    let first = tokens.findIndex((token) => token.position >= position);
    if (first < 0) first = 0;
    const met = new Set<string>();
    for (let i = 0; i < tokens.length && met.size < this.#members; i++) {
      met.add(tokens[(first + i) % tokens.length]!.member);
    }
    return [...met];
  }
}

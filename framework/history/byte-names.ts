// Finds the id of a name from its bytes in a buffer, so that loading makes no string for a name it has seen.

const FIRST_SLOTS = 256;

export class ByteNames {
  /** Entry + 1 by hash; 0: free. */
  #slots = new Int32Array(FIRST_SLOTS);
  #bytes = new Uint8Array(4096);
  #used = 0;
  #count = 0;
  #hash = new Int32Array(FIRST_SLOTS);
  #start = new Int32Array(FIRST_SLOTS);
  #length = new Int32Array(FIRST_SLOTS);
  #id = new Int32Array(FIRST_SLOTS);
  readonly #idOf: (bytes: Buffer, start: number, end: number) => number;

  /** `idOf` makes the id of a name that is seen for the first time. */
  constructor(idOf: (bytes: Buffer, start: number, end: number) => number) {
    this.#idOf = idOf;
  }

  /** The id of the name in `bytes[start, end)`. */
  id(bytes: Buffer, start: number, end: number): number {
    let hash = 0;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#hash[entry - 1] === hash && this.#equals(entry - 1, bytes, start, end)) return this.#id[entry - 1]!;
      slot = (slot + 1) & mask;
    }
    return this.#add(hash, slot, bytes, start, end);
  }

  #equals(entry: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#length[entry] !== end - start) return false;
    const own = this.#bytes;
    let at = this.#start[entry]!;
    for (let i = start; i < end; i++) if (own[at++] !== bytes[i]) return false;
    return true;
  }

  #add(hash: number, slot: number, bytes: Buffer, start: number, end: number): number {
    const id = this.#idOf(bytes, start, end);
    const length = end - start;
    while (this.#used + length > this.#bytes.length) this.#bytes = doubled(this.#bytes, Uint8Array);
    this.#bytes.set(bytes.subarray(start, end), this.#used);
    const entry = this.#count++;
    this.#hash[entry] = hash;
    this.#start[entry] = this.#used;
    this.#length[entry] = length;
    this.#id[entry] = id;
    this.#used += length;
    this.#slots[slot] = entry + 1;
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return id;
  }

  /** Entries take half of the slots at most. */
  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    this.#hash = doubled(this.#hash, Int32Array);
    this.#start = doubled(this.#start, Int32Array);
    this.#length = doubled(this.#length, Int32Array);
    this.#id = doubled(this.#id, Int32Array);
    for (let entry = 0; entry < this.#count; entry++) {
      const hash = this.#hash[entry]!;
      let slot = (hash ^ (hash >>> 15)) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }
}

function doubled<T extends Uint8Array | Int32Array>(from: T, kind: new (length: number) => T): T {
  const to = new kind(from.length * 2);
  to.set(from);
  return to;
}

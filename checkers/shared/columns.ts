// Small typed arrays cut from larger ones. Each ArrayBuffer of its own costs about a microsecond, which short histories and small
// keys would pay dozens of times; a view costs a few hundredths of that.

const SLAB_BYTES = 64 * 1024;
/** Longer ones get memory of their own, so that what is left of a slab is never much. */
const MOST_BYTES = 4 * 1024;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/** `new Int32Array(length)`. */
export function int32(length: number): Int32Array<ArrayBuffer> {
  if (length * 4 > MOST_BYTES) return new Int32Array(length);
  const at = place(length * 4);
  return new Int32Array(slab, at, length);
}

/** `new Uint8Array(length)`. */
export function uint8(length: number): Uint8Array<ArrayBuffer> {
  if (length > MOST_BYTES) return new Uint8Array(length);
  const at = place(length);
  return new Uint8Array(slab, at, length);
}

/** Where so many bytes are free in the slab at hand, which it replaces if need be. No byte is given twice. */
function place(bytes: number): number {
  if (used + bytes > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const at = used;
  used = (used + bytes + 3) & ~3;
  return at;
}

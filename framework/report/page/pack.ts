// How figures travel in the page: JSON with typed arrays beside it, compressed and in base64. Made in Node, read in browsers.
import type { TypedArray } from './typed.js';
import { ARRAYS, kindOf } from './typed.js';

/** Stands in the JSON for a typed array: its kind, where its bytes begin, and its length in elements. */
type Reference = readonly [kind: string, offset: number, length: number];

/** Arrays begin at multiples of it, as their elements need. */
const ALIGNED = 8;

/**
 * One byte string of a value of plain objects, arrays, strings, finite numbers, booleans, null and typed arrays. Names of fields must be
 * ours, never a run's: `$` has a meaning. The same value gives the same bytes.
 */
export function pack(value: unknown): Uint8Array {
  const arrays: TypedArray[] = [];
  let size = 0;
  const json = JSON.stringify(value, (_, item: unknown) => {
    const kind = kindOf(item);
    if (kind === null) return item;
    const array = item as TypedArray;
    const reference: Reference = [kind, size, array.length];
    arrays.push(array);
    size += Math.ceil(array.byteLength / ALIGNED) * ALIGNED;
    return { $: reference };
  });
  const text = new TextEncoder().encode(json);
  const start = startOf(text.length);
  const bytes = new Uint8Array(start + size);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let offset = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += Math.ceil(array.byteLength / ALIGNED) * ALIGNED;
  }
  return bytes;
}

/** The value again; its arrays are views of `bytes`, which must be aligned (a buffer of its own). */
export function unpack(bytes: Uint8Array<ArrayBuffer>): unknown {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const start = bytes.byteOffset + startOf(length);
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)), (_, item: unknown) => {
    const reference = referenceOf(item);
    if (reference === null) return item;
    const [kind, offset, count] = reference;
    const Kind = ARRAYS[kind as keyof typeof ARRAYS];
    return new Kind(bytes.buffer, start + offset, count);
  });
}

function startOf(length: number): number {
  return Math.ceil((4 + length) / ALIGNED) * ALIGNED;
}

function referenceOf(item: unknown): Reference | null {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, '$')) return null;
  return (item as { $: Reference }).$;
}

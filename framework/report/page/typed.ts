// The typed arrays that travel in the page. Bytes are little-endian, as on every machine that runs Node or a browser today.

export const ARRAYS = { Float64Array, Int32Array, Uint32Array, Uint16Array, Uint8Array } as const;

export type ArrayKind = keyof typeof ARRAYS;
export type TypedArray = InstanceType<(typeof ARRAYS)[ArrayKind]>;

/** Its name; null: it is none of them. */
export function kindOf(value: unknown): ArrayKind | null {
  if (!ArrayBuffer.isView(value)) return null;
  for (const kind of Object.keys(ARRAYS) as ArrayKind[]) if (value instanceof ARRAYS[kind]) return kind;
  return null;
}

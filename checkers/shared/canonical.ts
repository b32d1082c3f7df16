// Equality of JSON values, whatever the order of their keys.

/** A text that is the same for equal JSON values and differs for others. */
export function canonical(value: unknown): string {
  // Lists of whole numbers, such as reads of sets, are many and long.
  if (Array.isArray(value)) return `[${(value.every(Number.isSafeInteger) ? value : value.map(canonical)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}

export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b));
}

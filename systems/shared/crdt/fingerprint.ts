// Digests of sets that do not depend on the order of their items, kept up to date item by item.

/** Values that are equal as JSON have the same identity. */
export function identity(value: unknown): string | number {
  if (typeof value === 'number') return value;
  // No text begins like this by accident, so texts and other values stay apart.
  return typeof value === 'string' ? value : `\u0000${JSON.stringify(value)}`;
}

/** 32 bits of a text: FNV-1a, stirred so that the sum of several says something. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The exclusive or of the hashes of items: adding an item twice takes it out again. */
export class Fingerprint {
  #bits = 0;

  toggle(text: string): void {
    this.#bits = (this.#bits ^ hash(text)) >>> 0;
  }

  clear(): void {
    this.#bits = 0;
  }

  toString(): string {
    return this.#bits.toString(16).padStart(8, '0');
  }
}

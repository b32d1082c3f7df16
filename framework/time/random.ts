// Deterministic random streams: sfc32 (Doty-Humphrey, PractRand) seeded by hashing (seed, purpose, ordinal).
import type { Random } from '../contracts/random.js';
import { naturalLog } from './logarithm.js';

/** Final mix of MurmurHash3 (public domain): every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function absorb(hash: number, value: number): number {
  return mix(Math.imul(hash ^ value, 0x9e3779b1) + 0x7f4a7c15);
}

class Stream implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly #key: readonly [number, number, number];

  constructor(a: number, b: number, c: number) {
    this.#key = [a, b, c];
    this.#a = a;
    this.#b = b;
    this.#c = c;
    for (let round = 0; round < 12; round++) this.#next();
  }

  #next(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  float(): number {
    // 32 bits are plenty for choices and durations, and cost one step instead of two.
    return this.#next() / 4294967296;
  }

  int(bound: number): number {
    return Math.floor((this.#next() / 4294967296) * bound);
  }

  chance(p: number): boolean {
    return this.float() < p;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  exponential(mean: number): number {
    return -mean * naturalLog(1 - this.float());
  }

  normal(mean: number, deviation: number): number {
    // Marsaglia's polar method: one square root (exact in IEEE 754) and one logarithm.
    for (;;) {
      const u = 2 * this.float() - 1;
      const v = 2 * this.float() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return mean + deviation * u * Math.sqrt((-2 * naturalLog(s)) / s);
    }
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick from an empty list');
    return items[this.int(items.length)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const swapped = result[i]!;
      result[i] = result[j]!;
      result[j] = swapped;
    }
    return result;
  }

  derive(purpose: string, ordinal = 0): Random {
    return derived(this.#key, purpose, ordinal);
  }
}

function derived(key: readonly [number, number, number], purpose: string, ordinal: number): Random {
  let [a, b, c] = key;
  const absorbAll = (value: number) => {
    a = absorb(a, value);
    b = absorb(b ^ a, value);
    c = absorb(c ^ b, value);
  };
  for (let i = 0; i < purpose.length; i++) absorbAll(purpose.charCodeAt(i));
  absorbAll(purpose.length);
  absorbAll(ordinal | 0);
  absorbAll(Math.floor(ordinal / 4294967296) | 0);
  return new Stream(a, b, c);
}

/**
 * The stream of (seed, purpose, ordinal). The seed is any safe integer. Streams of different purposes are independent, so a
 * new consumer of randomness changes no draw of the others.
 */
export function createRandom(seed: number, purpose: string, ordinal = 0): Random {
  const low = seed | 0;
  const high = Math.floor(seed / 4294967296) | 0;
  return derived([absorb(1, low), absorb(2, high), absorb(3, low ^ high)], purpose, ordinal);
}

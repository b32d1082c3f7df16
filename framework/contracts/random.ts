// A deterministic stream of random numbers. Streams are derived from (seed, purpose, ordinal), never shared between purposes.

export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform integer in [0, bound), 1 <= bound <= 2^32. */
  int(bound: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** Normal with the given mean and deviation. */
  normal(mean: number, deviation: number): number;
  /** One item, uniformly; throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream for a purpose below this one; drawing from it changes nothing here. */
  derive(purpose: string, ordinal?: number): Random;
}

// Keeps draws apart: each purpose of one choice has its own stream, so that an option more or less changes no other draw.
import type { Random } from '../../framework/contracts/random.js';

/**
 * The streams of one choice. Takes exactly one number from `random`, whatever is drawn later, so that choices made one after
 * the other from the same stream differ and none depends on how much an earlier one drew.
 */
export function drawsOf(random: Random): (purpose: string) => Random {
  const ordinal = random.int(4294967296);
  return (purpose) => random.derive(purpose, ordinal);
}

/** Three decimals are enough for milliseconds and rates, and keep injections readable. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

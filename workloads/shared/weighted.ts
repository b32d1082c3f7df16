// Draws one of a few things by weight, with one random number and no allocation.
import { ChaosError } from '../../framework/contracts/error.js';
import type { Random } from '../../framework/contracts/random.js';

/** Draws indexes `0 .. weights.length - 1`, each as often as its weight (at least 0, not all 0) says. */
export class Weighted {
  readonly #limits: Float64Array;
  readonly #total: number;

  constructor(weights: readonly number[]) {
    this.#limits = new Float64Array(weights.length);
    let total = 0;
    for (let i = 0; i < weights.length; i++) {
      total += weights[i]!;
      this.#limits[i] = total;
    }
    this.#total = total;
  }

  draw(random: Random): number {
    const point = random.float() * this.#total;
    let low = 0;
    let high = this.#limits.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (point < this.#limits[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** What a plan's `mix` says: a weight by function; a function that is left out weighs nothing. */
export type Mix = Readonly<Record<string, number>>;

export interface FunctionDraw {
  weight(f: string): number;
  draw(random: Random): string;
}

/** A draw of functions by a mix. Throws a usage error when nothing in it weighs anything. */
export function drawFunctions(mix: Mix): FunctionDraw {
  const names = Object.keys(mix).filter((name) => (mix[name] ?? 0) > 0);
  if (names.length === 0) {
    throw new ChaosError('empty-mix', 'every weight in the workload’s mix is zero, so there is nothing to do', {
      kind: 'usage',
      hint: 'give at least one function a weight above 0',
    });
  }
  const weighted = new Weighted(names.map((name) => mix[name]!));
  return {
    weight: (f) => (Object.hasOwn(mix, f) ? mix[f]! : 0),
    draw: (random) => names[weighted.draw(random)]!,
  };
}

// What is left to do: pieces of all models in turn, so that a run that ends early has seen every model.
import type { Piece } from './work.js';

/** Histories in a piece: a fraction of a second. */
const PIECE = 2000;

export class Queue {
  readonly #seed: number;
  readonly #to: number;
  /** Models with work left, each with its next history. */
  readonly #left: { model: string; next: number }[];
  #turn = 0;

  /** Histories `from` to `to - 1` of each model. */
  constructor(models: readonly string[], seed: number, from: number, to: number) {
    this.#seed = seed;
    this.#to = to;
    this.#left = from < to ? models.map((model) => ({ model, next: from })) : [];
  }

  next(): Piece | undefined {
    if (this.#left.length === 0) return undefined;
    const at = this.#turn % this.#left.length;
    const entry = this.#left[at]!;
    const piece = {
      model: entry.model,
      seed: this.#seed,
      from: entry.next,
      to: Math.min(entry.next + PIECE, this.#to),
    };
    entry.next = piece.to;
    if (piece.to < this.#to) this.#turn = at + 1;
    else {
      this.#left.splice(at, 1);
      this.#turn = at;
    }
    return piece;
  }

  /** Leaves out what is left of a model. */
  drop(model: string): void {
    const at = this.#left.findIndex((entry) => entry.model === model);
    if (at >= 0) this.#left.splice(at, 1);
  }

  clear(): void {
    this.#left.length = 0;
  }
}

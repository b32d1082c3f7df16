// A piece of work: some histories of one model in a row, with a tally of what came of them.
import type { AnyModel } from '../checkers/linearizable/models/model.js';
import type { History } from '../framework/contracts/history.js';
import { compare } from './compare.js';
import { subject } from './histories.js';

export interface Piece {
  model: string;
  seed: number;
  /** Numbers of histories: the first, and the one after the last. */
  from: number;
  to: number;
}

export interface Tally {
  histories: number;
  valid: number;
  witnesses: number;
  rough: number;
  late: number;
  /** Keys by the algorithm that judged them. */
  algorithms: Record<string, number>;
}

export interface Disagreement {
  model: string;
  seed: number;
  index: number;
  initial: unknown;
  /** The history as lines of JSON. */
  lines: string;
  verdicts: Record<string, unknown>;
}

export interface Done {
  piece: Piece;
  tally: Tally;
  /** The first one; the rest of the piece was left. */
  disagreement: Disagreement | null;
}

export function emptyTally(): Tally {
  return { histories: 0, valid: 0, witnesses: 0, rough: 0, late: 0, algorithms: {} };
}

/** Stops at the first disagreement. `model` must be the one that the piece names. */
export function work(piece: Piece, model: AnyModel): Done {
  const tally = emptyTally();
  for (let index = piece.from; index < piece.to; index++) {
    const one = subject(piece.model, piece.seed, index);
    const { valid, algorithms, witnesses, rough, late, disagreement } = compare(model, one, index);
    tally.histories++;
    if (valid) tally.valid++;
    tally.witnesses += witnesses;
    tally.rough += rough;
    tally.late += late;
    for (const name of algorithms) tally.algorithms[name] = (tally.algorithms[name] ?? 0) + 1;
    if (disagreement === null) continue;
    const found = { index, initial: one.initial, lines: linesOf(one.history), verdicts: disagreement };
    return { piece, tally, disagreement: { model: piece.model, seed: piece.seed, ...found } };
  }
  return { piece, tally, disagreement: null };
}

export function add(to: Tally, { histories, valid, witnesses, rough, late, algorithms }: Tally): void {
  to.histories += histories;
  to.valid += valid;
  to.witnesses += witnesses;
  to.rough += rough;
  to.late += late;
  for (const [name, count] of Object.entries(algorithms)) to.algorithms[name] = (to.algorithms[name] ?? 0) + count;
}

function linesOf(history: History): string {
  return Array.from({ length: history.length }, (_, row) => JSON.stringify(history.event(row))).join('\n');
}

// Phrases about operations for the sentences of evidence.
import { EVENT_OK, type History } from '../../../framework/contracts/history.js';
import { actor } from '../../shared/actor.js';
import { enoughDigits, instant, show } from '../../shared/text.js';
import { NOTHING } from '../models/model.js';
import type { Actions } from '../prepare/actions.js';

/** Operations are event indexes of invocations; values are numbers of `Values`. */
export class Words {
  readonly #history: History;
  readonly #actions: Actions;
  readonly #digits: number;

  /** `rows`: the operations that will be talked about. */
  constructor(history: History, actions: Actions, rows: readonly number[]) {
    this.#history = history;
    this.#actions = actions;
    const { time, mate } = history.columns;
    const ends = rows.map((row) => mate[row]!).filter((row) => row >= 0);
    this.#digits = enoughDigits([...rows, ...ends].map((row) => time[row]!));
  }

  value(value: number): string {
    return show(this.#actions.values.value(value));
  }

  start(row: number): string {
    return this.#instant(this.#history.columns.time[row]!);
  }

  end(row: number): string {
    const mate = this.#history.columns.mate[row]!;
    return mate < 0 ? 'no time' : this.#instant(this.#history.columns.time[mate]!);
  }

  /** `the write of 2 by process 1 on n2`, `the cas from 1 to 2 by …`, `the read by …`. */
  operation(row: number): string {
    return `the ${this.#deed(row)} by ${actor(this.#history, row)}`;
  }

  /** `The read by process 3 on n1, invoked at 3.210 s, returned 1`. */
  observed(row: number): string {
    return this.sentence(this.observedThen(row));
  }

  observedThen(row: number): string {
    return `${this.operation(row)}, invoked at ${this.start(row)}, ${this.#result(row)}`;
  }

  observedBefore(row: number): string {
    return `${this.operation(row)} had ${this.#result(row)}`;
  }

  /** Why the value cannot have come back after the newer update; empty where that is not so simple. */
  since(value: number, sources: readonly number[], isInitial: boolean, newer: number): string {
    if (sources.length === 0) return isInitial ? `, and ${this.value(value)} was never written again` : '';
    const { mate, type } = this.#history.columns;
    const ends = sources.map((row) => mate[row]!);
    if (ends.some((end) => end < 0 || type[end] !== EVENT_OK || end > newer)) return '';
    const last = ends.reduce((a, b) => Math.max(a, b));
    const written = this.#instant(this.#history.columns.time[last]!);
    return `, and was invoked after ${this.value(value)} had been written, by ${written}`;
  }

  sentence(phrase: string): string {
    return phrase.charAt(0).toUpperCase() + phrase.slice(1);
  }

  #result(row: number): string {
    const { f, value } = this.#history.operation(row);
    if (value === null && this.#actions.model.container !== undefined) return 'found it empty';
    return this.#actions.model.functions[f]?.observes === 'input' ? 'succeeded' : `returned ${show(value)}`;
  }

  #deed(row: number): string {
    const { f, asked } = this.#history.operation(row);
    const { model } = this.#actions;
    if (model.cell === undefined) return model.showOperation(f, asked, undefined);
    const from = model.cell.needs(f, asked, undefined);
    const to = model.cell.leaves(f, asked, undefined);
    if (from !== NOTHING) return `${f} from ${show(from)} to ${show(to === NOTHING ? from : to)}`;
    return to === NOTHING ? f : `${f} of ${show(to)}`;
  }

  #instant(time: number): string {
    return instant(time, this.#digits);
  }
}

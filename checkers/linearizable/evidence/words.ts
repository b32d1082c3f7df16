// Phrases about operations for the sentences of evidence.
import { EVENT_OK, type History } from '../../../framework/contracts/history.js';
import { actor } from '../../shared/actor.js';
import { instant, show } from '../../shared/text.js';
import type { Actions } from '../prepare/actions.js';

/** Operations are event indexes of invocations; values are numbers of `Values`. */
export class Words {
  readonly #history: History;
  readonly #actions: Actions;

  constructor(history: History, actions: Actions) {
    this.#history = history;
    this.#actions = actions;
  }

  value(value: number): string {
    return show(this.#actions.values.value(value));
  }

  start(row: number): string {
    return instant(this.#history.columns.time[row]!);
  }

  end(row: number): string {
    const mate = this.#history.columns.mate[row]!;
    return mate < 0 ? 'no time' : instant(this.#history.columns.time[mate]!);
  }

  /** `the write 2 by process 1 on n2`. */
  operation(row: number): string {
    const { f, asked } = this.#history.operation(row);
    return `the ${this.#actions.model.showOperation(f, asked, undefined)} by ${actor(this.#history, row)}`;
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
    return `, and what wrote ${this.value(value)} had completed at ${instant(this.#history.columns.time[last]!)}, before that one was invoked`;
  }

  sentence(phrase: string): string {
    return phrase.charAt(0).toUpperCase() + phrase.slice(1);
  }

  #result(row: number): string {
    const { f, value } = this.#history.operation(row);
    return this.#actions.model.functions[f]?.observes === 'input' ? 'succeeded' : `returned ${show(value)}`;
  }
}

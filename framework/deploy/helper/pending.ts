// Requests that wait for their answers: each is settled once, by its answer, by an error, or by its time being over.
import type { Milliseconds } from '../../contracts/time.js';
import type { Answer, RequestName } from './protocol.js';

interface Waiting {
  resolve: (answer: Answer<RequestName>) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export class Pending {
  readonly #waiting = new Map<number, Waiting>();

  /** `late`: the error when nothing has settled it by then. */
  add(id: number, timeout: Milliseconds, late: () => Error): Promise<Answer<RequestName>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(late());
      }, timeout);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  /** Of a request that nobody waits for any more nothing comes. */
  settle(id: number, outcome: { answer: Answer<RequestName> } | { error: Error }): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if ('answer' in outcome) waiting.resolve(outcome.answer);
    else waiting.reject(outcome.error);
  }

  /** Settles all of them with the same error. */
  fail(error: () => Error): void {
    for (const id of [...this.#waiting.keys()]) this.settle(id, { error: error() });
  }
}

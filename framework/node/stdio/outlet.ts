// The way out of a node that speaks on stdout: every line, to whomever, in the order in which it was said.
import type { Outlet } from '../process/runtime.js';

export class StdioOutlet implements Outlet {
  readonly #write: (text: string) => void;
  #text = '';

  /** `write` writes everything, waiting for the reader. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  send(_dest: string, line: string): void {
    this.#text += line;
  }

  notice(_type: string, line: string): void {
    this.#text += line;
  }

  leave(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#write(text);
  }

  drop(): void {
    this.#text = '';
  }
}

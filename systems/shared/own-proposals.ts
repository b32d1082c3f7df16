// What this node has proposed itself, with the tokens of those who wait for it, until it is known what came of it.
import type { Machine } from './replicated-log.js';

interface Proposal {
  readonly command: unknown;
  readonly token: unknown;
}

/** Hands committed commands to the machine, and tells those who wait for commands that cannot be accounted for. */
export class OwnProposals {
  readonly #machine: Pick<Machine, 'apply' | 'lost'>;
  /** By log index. */
  readonly #proposals = new Map<number, Proposal>();

  constructor(machine: Pick<Machine, 'apply' | 'lost'>) {
    this.#machine = machine;
  }

  /** `command` was proposed for `index`. A token that is undefined: nobody waits. */
  add(index: number, command: unknown, token: unknown): void {
    if (token !== undefined) this.#proposals.set(index, { command, token });
  }

  /** `command` is committed at `index`; null: nothing for the machine. If it is not what was proposed there, that is lost. */
  apply(index: number, command: unknown): void {
    const own = this.#proposals.size === 0 ? undefined : this.#proposals.get(index);
    if (own === undefined) {
      if (command !== null) this.#machine.apply(command, index, undefined);
      return;
    }
    this.#proposals.delete(index);
    const survived = own.command === command;
    if (command !== null) this.#machine.apply(command, index, survived ? own.token : undefined);
    if (!survived) this.#machine.lost(own.token);
  }

  /** A snapshot stands for everything up to `index`: what became of the commands proposed there is not known. */
  skip(index: number): void {
    for (const [at, { token }] of [...this.#proposals]) {
      if (at > index) continue;
      this.#proposals.delete(at);
      this.#machine.lost(token);
    }
  }

  /** Nobody can tell what will become of any of them. */
  abandon(): void {
    this.skip(Number.POSITIVE_INFINITY);
  }
}

// What confirmed reads need to know of primary-backup.
import type { ReadHost } from '../shared/confirmed-reads.js';
import type { PrimaryBackup } from './node.js';

export class PrimaryReads implements ReadHost {
  readonly #node: PrimaryBackup;

  constructor(node: PrimaryBackup) {
    this.#node = node;
  }

  get env() {
    return this.#node.env;
  }

  get machine() {
    return this.#node.machine;
  }

  get leads() {
    return this.#node.leads;
  }

  get leader() {
    return this.#node.leader;
  }

  get applied() {
    return this.#node.applied;
  }

  get due() {
    return Math.max(this.#node.commit, this.#node.primary.floor);
  }

  get stamp() {
    return this.#node.primary.stamp;
  }

  get confirmed() {
    return this.#node.primary.confirmed;
  }

  get reign() {
    return this.#node.epoch;
  }

  get patience() {
    return this.#node.options['election-timeout'];
  }

  kick(): void {
    this.#node.primary.kick();
  }

  learn(reign: unknown, index: number): void {
    this.#node.backup.learn(reign, index);
  }
}

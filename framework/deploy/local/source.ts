// This machine as the host of every node, for nodes that speak TCP to each other.

import { CommandHost } from '../host/command-host.js';
import type { Host, HostSource } from '../host/host.js';

export class LocalSource implements HostSource {
  readonly #prepare: () => void;

  /** `prepare`: makes what nodes need here. */
  constructor(prepare: () => void) {
    this.#prepare = prepare;
  }

  async open(nodes: readonly string[]): Promise<ReadonlyMap<string, Host>> {
    this.#prepare();
    const host = new CommandHost({ name: 'this machine', address: '127.0.0.1', title: 'this machine', prefix: [] });
    return new Map(nodes.map((node) => [node, host]));
  }

  entrance(): string {
    return 'a shell of this machine';
  }

  async close(): Promise<void> {}
}

// One host of a cluster: the host itself, its helper, and whether it can be reached now.
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { HelperClient } from '../helper/client.js';
import type { Answer, Ask, Hello, HelperEvent, RequestName } from '../helper/protocol.js';
import type { Command, Host } from '../host/host.js';

export interface StationOptions {
  host: Host;
  /** The nodes that live there; several only on this machine. */
  nodes: readonly string[];
  run: string;
  /** The helper runs as root. */
  root: boolean;
  /** How long the helper goes on without hearing from us. */
  bound: Milliseconds;
  onEvent: (event: HelperEvent) => void;
  /** The helper cannot be reached any more, and could not be reached again. */
  onLost: (error: ChaosError) => void;
  /** It was reached again after the connection had been lost: what should be in force has to be said again. */
  onBack: () => Promise<void>;
}

export class Station {
  readonly host: Host;
  readonly nodes: readonly string[];
  readonly #options: StationOptions;
  #command: Command | null = null;
  #helper: HelperClient | null = null;
  /** The helper cannot be asked now. */
  #isLost = false;
  #hello: Hello | null = null;
  /** Turned off on purpose. */
  #off = false;
  #closed = false;

  constructor(options: StationOptions) {
    this.#options = options;
    this.host = options.host;
    this.nodes = options.nodes;
  }

  get name(): string {
    return this.host.name;
  }

  get address(): string {
    return this.host.address;
  }

  /** False while the host is turned off or its helper cannot be reached. */
  get isUp(): boolean {
    return this.#helper !== null && !this.#isLost;
  }

  /** UDP port of its probes; null while it is down. */
  get probePort(): number | null {
    return this.#hello?.probe ?? null;
  }

  get isRoot(): boolean {
    return this.#options.root;
  }

  /** Starts the helper there, or finds the one that runs. `command` runs it: `node helper.mjs attach FOLDER`. */
  async attach(command: Command): Promise<void> {
    this.#command = command;
    const { host, run, bound, root, onEvent } = this.#options;
    const client = await HelperClient.attach(host, command, {
      run,
      bound,
      keep: false,
      root,
      onEvent,
      onLost: (error) => void this.#lost(error),
    });
    if (this.#closed) {
      await client.close({ keep: false }).catch(() => {});
      throw new ChaosError('run-over', `${host.title}: the run is over`);
    }
    this.#helper = client;
    this.#isLost = false;
    this.#hello = client.hello;
  }

  request<K extends RequestName>(name: K, ask: Ask<K>): Promise<Answer<K>> {
    if (this.#helper === null || this.#isLost) {
      const why = this.#off ? 'is turned off' : 'cannot be reached';
      return Promise.reject(new ChaosError('host-down', `${this.host.title} ${why}`));
    }
    return this.#helper.request(name, ask);
  }

  /** The host is about to be turned off: losing it is no surprise. */
  turnedOff(): void {
    this.#off = true;
    this.#helper = null;
    this.#hello = null;
  }

  /** The host is on again: its helper is started anew. */
  async turnedOn(): Promise<void> {
    this.#off = false;
    await this.attach(this.#command!);
  }

  /** Ends the helper, and with it every node and fault there. */
  async close(): Promise<void> {
    this.#closed = true;
    const helper = this.#helper;
    this.#helper = null;
    await helper?.close({ keep: false });
  }

  async #lost(error: ChaosError): Promise<void> {
    if (this.#off || this.#closed || this.#helper === null) return;
    this.#isLost = true;
    try {
      this.#hello = await this.#helper.reattach();
      this.#isLost = false;
      await this.#options.onBack();
    } catch {
      // The first error says more: the second one is only that it is still so.
      if (!this.#closed && !this.#off) this.#options.onLost(error);
    }
  }
}

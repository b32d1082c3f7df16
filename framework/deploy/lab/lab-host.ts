// A host that can be off: whoever holds it keeps it, and what leads there is made again when it is on again.
import { unreachable } from '../host/errors.js';
import type { Command, Daemon, DaemonOptions, Host, Output, Pipe, RunOptions } from '../host/host.js';

export class LabHost implements Host {
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly #connect: () => Host;
  #way: Host | null;

  /** `connect`: what leads to the host now that it is on. */
  constructor(connect: () => Host) {
    this.#connect = connect;
    const way = connect();
    this.#way = way;
    this.name = way.name;
    this.address = way.address;
    this.title = way.title;
  }

  /** Its power is about to be cut: connections end at once, since their other side will never say so. */
  async off(): Promise<void> {
    const way = this.#way;
    this.#way = null;
    await way?.close();
  }

  on(): void {
    this.#way ??= this.#connect();
  }

  async run(command: Command, options?: RunOptions): Promise<Output> {
    return this.#open.run(command, options);
  }

  async open(command: Command, options?: Pick<RunOptions, 'env' | 'cwd' | 'root'>): Promise<Pipe> {
    return this.#open.open(command, options);
  }

  async upload(source: string | Uint8Array, path: string, options?: { mode?: number }): Promise<void> {
    return this.#open.upload(source, path, options);
  }

  async download(path: string, target: string): Promise<void> {
    return this.#open.download(path, target);
  }

  async spawn(command: Command, options: DaemonOptions): Promise<Daemon> {
    return this.#open.spawn(command, options);
  }

  async close(): Promise<void> {
    await this.#way?.close();
  }

  get #open(): Host {
    if (this.#way !== null) return this.#way;
    throw unreachable(this, 'it is off', { hint: 'Turn it on first.' });
  }
}

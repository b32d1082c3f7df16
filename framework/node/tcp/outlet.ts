// The way out of a node on the network: to every other node over a connection of its own, all else over that of `chaos`.
import type { Socket } from 'node:net';
import type { Outlet } from '../process/runtime.js';
import type { Link } from './link.js';

/** Characters of notes that wait for `chaos` to come. */
const MOST_HELD = 64 * 1024;

/** What `chaos` has not read, in bytes; with more, no requests are taken from it until it has. */
const MOST_UNREAD = 4 * 1024 * 1024;

export interface TcpOutletOptions {
  id: string;
  /** To every other node. */
  links: ReadonlyMap<string, Link>;
  /** The connection of `chaos`; null: it is away, and what is said to it is lost, but for notes. */
  control: () => Socket | null;
  /** Brings the node what it sends to itself, in a later turn. */
  loop: (batch: Buffer) => void;
}

export class TcpOutlet implements Outlet {
  readonly #options: TcpOutletOptions;
  #toControl = '';
  #toSelf = '';
  #held = '';

  constructor(options: TcpOutletOptions) {
    this.#options = options;
  }

  send(dest: string, line: string): void {
    const link = this.#options.links.get(dest);
    if (link !== undefined) link.send(line);
    else if (dest === this.#options.id) this.#toSelf += line;
    else this.#toControl += line;
  }

  notice(type: string, line: string): void {
    if (this.#options.control() !== null) this.#toControl += line;
    else if (type === 'note' && this.#held.length < MOST_HELD) this.#held += line;
  }

  leave(): void {
    for (const link of this.#options.links.values()) link.flush();
    if (this.#toControl !== '') this.#tell();
    if (this.#toSelf !== '') this.#loop();
  }

  drop(): void {
    for (const link of this.#options.links.values()) link.drop();
    this.#toControl = '';
    this.#toSelf = '';
  }

  /** `chaos` has come, and hears what was noted meanwhile. */
  controlCame(): void {
    this.#toControl = this.#held + this.#toControl;
    this.#held = '';
  }

  /** It reads again: its requests are welcome. */
  drained(): void {
    this.#options.control()?.resume();
  }

  #tell(): void {
    const control = this.#options.control();
    const text = this.#toControl;
    this.#toControl = '';
    if (control === null) return;
    control.write(text);
    if (control.writableLength > MOST_UNREAD) control.pause();
  }

  #loop(): void {
    const batch = Buffer.from(this.#toSelf.slice(0, -1));
    this.#toSelf = '';
    setImmediate(this.#options.loop, batch);
  }
}

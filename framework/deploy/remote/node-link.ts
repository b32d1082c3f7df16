// The connection of `chaos` to one reference node on a host: kept through the node's deaths and the network's, until it is closed.
import type { Duplex } from 'node:stream';
import type { Address } from '../../node/tcp/arguments.js';
import { dialTcp } from '../../node/tcp/dial.js';
import { CONTROL, helloLine } from '../../node/tcp/greeting.js';
import { Link } from '../../node/tcp/link.js';

/** Bytes that wait for a node that does not read (paused, say); beyond it requests are dropped. */
const BACKLOG = 64 * 1024 * 1024;

export interface NodeLinkOptions {
  /** The id that must answer. */
  node: string;
  token: string;
  run: string;
  /** Where the node listens now, or a stream that leads there; asked before each dial. A promise that rejects is a refusal. */
  connect: () => Address | Promise<Duplex>;
  /** All complete lines of a chunk, without the last newline. */
  onLines: (batch: Buffer) => void;
  /** A connection is there. It may take the place of one that carried nothing any more: `onDown` has then been called. */
  onUp: () => void;
  /** The connection is gone; null: the node closed it, as one does that is killed. */
  onDown: (error: Error | null) => void;
}

export class NodeLink {
  readonly #link: Link;
  #isQueued = false;

  constructor({ node, token, run, connect, onLines, onUp, onDown }: NodeLinkOptions) {
    this.#link = new Link({
      peer: node,
      hello: helloLine(run, token, CONTROL),
      dial: async (signal) => {
        const way = connect();
        return 'port' in way ? dialTcp(way, signal) : way;
      },
      lasting: true,
      // While it is down what is sent is lost, as with a node that is dead.
      held: 0,
      backlog: BACKLOG,
      onLines,
      onUp,
      onDown,
    });
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  /** Begins to connect; where it tries already, it tries again at once. */
  start(): void {
    this.#link.start();
  }

  /**
   * Sends text, which is one or more lines with their newlines; everything of a turn of the event loop leaves in one write. False: it
   * is lost, because there is no connection or because too much waits already.
   */
  send(text: string): boolean {
    if (!this.#link.send(text)) return false;
    if (!this.#isQueued) {
      this.#isQueued = true;
      setImmediate(() => {
        this.#isQueued = false;
        this.#link.flush();
      });
    }
    return true;
  }

  /** Ends the connection for good; nothing is told any more. What was sent may still arrive. */
  close(): void {
    this.#link.close();
  }
}

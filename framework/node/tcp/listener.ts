// Takes the connections of a node: of other nodes, and of `chaos`. Only who knows the run's token is heard.
import { createServer, type Server, type Socket } from 'node:net';
import { LineReader } from '../process/line-reader.js';
import type { Address } from './arguments.js';
import { ackLine, CONTROL, greeted, LONGEST_HELLO, LONGEST_LINE, welcomeLine } from './greeting.js';

/** All in milliseconds: time for a hello, and for the go behind it. */
const HELLO_WITHIN = 2000;
const GO_WITHIN = 20_000;
/** That bytes have come is said at once, but not more often than this. */
const ACK_EVERY = 100;

/** Connections that have not said go; a newer one then takes the place of the oldest. */
const MOST_STRANGERS = 64;

export interface ListenerOptions {
  id: string;
  run: string;
  token: string;
  /** Ids of all nodes. */
  nodes: ReadonlySet<string>;
  /** Complete lines, without the last newline, from a node or from `chaos`. */
  onPeer: (batch: Buffer) => void;
  onControl: (batch: Buffer) => void;
  /** `chaos` is there, with a new connection. */
  onControlUp: () => void;
  /** It reads again. */
  onDrain: () => void;
  /** A connection was refused. */
  onRefused: (detail: string) => void;
}

const NEWLINE = 10;

interface Guest {
  socket: Socket;
  reader: LineReader;
  from: string | null;
  isAdmitted: boolean;
  received: number;
  /** When that was last said, and the next time. */
  acked: number;
  ack: NodeJS.Timeout | null;
  deadline: NodeJS.Timeout | null;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #strangers = new Set<Guest>();
  /** Who said go last, by name. */
  readonly #guests = new Map<string, Guest>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 }, (socket) =>
      this.#take(socket),
    );
  }

  /** The connection of `chaos`; null: there is none. */
  get control(): Socket | null {
    return this.#guests.get(CONTROL)?.socket ?? null;
  }

  /** Rejects when the port is taken. */
  listen({ host, port }: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {});
        resolve();
      });
    });
  }

  /** Ends every connection. */
  close(): void {
    this.#server.close();
    for (const { socket } of [...this.#strangers, ...this.#guests.values()]) socket.destroy();
  }

  #take(socket: Socket): void {
    const guest: Guest = {
      socket,
      reader: new LineReader(),
      from: null,
      isAdmitted: false,
      received: 0,
      acked: 0,
      ack: null,
      deadline: null,
    };
    this.#strangers.add(guest);
    if (this.#strangers.size > MOST_STRANGERS) this.#oldestStranger()?.socket.destroy();
    guest.deadline = setTimeout(
      () => this.#refuse(guest, `it did not say hello within ${HELLO_WITHIN / 1000} s`),
      HELLO_WITHIN,
    );
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#read(guest, chunk));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#gone(guest));
  }

  #oldestStranger(): Guest | undefined {
    for (const guest of this.#strangers) return guest;
    return undefined;
  }

  #read(guest: Guest, chunk: Buffer): void {
    guest.received += chunk.length;
    const batch = guest.reader.push(chunk);
    if (guest.isAdmitted) {
      this.#acknowledge(guest);
      if (batch !== null) this.#lines(guest, batch);
      if (guest.reader.held > LONGEST_LINE) guest.socket.destroy();
    } else if (batch !== null) this.#greet(guest, batch);
    else if (guest.reader.held > LONGEST_HELLO) this.#refuse(guest, 'its first line does not end');
  }

  /** Lines of a connection that has not said go: hello, then go, then perhaps messages already. */
  #greet(guest: Guest, batch: Buffer): void {
    const newline = batch.indexOf(NEWLINE);
    const line = newline < 0 ? batch : batch.subarray(0, newline);
    if (line.length > LONGEST_HELLO) this.#refuse(guest, 'its first line is too long');
    else if (guest.from === null) this.#hello(guest, line.toString('utf8'));
    else this.#admit(guest, guest.from);
    if (newline < 0 || guest.socket.destroyed) return;
    const rest = batch.subarray(newline + 1);
    if (guest.isAdmitted) this.#lines(guest, rest);
    else this.#greet(guest, rest);
  }

  #hello(guest: Guest, line: string): void {
    const { id, run, token, nodes } = this.#options;
    const greeting = greeted(line, run, token);
    if ('refused' in greeting) this.#refuse(guest, greeting.refused);
    else if (greeting.from !== CONTROL && !nodes.has(greeting.from)) this.#refuse(guest, 'it is no node of the run');
    else {
      guest.from = greeting.from;
      if (guest.deadline !== null) clearTimeout(guest.deadline);
      guest.deadline = setTimeout(() => guest.socket.destroy(), GO_WITHIN);
      guest.socket.write(welcomeLine(id));
    }
  }

  /** The latest connection of somebody wins: an older one is half open, or carries nothing any more. */
  #admit(guest: Guest, from: string): void {
    guest.isAdmitted = true;
    this.#strangers.delete(guest);
    if (guest.deadline !== null) clearTimeout(guest.deadline);
    this.#acknowledge(guest);
    const former = this.#guests.get(from);
    this.#guests.set(from, guest);
    former?.socket.destroy();
    if (from !== CONTROL) return;
    guest.socket.on('drain', () => this.#options.onDrain());
    this.#options.onControlUp();
  }

  #lines(guest: Guest, batch: Buffer): void {
    if (guest.from === CONTROL) this.#options.onControl(batch);
    else this.#options.onPeer(batch);
  }

  #acknowledge(guest: Guest): void {
    if (guest.ack !== null) return;
    const wait = guest.acked + ACK_EVERY - performance.now();
    if (wait > 0) {
      guest.ack = setTimeout(() => {
        guest.ack = null;
        this.#acknowledge(guest);
      }, wait);
      return;
    }
    guest.acked = performance.now();
    if (guest.socket.writable) guest.socket.write(ackLine(guest.received));
  }

  #refuse(guest: Guest, why: string): void {
    const { remoteAddress } = guest.socket;
    guest.socket.destroy();
    this.#options.onRefused(
      `refused a connection${remoteAddress === undefined ? '' : ` from ${remoteAddress}`}: ${why}`,
    );
  }

  #gone(guest: Guest): void {
    this.#strangers.delete(guest);
    if (guest.deadline !== null) clearTimeout(guest.deadline);
    if (guest.ack !== null) clearTimeout(guest.ack);
    if (guest.from !== null && this.#guests.get(guest.from) === guest) this.#guests.delete(guest.from);
  }
}

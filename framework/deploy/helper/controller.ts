// The pipe to the control process: one at a time, lines in and out.
import type { Socket } from 'node:net';
import { BoundedLines } from './bounded-lines.js';
import type { HelperEvent, ReplyLine } from './protocol.js';

/** Bytes of a request. */
export const LONGEST_REQUEST: number = 16 * 1024 * 1024;
/** Events that wait for a control process to come (back); the oldest go first. */
const MOST_WAITING = 1000;
/** Bytes that wait for one that does not read. */
const MOST_UNSENT = 64 * 1024 * 1024;
/** Time for the last words. */
const PARTING = 500;

/** Code of the error that a control process gets whose place another one takes; it answers no request. */
export const TAKEN_OVER = 'host-taken';

const TAKEN = {
  code: TAKEN_OVER,
  message: 'another control process has taken over its helper',
  hint: 'Two runs must not use one host at the same time.',
};

/** Answers a line (null: too long); the promise never rejects. */
export type Respond = (line: string | null) => Promise<ReplyLine>;

export class Controller {
  readonly #respond: Respond;
  #socket: Socket | null = null;
  #greeted = false;
  #waiting: HelperEvent[] = [];

  constructor(respond: Respond) {
    this.#respond = respond;
  }

  /** Takes over; the pipe before it is told so and closed. */
  attach(socket: Socket): void {
    const before = this.#socket;
    this.#forget();
    if (before !== null) {
      write(before, { id: 0, error: TAKEN });
      void part(before);
    }
    this.#socket = socket;
    const lines = new BoundedLines(LONGEST_REQUEST);
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#forget();
    });
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        // Of a pipe that has been closed meanwhile nothing counts any more.
        if (this.#socket === socket && line !== '') void this.#respond(line).then((reply) => write(socket, reply));
      }
    });
  }

  /** Tells the control process; it waits until one has been greeted. */
  tell(event: HelperEvent): void {
    if (this.#socket !== null && this.#greeted) {
      write(this.#socket, event);
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** Hello was answered: what has waited follows. */
  greeted(): void {
    this.#greeted = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.tell(event);
  }

  /** Forgets what has waited: it was for another run. */
  clear(): void {
    this.#waiting = [];
  }

  /** Closes the pipe when everything is on its way. */
  async end(): Promise<void> {
    const socket = this.#socket;
    this.#forget();
    if (socket !== null) await part(socket);
  }

  /** Closes it now. */
  close(): void {
    this.#socket?.destroy();
    this.#forget();
  }

  #forget(): void {
    this.#socket = null;
    this.#greeted = false;
  }
}

/** Resolves when it is closed, after what is on its way. */
function part(socket: Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), PARTING);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end(() => socket.destroy());
  });
}

function write(socket: Socket, line: ReplyLine): void {
  if (socket.destroyed) return;
  if (socket.writableLength > MOST_UNSENT) socket.destroy();
  else socket.write(`${JSON.stringify(line)}\n`);
}

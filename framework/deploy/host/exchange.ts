// One command from its input to its output: feeds it, keeps what it writes up to a bound, and knows when it has ended.

import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../../contracts/time.js';
import type { Exit, Output, Pipe } from './host.js';

/** Silence after which a command that has ended is no longer listened to: something it left behind holds its output open. */
const LINGER: Milliseconds = 500;

/** The first bytes of a stream. */
export class Kept {
  readonly #chunks: Buffer[] = [];
  readonly #most: number;
  #size = 0;
  /** Bytes that came. */
  seen = 0;
  /** Resolves when no more can come. */
  readonly ended: Promise<void>;

  constructor(stream: Readable, most: number) {
    this.#most = most;
    stream.on('data', (chunk: Buffer) => this.#add(chunk));
    this.ended = new Promise((resolve) => {
      for (const event of ['end', 'close', 'error']) stream.on(event, () => resolve());
    });
  }

  #add(chunk: Buffer): void {
    this.seen += chunk.length;
    const room = this.#most - this.#size;
    if (room <= 0) return;
    const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(part);
    this.#size += part.length;
  }

  /** What was kept; a line at its end says how much was not. */
  text(): string {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    const cut = this.seen - this.#size;
    return cut === 0 ? text : `${text.replace(/�$/, '')}\n[${cut} more bytes are not kept]\n`;
  }
}

/** Resolves when the command has ended and what it wrote has arrived. `most`: bytes of stdout and of stderr that are kept, each. */
export async function exchange(pipe: Pipe, input: string | Uint8Array | undefined, most: number): Promise<Output> {
  const stdout = new Kept(pipe.stdout, most);
  const stderr = new Kept(pipe.stderr, most);
  pipe.stdin.end(input);
  const exit = await pipe.exited;
  await drained([stdout, stderr]);
  return { ...exit, stdout: stdout.text(), stderr: stderr.text() };
}

/** Resolves when all of it has arrived, or nothing came for a while. */
export async function drained(streams: readonly Kept[]): Promise<void> {
  const ended = Promise.all(streams.map((stream) => stream.ended)).then(() => true);
  const count = () => streams.reduce((sum, stream) => sum + stream.seen, 0);
  for (let before = -1; before !== count(); ) {
    before = count();
    const stop = new AbortController();
    const silence = sleep(LINGER, false, { signal: stop.signal }).catch(() => true);
    const done = await Promise.race([ended, silence]);
    stop.abort();
    if (done) return;
  }
}

/** True when the connection to a command was lost before it told how it ended. */
export function isLost(exit: Exit): boolean {
  return exit.code === null && exit.signal === null;
}

// One end's lasting connection to another: dials, dials again, and notices when a connection carries nothing any more. After a
// partition TCP itself would wait ever longer before it tries again, so a connection whose bytes are not acknowledged is not waited
// for: fresh dials run beside it, and whichever end answers first is used.
import type { Duplex } from 'node:stream';
import { LineReader } from '../process/line-reader.js';
import { GO, LONGEST_HELLO, LONGEST_LINE, welcomedBy, withoutAcks } from './greeting.js';

/** All in milliseconds. A dial that was refused is repeated after so long, twice as long each time. */
const LEAST_WAIT = 10;
const MOST_WAIT = 500;
/** A dial without any answer is given up after so long, with others begun meanwhile: slow networks, too, shall carry something. */
const LONGEST_DIAL = 5000;
/** What waits longer than this for a connection is not worth sending any more. */
const LONGEST_HELD = 500;
/** How often, while something is not acknowledged, it is looked at, and after which silence others are dialled. */
const LOOK = 250;
const STUCK = 1000;

const NEWLINE = 10;

export interface LinkOptions {
  /** Who must answer. */
  peer: string;
  hello: string;
  /** A connected stream; rejects when there is none. */
  dial: (signal: AbortSignal) => Promise<Duplex>;
  /** From `start` on it keeps a connection, whether there is something to send or not; others dial when there is. */
  lasting: boolean;
  /** Characters that wait for the first connection, and bytes that wait for a slow one; what is beyond them is dropped. */
  held: number;
  backlog: number;
  /** Complete lines without the last newline. */
  onLines?: (batch: Buffer) => void;
  onUp?: () => void;
  /** `error`: why the connection is gone; null: the other end closed it. */
  onDown?: (error: Error | null) => void;
  /** Something is dropped because the other end reads too slowly; told once for each connection. */
  onCongestion?: () => void;
}

/** A dial under way. */
interface Dial {
  since: number;
  abort: AbortController;
  stream: Duplex | null;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #dials = new Set<Dial>();
  #stream: Duplex | null = null;
  #text = '';
  #heldSince = 0;
  /** Bytes written to the connection, how many of them have come, and when anything was last heard. */
  #sent = 0;
  #acked = 0;
  #heard = 0;
  #wait = LEAST_WAIT;
  #timer: NodeJS.Timeout | null = null;
  #isOpen: boolean;
  #isCongested = false;
  /** Takings of `send` that were dropped. */
  dropped = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#isOpen = !options.lasting;
  }

  get isUp(): boolean {
    return this.#stream !== null;
  }

  /** Begins to keep a lasting connection; where it tries already, it tries again at once. */
  start(): void {
    this.#isOpen = true;
    this.#wait = LEAST_WAIT;
    if (this.#stream === null) this.#dial();
  }

  /** Takes one or more lines, with their newlines; false: they are dropped. They leave with the next `flush`. */
  send(lines: string): boolean {
    return this.#stream === null ? this.#hold(lines) : this.#take(lines, this.#stream);
  }

  /** Writes what was taken. */
  flush(): void {
    if (this.#text === '' || this.#stream === null) return;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    if (this.#sent === this.#acked) this.#heard = performance.now();
    this.#sent += bytes.length;
    this.#stream.write(bytes);
    if (this.#timer === null) this.#schedule(LOOK);
  }

  /** What was taken and not written is lost. */
  drop(): void {
    this.#text = '';
  }

  /** Ends for good; nothing is told any more. */
  close(): void {
    this.#isOpen = false;
    this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#text = '';
    this.#giveUp();
    const stream = this.#stream;
    this.#stream = null;
    // What was written may still leave, but not for ever.
    stream?.end();
    if (stream !== null) setTimeout(() => stream.destroy(), STUCK).unref();
  }

  #hold(lines: string): boolean {
    if (!this.#isOpen || this.#text.length >= this.#options.held) {
      this.dropped++;
      return false;
    }
    if (this.#text === '') this.#heldSince = performance.now();
    this.#text += lines;
    if (this.#timer === null) this.#dial();
    return true;
  }

  #take(lines: string, stream: Duplex): boolean {
    if (stream.writableLength + this.#text.length > this.#options.backlog) {
      this.dropped++;
      if (!this.#isCongested) this.#options.onCongestion?.();
      this.#isCongested = true;
      return false;
    }
    this.#text += lines;
    return true;
  }

  #schedule(delay: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look();
    }, delay);
  }

  #look(): void {
    const now = performance.now();
    for (const dial of this.#dials) if (now - dial.since > LONGEST_DIAL) this.#cancel(dial);
    if (this.#stream === null) {
      if (now - this.#heldSince > LONGEST_HELD) this.#text = '';
      if (this.#isWanted) this.#dial();
      else this.#giveUp();
    } else if (this.#acked < this.#sent) {
      if (now - this.#heard > STUCK) this.#dial();
      else this.#schedule(LOOK);
    }
  }

  get #isWanted(): boolean {
    return this.#isOpen && (this.#options.lasting || this.#text !== '');
  }

  #dial(): void {
    const dial: Dial = { since: performance.now(), abort: new AbortController(), stream: null };
    this.#dials.add(dial);
    this.#schedule(MOST_WAIT);
    this.#options.dial(dial.abort.signal).then(
      (stream) => this.#dialled(dial, stream),
      () => this.#failed(dial),
    );
  }

  #dialled(dial: Dial, stream: Duplex): void {
    let cause: Error | null = null;
    stream.on('error', (error) => {
      cause = error;
    });
    if (!this.#dials.has(dial)) {
      stream.destroy();
      return;
    }
    dial.stream = stream;
    const reader = new LineReader();
    stream.on('data', (chunk: Buffer) => {
      if (this.#stream !== stream && !this.#dials.has(dial)) return;
      const batch = reader.push(chunk);
      const longest = this.#stream === stream ? LONGEST_LINE : LONGEST_HELLO;
      if (this.#stream === stream) this.#alive();
      if (reader.held > longest) stream.destroy(new Error('a line does not end'));
      else if (batch === null) return;
      else if (this.#stream === stream) this.#lines(batch);
      else this.#answered(dial, stream, batch);
    });
    stream.on('end', () => stream.destroy());
    stream.on('close', () => this.#closed(dial, stream, cause));
    stream.write(this.#options.hello);
  }

  #answered(dial: Dial, stream: Duplex, batch: Buffer): void {
    const newline = batch.indexOf(NEWLINE);
    const end = newline < 0 ? batch.length : newline;
    const { peer } = this.#options;
    if (welcomedBy(batch.toString('utf8', 0, end)) !== peer) {
      stream.destroy(new Error(`it is not ${peer} that answers`));
      return;
    }
    this.#adopt(dial, stream);
    if (end + 1 < batch.length) this.#lines(batch.subarray(end + 1));
  }

  #adopt(dial: Dial, stream: Duplex): void {
    const { hello, onUp, onDown } = this.#options;
    this.#dials.delete(dial);
    this.#giveUp();
    const former = this.#stream;
    this.#stream = stream;
    this.#sent = Buffer.byteLength(hello) + GO.length;
    this.#acked = 0;
    this.#heard = performance.now();
    this.#wait = LEAST_WAIT;
    this.#isCongested = false;
    stream.write(GO);
    this.#schedule(LOOK);
    if (former !== null) {
      former.destroy();
      onDown?.(new Error('nothing came through any more'));
    }
    onUp?.();
    this.flush();
  }

  /** Whatever comes shows that the connection is good: the other end may be slow to read while it has much to say. */
  #alive(): void {
    this.#heard = performance.now();
    if (this.#dials.size > 0) this.#giveUp();
  }

  #lines(batch: Buffer): void {
    const { acked, rest } = withoutAcks(batch);
    if (acked !== null) this.#acked = acked;
    if (rest !== null) this.#options.onLines?.(rest);
  }

  #closed(dial: Dial, stream: Duplex, cause: Error | null): void {
    if (this.#stream !== stream) {
      this.#failed(dial);
      return;
    }
    this.#stream = null;
    this.#heldSince = performance.now();
    if (this.#dials.size === 0) this.#schedule(LEAST_WAIT);
    this.#options.onDown?.(cause);
  }

  #failed(dial: Dial): void {
    if (!this.#dials.delete(dial) || this.#dials.size > 0 || this.#stream !== null) return;
    this.#schedule(this.#wait);
    this.#wait = Math.min(2 * this.#wait, MOST_WAIT);
  }

  #cancel(dial: Dial): void {
    this.#dials.delete(dial);
    dial.abort.abort();
    dial.stream?.destroy();
  }

  #giveUp(): void {
    for (const dial of this.#dials) this.#cancel(dial);
  }
}

// The control process's side of a helper: requests that are answered once or fail with the host's name, and signs of life.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Command, Host, Pipe } from '../host/host.js';
import { BoundedLines } from './bounded-lines.js';
import { TAKEN_OVER } from './controller.js';
import { Pending } from './pending.js';
import type { Answer, Ask, Hello, HelperEvent, ReplyLine, RequestName } from './protocol.js';

const REQUEST_TIMEOUT: Milliseconds = 10_000;
/** What a step's answer may need beyond the step. */
const STEP_MARGIN: Milliseconds = 10_000;
/** Starting the helper on a slow host. */
const HELLO_TIMEOUT: Milliseconds = 30_000;
/** After the helper has said that all is done. */
const END_TIMEOUT: Milliseconds = 1000;
/** Between the end of a pipe and the last of its output. */
const LAST_WORDS: Milliseconds = 300;
const LONGEST_TIMEOUT: Milliseconds = 2 ** 31 - 1;
/** To be taken in by a helper. */
const ATTEMPTS = 3;
/** Bytes of a request; the helper takes no more. */
const LONGEST_REQUEST = 16 * 1024 * 1024;
/** Bytes of an answer. */
const LONGEST_REPLY = 64 * 1024 * 1024;
/** Bytes that are kept of what the pipe's program has to say about its failure. */
const MOST_COMPLAINT = 2000;

export interface HelperClientOptions {
  run: string;
  /** After so long without a word from here the helper takes back every fault. */
  bound: Milliseconds;
  /** Nodes stay when the helper has heard nothing for longer than that. */
  keep: boolean;
  /** The helper runs as root. */
  root?: boolean;
  env?: Readonly<Record<string, string>>;
  onEvent: (event: HelperEvent) => void;
  /**
   * The pipe is gone, once for each time that one was there: ChaosError('host-lost'), or 'host-taken' when another control process has
   * attached. Never inside a call of the client's.
   */
  onLost: (error: ChaosError) => void;
}

/** One pipe, from hello to its end. */
interface Connection {
  pipe: Pipe;
  pulse: NodeJS.Timeout | null;
  /** Last words of a pipe that could not be opened. */
  complaint: string;
  /** Why it is no more. */
  error: ChaosError | null;
}

export class HelperClient {
  readonly #host: Host;
  readonly #command: Command;
  readonly #options: HelperClientOptions;
  readonly #pending = new Pending();
  #connection: Connection | null = null;
  #connecting: Promise<Hello> | null = null;
  #hello: Hello | null = null;
  #ids = 0;
  #closed = false;

  private constructor(host: Host, command: Command, options: HelperClientOptions) {
    this.#host = host;
    this.#command = command;
    this.#options = options;
  }

  /**
   * Starts the helper on the host, or takes over the one that lives there. `command`: `node helper.mjs attach FOLDER`. Rejects with
   * ChaosError('helper-not-started'), or what the host says when it cannot be reached.
   */
  static async attach(host: Host, command: Command, options: HelperClientOptions): Promise<HelperClient> {
    const client = new HelperClient(host, command, options);
    await client.reattach();
    return client;
  }

  /** What the helper has said of itself, last. */
  get hello(): Hello {
    return this.#hello!;
  }

  /** False from when the pipe was lost until it is attached again. */
  get connected(): boolean {
    return this.#connection !== null;
  }

  /**
   * Rejects with what the helper has to say against it, with ChaosError('host-lost') when the pipe is or gets lost (whether it was done
   * nobody knows then), and with ChaosError('host-timeout') when no answer comes in time (10 s; a step: 10 s longer than its own).
   */
  request<K extends RequestName>(name: K, ask: Ask<K>, options: { timeout?: Milliseconds } = {}): Promise<Answer<K>> {
    const own = name === 'step' ? (ask as Ask<'step'>).timeout + STEP_MARGIN : REQUEST_TIMEOUT;
    const timeout = Math.min(options.timeout ?? own, LONGEST_TIMEOUT);
    return this.#send(name, ask, timeout);
  }

  /** Opens the pipe again after it was lost; `healed` of the answer tells whether faults were taken back meanwhile. */
  reattach(): Promise<Hello> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  /**
   * Ends the helper, which kills the nodes and takes back every fault; `keep`: only the faults are taken back, the nodes stay with the
   * helper. Resolves also when the host cannot be reached any more: the helper then ends by itself.
   */
  async close({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connecting?.catch(() => {});
    const connection = this.#connection;
    try {
      if (connection === null) return;
      if (keep) {
        await this.request('hello', { run: this.#options.run, bound: this.#options.bound, keep });
        await this.request('heal', {}, { timeout: HELLO_TIMEOUT });
      } else await this.#end(connection);
    } catch (error) {
      if (!GONE.has(codeOf(error))) throw error;
    } finally {
      this.#drop(connection, null);
    }
  }

  async #connect(): Promise<Hello> {
    const { run, bound, keep, root } = this.#options;
    this.#drop(this.#connection, null);
    for (let attempt = 1; ; attempt++) {
      const connection = await this.#open();
      try {
        this.#hello = await this.#send('hello', { run, bound, keep }, HELLO_TIMEOUT);
        // Lost right behind the answer.
        if (connection.error !== null) throw connection.error;
        if (root === true && !this.#hello.root && attempt === 1) {
          // One of an earlier run that was not root; the next one is, if the host lets us.
          await this.#end(connection);
          continue;
        }
        // Two may be late or lost, and there is still time.
        connection.pulse = setInterval(() => this.#pulse(connection), bound / 4);
        connection.pulse.unref();
        return this.#hello;
      } catch (error) {
        this.#drop(connection, null);
        // A helper that is about to end takes nobody in any more; the next attempt starts another one.
        const ending = codeOf(error) === 'host-lost' && connection.complaint === '';
        if (codeOf(error) === TAKEN_OVER) throw error;
        if (!ending || attempt === ATTEMPTS) throw this.#notStarted(connection, error);
      }
    }
  }

  async #end(connection: Connection): Promise<void> {
    await this.#send('end', {}, HELLO_TIMEOUT);
    await Promise.race([connection.pipe.exited, sleep(END_TIMEOUT, null, { ref: false })]);
    this.#drop(connection, null);
  }

  async #open(): Promise<Connection> {
    const { root, env } = this.#options;
    const pipe = await this.#host.open(this.#command, {
      ...(root === undefined ? {} : { root }),
      ...(env === undefined ? {} : { env }),
    });
    const connection: Connection = { pipe, pulse: null, complaint: '', error: null };
    this.#connection = connection;
    this.#listen(connection);
    return connection;
  }

  /** A pipe that answers no pulse is as good as lost, whatever the network says. */
  #pulse(connection: Connection): void {
    this.#send('pulse', {}, this.#options.bound / 2).catch((error: unknown) => {
      this.#drop(connection, this.#lost(`a sign of life was not answered: ${messageOf(error)}`));
    });
  }

  #send<K extends RequestName>(name: K, ask: Ask<K>, timeout: Milliseconds): Promise<Answer<K>> {
    const connection = this.#connection;
    if (connection === null) return Promise.reject(this.#lost('the connection to its helper is lost'));
    const id = ++this.#ids;
    const line = Buffer.from(`${JSON.stringify({ ...ask, id, do: name })}\n`);
    if (line.length > LONGEST_REQUEST) {
      return Promise.reject(this.#error('helper-request', `a request (${name}) is too long: ${line.length} bytes`));
    }
    const answer = this.#pending.add(id, timeout, () =>
      this.#error('host-timeout', `the helper has not answered ${name} within ${timeout / 1000} s`, SLOW),
    );
    connection.pipe.stdin.write(line);
    return answer as Promise<Answer<K>>;
  }

  #listen(connection: Connection): void {
    const { pipe } = connection;
    const lines = new BoundedLines(LONGEST_REPLY);
    const lost = (why: string) => this.#drop(connection, this.#lost(why));
    pipe.stdout.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) if (this.#connection === connection) this.#receive(connection, line);
    });
    pipe.stderr.on('data', (chunk: Buffer) => {
      connection.complaint = `${connection.complaint}${chunk}`.slice(-MOST_COMPLAINT);
    });
    for (const stream of [pipe.stdin, pipe.stdout, pipe.stderr]) stream.on('error', () => {});
    // Its last words may still be on their way.
    const read = new Promise((resolve) => pipe.stdout.once('close', resolve).once('end', resolve));
    pipe.exited
      .then(({ code }) => Promise.race([read, sleep(LAST_WORDS, null, { ref: false })]).then(() => code))
      .then(
        (code) => lost(code === null ? 'the connection to its helper was cut' : 'its helper has closed the connection'),
        (error: unknown) => lost(messageOf(error)),
      );
  }

  #receive(connection: Connection, line: string | null): void {
    const reply = parse(line);
    if (reply === null) return;
    if ('event' in reply) {
      this.#options.onEvent(reply);
      return;
    }
    const error = 'error' in reply ? this.#error(reply.error.code, reply.error.message, reply.error.hint) : null;
    if (error?.code === TAKEN_OVER) this.#drop(connection, error);
    this.#pending.settle(reply.id, 'answer' in reply ? reply : { error: error! });
  }

  /** Ends this connection, if it is still the one; with an error it is told. */
  #drop(connection: Connection | null, error: ChaosError | null): void {
    if (connection === null || this.#connection !== connection) return;
    this.#connection = null;
    connection.error = error;
    if (connection.pulse !== null) clearInterval(connection.pulse);
    connection.pipe.close();
    const greeted = connection.pulse !== null;
    this.#pending.fail(() => error ?? this.#lost('the connection to its helper was closed'));
    if (error !== null && greeted && !this.#closed) queueMicrotask(() => this.#options.onLost(error));
  }

  #lost(why: string): ChaosError {
    return this.#error(
      'host-lost',
      why,
      'The helper takes back every fault by itself; look at the host and its network.',
    );
  }

  #notStarted(connection: Connection, cause: unknown): ChaosError {
    const said = connection.complaint.trim().split('\n').slice(-4).join(' / ');
    return this.#error('helper-not-started', `the helper does not answer: ${said || messageOf(cause)}`, NODE, cause);
  }

  #error(code: string, message: string, hint?: string, cause?: unknown): ChaosError {
    return new ChaosError(code, `${this.#host.name} (${this.#host.title}): ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** Codes of errors after which the helper is out of reach, and ends without us. */
const GONE: ReadonlySet<string | null> = new Set(['host-lost', TAKEN_OVER]);

const SLOW = 'The host is overloaded or stopped, or a disk there does not answer.';
const NODE = 'It needs Node 18 or later on the host, and a folder there that it can write.';

function codeOf(error: unknown): string | null {
  return error instanceof ChaosError ? error.code : null;
}

/** Null: no line of a helper's. */
function parse(line: string | null): ReplyLine | null {
  try {
    const value: unknown = line === null ? null : JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as ReplyLine) : null;
  } catch {
    return null;
  }
}

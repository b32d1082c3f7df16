// One incarnation of a node: an operating-system process in a group of its own, with its lines in and out.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Program } from '../../contracts/system.js';
import { LineReader } from '../../node/process/line-reader.js';
import { Outbox } from './outbox.js';

/** A line longer than this is no message: what has come of it is dropped. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Turns of 5 ms that a killed group gets to disappear: zombies whose new parent is slow would else hold us up. */
const MOST_TURNS = 40;

/** What waits for a node that does not read (paused, say); beyond it the network drops. */
const LONGEST_BACKLOG = 16 * 1024 * 1024;

export interface ProcessOptions extends Program {
  /** Added to our own environment. */
  env?: Readonly<Record<string, string>>;
  /** File descriptor for stderr. */
  log: number;
  /** All complete lines of a chunk, without the last newline. */
  lines: (batch: Buffer) => void;
  overlong: (start: Buffer) => void;
  /** Called once, after the process is gone. `error`: it could not be started at all. */
  exit: (code: number | null, signal: string | null, error: Error | null) => void;
}

export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #stdin: Socket;
  readonly outbox = new Outbox();
  /** True while it is registered for the next flush. */
  queued = false;
  running = true;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /** Resolves when the process runs, or is gone. */
  readonly spawned: Promise<void>;

  constructor(options: ProcessOptions) {
    const child = spawn(options.command, [...options.args], {
      detached: true,
      stdio: ['pipe', 'pipe', options.log],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
      windowsHide: true,
    });
    this.#child = child;
    this.#stdin = child.stdin as unknown as Socket;
    // Its end is told by `exit`; what was on its way to it is lost.
    this.#stdin.on('error', () => {});
    this.#read(child.stdout as unknown as Socket, options);
    this.exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null, error: Error | null) => {
        if (!this.running) return;
        this.running = false;
        this.outbox.clear();
        this.#stdin.destroy();
        options.exit(code, signal, error);
        resolve();
      };
      child.once('exit', (code, signal) => ended(code, signal, null));
      child.once('error', (error) => ended(null, null, error));
    });
    this.spawned = Promise.race([new Promise<void>((resolve) => child.once('spawn', resolve)), this.exited]);
  }

  /** Id of the process and of its group; null when it could not be started. */
  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** True when so much waits for it that the network drops what nodes send. */
  get congested(): boolean {
    return this.#backlog > LONGEST_BACKLOG;
  }

  /** True when requests of clients, too, have to be dropped. */
  get flooded(): boolean {
    return this.#backlog > 4 * LONGEST_BACKLOG;
  }

  get #backlog(): number {
    return this.#stdin.writableLength + this.outbox.size;
  }

  /** Writes what the outbox has. */
  flush(): void {
    this.queued = false;
    if (this.running && this.outbox.size > 0) this.#stdin.write(this.outbox.take());
  }

  /** Sends a signal to the whole group, also when only children of the process are left of it. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === null) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }

  /** Resolves when nothing of a killed group is left, or only what nobody has waited for yet. */
  async vanished(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS && this.#groupExists(); turn++) await setTimeout(5);
  }

  #groupExists(): boolean {
    if (this.pid === null) return false;
    try {
      process.kill(-this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Stops listening, even if a stray descendant still holds the other end. */
  dispose(): void {
    this.#child.stdout?.destroy();
  }

  /** True when the operating system shows it stopped; null where that cannot be seen. */
  frozen(): boolean | null {
    try {
      const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
      return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
    } catch {
      return null;
    }
  }

  #read(stdout: Socket, options: ProcessOptions): void {
    const reader = new LineReader();
    stdout.on('error', () => {});
    stdout.on('data', (chunk: Buffer) => {
      const batch = reader.push(chunk);
      if (batch !== null) options.lines(batch);
      if (reader.held > LONGEST_LINE) options.overlong(reader.rest());
    });
    stdout.on('end', () => {
      // A process that died in the middle of a line never sent that message.
      reader.rest();
    });
  }
}

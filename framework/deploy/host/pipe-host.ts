// Every verb of a host, made from one: starting a command whose input and output are pipes. Kinds of hosts differ in that alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { spawnDaemon } from './daemon.js';
import { codeOf, complaint, late, lost, programOf, titleOf } from './errors.js';
import { exchange, isLost } from './exchange.js';
import type { Command, Daemon, DaemonOptions, Host, Output, Pipe, RunOptions } from './host.js';
import type { Task } from './launch.js';
import { newMark, sweepOf } from './sweep.js';
import { download, type Mover, upload } from './transfer.js';

const DEFAULT_TIMEOUT: Milliseconds = 60_000;
const DEFAULT_MOST = 16 * 1024 * 1024;

/** How long a transfer waits for others on the same host. */
const LONGEST_TURN: Milliseconds = 600_000;

/** What a killed command and the search for its rest get before we stop waiting for them. */
const LAST_WORDS: Milliseconds = 5_000;

/** Pauses before a repeatable command is tried again. */
const PAUSES: readonly Milliseconds[] = [250, 1_000, 3_000];

/** A command that runs, with the means to end it. */
export interface Started extends Pipe {
  /** Ends it by force, as far as that is possible from here. */
  kill(): void;
}

/** An instant of `performance.now()`. */
export type Deadline = Milliseconds;

export abstract class PipeHost implements Host {
  abstract readonly name: string;
  abstract readonly address: string;
  abstract readonly title: string;
  #elevation: Promise<readonly string[]> | null = null;

  /**
   * Starts a task and sends what its input starts with. Rejects when the host cannot be reached ('host-unreachable'), or with
   * 'host-timeout' when it is still not started at the deadline.
   */
  protected abstract begin(task: Task, deadline: Deadline): Promise<Started>;
  abstract close(): Promise<void>;

  async run(command: Command, options: RunOptions = {}): Promise<Output> {
    const timeout = options.timeout ?? DEFAULT_TIMEOUT;
    const deadline = performance.now() + timeout;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(command, options, timeout, deadline);
      } catch (error) {
        const pause = PAUSES[attempt];
        if (!options.repeatable || pause === undefined || !isPassing(error, attempt)) throw error;
        if (performance.now() + pause >= deadline) throw error;
        await sleep(pause);
      }
    }
  }

  /**
   * Both outputs have to be read, or the command stands still when what is on its way fills up. A program that does not exist there
   * ends with code 127, a folder that cannot be entered with 125.
   */
  async open(command: Command, options: Pick<RunOptions, 'env' | 'cwd' | 'root'> = {}): Promise<Pipe> {
    const task = { ...taskOf(command, options), lasting: true };
    return this.#begin(task, DEFAULT_TIMEOUT, performance.now() + DEFAULT_TIMEOUT);
  }

  async upload(source: string | Uint8Array, path: string, options: { mode?: number } = {}): Promise<void> {
    await upload(this.#mover(), source, path, options.mode);
  }

  async download(path: string, target: string): Promise<void> {
    await download(this.#mover(), path, target);
  }

  async spawn(command: Command, options: DaemonOptions): Promise<Daemon> {
    return spawnDaemon(this, command, options);
  }

  /** What stands before a command that has to run as root: nothing, or sudo. Found out once. */
  protected elevation(): Promise<readonly string[]> {
    this.#elevation ??= this.findElevation().catch((error) => {
      this.#elevation = null;
      throw error;
    });
    return this.#elevation;
  }

  protected async findElevation(): Promise<readonly string[]> {
    const user = await this.run(['id', '-u'], { repeatable: true });
    if (user.stdout.trim() === '0') return [];
    const sudo = await this.run(['sudo', '-n', '--', 'true'], { repeatable: true });
    if (sudo.code === 0) return ['sudo', '-n', '--'];
    const why = sudo.code === 127 ? 'sudo is not installed' : complaint(sudo.stderr);
    throw new ChaosError('host-no-sudo', `${titleOf(this)} does not let its user work as root: ${why}.`, {
      hint: 'Connect as root, or let the user run every command through sudo without a password (NOPASSWD: ALL).',
    });
  }

  /** Transfers end by themselves, so they wait for their turn as long as others may take. */
  #mover(): Mover {
    const open = (command: Command) => this.#begin(taskOf(command, {}), LONGEST_TURN, performance.now() + LONGEST_TURN);
    return { name: this.name, title: this.title, open };
  }

  async #attempt(command: Command, options: RunOptions, timeout: Milliseconds, deadline: Deadline): Promise<Output> {
    const task = taskOf(command, options);
    const started = await this.#begin(task, timeout, deadline);
    const whole = exchange(started, options.input, options.most ?? DEFAULT_MOST);
    const output = await before(deadline, whole);
    if (output !== null) started.close();
    else {
      await this.#end(task, started, whole);
      throw late(this, programOf(command), timeout);
    }
    if (isLost(output)) throw lost(this, programOf(command));
    return output;
  }

  async #begin(task: Task, timeout: Milliseconds, deadline: Deadline): Promise<Started> {
    const starting = this.begin(task, deadline);
    const started = await before(deadline, starting);
    if (started !== null) return started;
    starting.then((tardy) => tardy.kill()).catch(() => {});
    throw late(this, programOf(task.command), timeout);
  }

  /** Kills the command, and what it started, also what left its process group. */
  async #end(task: Task, started: Started, whole: Promise<Output>): Promise<void> {
    started.kill();
    const deadline = performance.now() + LAST_WORDS;
    const sweep = this.begin(taskOf(sweepOf(task.mark), { root: task.root }), deadline).then((pipe) =>
      exchange(pipe, undefined, 1024).catch(() => pipe.kill()),
    );
    await before(deadline, Promise.allSettled([sweep, whole]));
  }
}

function taskOf(command: Command, options: Pick<RunOptions, 'env' | 'cwd' | 'root'>): Task {
  return {
    command,
    env: options.env ?? {},
    cwd: options.cwd ?? null,
    root: options.root === true,
    mark: newMark(),
    lasting: false,
  };
}

/** The connection was lost, or could not be made again after that. */
function isPassing(error: unknown, attempt: number): boolean {
  const code = codeOf(error);
  return code === 'host-lost' || (code === 'host-unreachable' && attempt > 0);
}

/** The result, or null when the deadline comes first. */
async function before<T>(deadline: Deadline, promise: Promise<T>): Promise<T | null> {
  const stop = new AbortController();
  const alarm = sleep(Math.max(0, deadline - performance.now()), null, { signal: stop.signal });
  try {
    return await Promise.race([promise, alarm]);
  } finally {
    stop.abort();
    alarm.catch(() => {});
    promise.catch(() => {});
  }
}

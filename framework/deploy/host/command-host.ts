// A host that a command of this machine leads to: a container through its engine, a namespace, or this machine itself.
import { ChaosError } from '../../contracts/error.js';
import { assertAbsolute, complaint, fileError, reasonOf, titleOf, unreachable } from './errors.js';
import { exchange } from './exchange.js';
import type { Command, Output, RunOptions } from './host.js';
import { launchOf, NO_PROGRAM, type Task } from './launch.js';
import { copyHere } from './local-copy.js';
import { startProcess } from './local-process.js';
import { PipeHost, type Started } from './pipe-host.js';

export interface CommandHostOptions {
  name: string;
  address: string;
  title: string;
  /** What stands before a command to run it there, as `['podman', 'exec', '-i', 'c1']`; nothing for this machine. */
  prefix: readonly string[];
  /** Commands run as root there. Found out when it is left out and matters. */
  root?: boolean;
}

/** How programs that lead somewhere say that they could not: exit code and start of stderr. All else is of the command itself. */
const GATES: readonly { code: number; says: RegExp }[] = [
  { code: 125, says: /^Error: / },
  { code: 255, says: /^Error: .*container/ },
  { code: 1, says: /^Error response from daemon: / },
  { code: 1, says: /^Error: No such container/ },
  { code: 1, says: /^(Cannot connect to the Docker daemon|error during connect)/ },
  { code: 1, says: /^nsenter: (cannot open|reassociate|stat of)/ },
];

export class CommandHost extends PipeHost {
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly #prefix: readonly string[];
  readonly #root: boolean;
  /** Whether there is an `sh`; null as long as nothing raised doubts. */
  #shell: boolean | null = null;

  constructor(options: CommandHostOptions) {
    super();
    this.name = options.name;
    this.address = options.address;
    this.title = options.title;
    this.#prefix = options.prefix;
    this.#root = options.root === true;
  }

  override async run(command: Command, options: RunOptions = {}): Promise<Output> {
    const output = await super.run(command, options);
    if (this.#isHere) return output;
    this.#judge(output);
    if (output.code !== NO_PROGRAM || this.#shell !== null) return output;
    this.#shell = await this.#hasShell();
    // Without a shell the command was never reached, so it is no repetition.
    return this.#shell ? output : super.run(command, options);
  }

  override async upload(source: string | Uint8Array, path: string, options: { mode?: number } = {}): Promise<void> {
    assertAbsolute(this, path);
    if (this.#isHere) await this.#copy(`The upload to ${path}`, source, path, options.mode);
    else await super.upload(source, path, options).catch((error) => this.#explain(error));
  }

  override async download(path: string, target: string): Promise<void> {
    assertAbsolute(this, path);
    if (this.#isHere) await this.#copy(`The download of ${path}`, path, target);
    else await super.download(path, target).catch((error) => this.#explain(error));
  }

  async close(): Promise<void> {}

  protected override async findElevation(): Promise<readonly string[]> {
    return this.#root ? [] : super.findElevation();
  }

  protected async begin(task: Task): Promise<Started> {
    const elevation = task.root ? await this.elevation() : [];
    const { words, preface } = this.#shell === false ? this.#plain(task, elevation) : launchOf(task, elevation);
    const [first, ...rest] = [...this.#prefix, ...words];
    const started = await this.#start([first ?? 'sh', ...rest]);
    if (preface.length > 0) started.stdin.write(preface);
    return started;
  }

  get #isHere(): boolean {
    return this.#prefix.length === 0;
  }

  async #copy(doing: string, source: string | Uint8Array, target: string, mode?: number): Promise<void> {
    await copyHere(source, target, mode).catch((error) => {
      throw fileError(this, doing, reasonOf(error), error);
    });
  }

  async #start(words: [string, ...string[]]): Promise<Started> {
    try {
      return await startProcess(words);
    } catch (error) {
      throw this.#unstarted(words[0], error);
    }
  }

  #unstarted(program: string, error: unknown): ChaosError {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'E2BIG' || code === 'ERR_INVALID_ARG_VALUE') {
      const why = code === 'E2BIG' ? 'its arguments are too long' : 'an argument contains a NUL character';
      return new ChaosError('host-command', `A command for ${titleOf(this)} cannot be started: ${why}.`, {
        kind: 'usage',
        hint: 'Give such data to the command as its input instead.',
      });
    }
    const why = code === 'ENOENT' ? `this machine has no program "${program}"` : `"${program}" gives ${code}`;
    return unreachable(this, why, {
      hint: `Install ${program} on this machine, or use another deployment.`,
      cause: error,
    });
  }

  /** A host without a shell runs programs as they are, and nothing more. */
  #plain(task: Task, elevation: readonly string[]): { words: readonly string[]; preface: Buffer } {
    if (task.cwd !== null || Object.keys(task.env).length > 0 || elevation.length > 0 || task.command[0] === 'sh') {
      throw new ChaosError('host-no-shell', `${titleOf(this)} has no "sh", which is needed there.`, {
        hint: 'Use an image that has a POSIX shell, such as one with busybox.',
      });
    }
    return { words: task.command, preface: Buffer.alloc(0) };
  }

  /** A host that is not there, or has no shell, is a better reason than the failure of what was to run in it. */
  async #explain(error: unknown): Promise<never> {
    await this.run(['sh', '-c', ':'], { timeout: 10_000 });
    throw error;
  }

  #judge(output: Output): void {
    if (!GATES.some((gate) => gate.code === output.code && gate.says.test(output.stderr))) return;
    throw unreachable(this, complaint(output.stderr), {
      hint: 'See whether it still runs; a container or namespace that has ended has to be made again.',
    });
  }

  async #hasShell(): Promise<boolean> {
    const [first, ...rest] = [...this.#prefix, 'sh', '-c', ':'];
    const started = await this.#start([first ?? 'sh', ...rest]);
    return (await exchange(started, undefined, 1024)).code === 0;
  }
}

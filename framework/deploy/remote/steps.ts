// Runs the steps of one node's life on its host, and says what went wrong in them so that it can be put right.
import { ChaosError } from '../../contracts/error.js';
import type { Step } from '../../contracts/system.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Answer, NodeCommand } from '../helper/protocol.js';
import type { Command } from '../host/host.js';
import { type Secrets, secretVariables } from './secrets.js';
import type { Station } from './station.js';

export type StepName = 'install' | 'wipe' | 'start' | 'ready' | 'stop' | 'prepare';

export interface StepsOptions {
  node: string;
  station: Pick<Station, 'host' | 'request' | 'isRoot'>;
  /** Folder there that takes the output of steps, `<step>.log` each. */
  logs: string;
  /** Working directory of all of them. */
  folder: string;
  secrets: Secrets;
}

/** Output of a step that is looked at, each of stdout and stderr, in bytes. */
const MOST_OUTPUT = 16 * 1024;
const MOST_LINES = 20;
const LONGEST_LINE = 500;

/** How long a step may take that does not say so itself. */
export const TIMEOUTS: Readonly<Record<StepName, Milliseconds>> = {
  install: 600_000,
  prepare: 10_000,
  wipe: 30_000,
  start: 60_000,
  ready: 60_000,
  stop: 15_000,
};

export class Steps {
  readonly #options: StepsOptions;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  /** `n1 on ssh root@10.0.0.1:22`. */
  get title(): string {
    return `${this.#options.node} on ${this.#options.station.host.title}`;
  }

  /** What we do ourselves is worth no file. */
  logOf(name: StepName | 'node'): string {
    if (name === 'prepare') return '/dev/null';
    return `${this.#options.logs}/${name}.log`;
  }

  /** Where the whole output is when all is over, as a sentence. */
  whereabouts(name: StepName | 'node'): string {
    return `What it wrote is kept with the results, as ${this.#options.node}/${name}.log.`;
  }

  /** Starts a step that goes on; resolves with the id of its process. */
  async start(step: Step): Promise<number> {
    const { station } = this.#options;
    const command = this.#command('start', step, this.logOf('node'));
    return this.#named('start', async () => (await station.request('start', command)).pid);
  }

  /** Runs a step to its end, whatever that is. */
  async run(
    name: StepName,
    step: Step,
    timeout: Milliseconds = step.timeout ?? TIMEOUTS[name],
  ): Promise<Answer<'step'>> {
    const { station } = this.#options;
    const command = this.#command(name, step, this.logOf(name));
    const answer = await this.#named(name, () => station.request('step', { ...command, timeout, most: MOST_OUTPUT }));
    const { secrets } = this.#options;
    return { ...answer, stdout: secrets.hide(answer.stdout), stderr: secrets.hide(answer.stderr) };
  }

  /** Runs a step that has to succeed. Rejects with ChaosError('step-failed'), which names node, step, exit code and last lines. */
  async must(name: StepName, step: Step): Promise<void> {
    const timeout = step.timeout ?? TIMEOUTS[name];
    const answer = await this.run(name, step, timeout);
    if (answer.code === 0 && !answer.late) return;
    throw new ChaosError('step-failed', `${this.title}: step "${name}" ${endOf(answer, timeout)}; ${wordsOf(answer)}`, {
      ...(name === 'prepare' ? {} : { hint: this.whereabouts(name) }),
    });
  }

  /** The last lines of a file there; none where it cannot be read. */
  async tail(path: string): Promise<string[]> {
    const { host } = this.#options.station;
    const root = this.#options.station.isRoot;
    try {
      const command = ['tail', '-c', String(MOST_OUTPUT), '--', path] as const;
      const { stdout } = await host.run(command, { root, repeatable: true, timeout: 5000 });
      return lastOf(this.#options.secrets.hide(stdout));
    } catch {
      return [];
    }
  }

  #command(name: StepName, step: Step, log: string): NodeCommand {
    const { node, station, folder } = this.#options;
    if (step.root === true && !station.isRoot) {
      throw new ChaosError('no-root', `${this.title}: step "${name}" needs root, which we are not there`, {
        hint: 'Let the deployment use sudo, or connect as root.',
      });
    }
    const env = { ...step.env, ...secretVariables(step.secrets ?? []) };
    // Before it has been prepared there is no folder yet.
    return { node, command: commandOf(step), env, cwd: name === 'prepare' ? '/' : folder, log };
  }

  async #named<T>(name: StepName, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ChaosError) || error.code !== 'not-started') throw error;
      throw new ChaosError('step-failed', `step "${name}" of ${this.#options.node}: ${error.message}`, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
  }
}

/** A script is one argument: nothing is spliced into it, what it needs is in its environment. */
export function commandOf({ command, script }: Step): Command {
  const [program, ...args] = command ?? ['sh', '-euc', script ?? '', 'sh'];
  if (program === undefined)
    throw new ChaosError('step-empty', 'a step has neither a command nor a script', { kind: 'usage' });
  return [program, ...args];
}

/** How a step ended, as the rest of a sentence. */
export function endOf({ code, signal, late }: Answer<'step'>, timeout: Milliseconds): string {
  if (late) return `did not end within ${timeout / 1000} s`;
  return code === null ? `ended by ${signal ?? 'an unknown cause'}` : `exited with code ${code}`;
}

/** What a step wrote last; to stderr, unless that is empty. */
export function wordsOf({ stdout, stderr }: Answer<'step'>): string {
  const lines = lastOf(stderr.trim() === '' ? stdout : stderr);
  return lines.length === 0 ? 'it wrote nothing' : `its last lines:\n${indented(lines)}`;
}

export function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function lastOf(text: string): string[] {
  const lines = text.trimEnd().split('\n');
  return lines
    .slice(-MOST_LINES)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line))
    .filter((line, _, all) => line !== '' || all.length > 1);
}

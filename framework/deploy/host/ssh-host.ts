// A host that an sshd lets us into.
import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { late, lost, programOf, titleOf, unreachable } from './errors.js';
import type { Exit } from './host.js';
import { launchOf, type Task } from './launch.js';
import { type Deadline, PipeHost, type Started } from './pipe-host.js';
import { commandLine } from './quote.js';
import { SshConnection } from './ssh-connection.js';
import { type Lease, SshPool } from './ssh-pool.js';
import { type SshTarget, sshTitle } from './ssh-target.js';

export interface SshHostOptions {
  name: string;
  address: string;
  connection: SshTarget;
}

/** The login shell gets the line as one argument, which Linux bounds. */
const LONGEST_LINE = 128 * 1024 - 1;

const UNWILLING = 'See MaxSessions and ForceCommand in the configuration of its sshd, and the shell of that user.';

/** For a port to answer through the connection. */
const DIAL: Milliseconds = 5000;

/** What follows the news that a command has ended: the rest of its output, as a rule at once. */
const AFTER_EXIT = 100;

export class SshHost extends PipeHost {
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly #pool: SshPool;

  constructor(options: SshHostOptions) {
    super();
    this.name = options.name;
    this.address = options.address;
    this.title = sshTitle(options.connection);
    this.#pool = new SshPool((stop) => SshConnection.open(options.connection, this, stop));
  }

  /** Commands that still run lose their connection. */
  async close(): Promise<void> {
    const error = new ChaosError('host-closed', `The connection to ${titleOf(this)} was closed by us.`, {
      kind: 'internal',
    });
    await this.#pool.close(error);
  }

  async dial(port: number): Promise<Duplex> {
    const what = `A way to port ${port}`;
    const lease = await this.#pool.acquire(true, DIAL, () => late(this, what, DIAL));
    try {
      const stream = await lease.connection.forward(this.address, port, DIAL);
      stream.once('close', () => lease.release());
      return stream;
    } catch (error) {
      lease.release();
      throw unreachable(this, `nothing answers at its port ${port}: ${(error as Error).message}`, { cause: error });
    }
  }

  protected async begin(task: Task, deadline: Deadline): Promise<Started> {
    const launch = launchOf(task, task.root ? await this.elevation() : []);
    const line = this.#line(launch.words);
    for (;;) {
      const began = performance.now();
      const lease = await this.#pool.acquire(task.lasting, deadline - began, () =>
        late(this, `Waiting for a turn to run ${programOf(task.command)}`, deadline - began),
      );
      const started = await this.#exec(lease, line, programOf(task.command));
      if (started === null) continue;
      if (launch.preface.length > 0) started.stdin.write(launch.preface);
      return started;
    }
  }

  /** Becomes the command, so that signals and the exit status are its own. */
  #line(words: readonly string[]): string {
    const line = `exec ${commandLine(words)}`;
    if (Buffer.byteLength(line) <= LONGEST_LINE) return line;
    throw new ChaosError('host-command', `A command for ${titleOf(this)} is longer than ${LONGEST_LINE} bytes.`, {
      kind: 'usage',
      hint: 'Give such data to the command as its input instead.',
    });
  }

  /** Null when the server wants less at a time: it is to be tried again in turn. */
  async #exec(lease: Lease, line: string, program: string): Promise<Started | null> {
    try {
      return await lease.connection.exec(line, (channel) => startedOf(channel, lease));
    } catch (error) {
      if ((error as { reason?: unknown }).reason === undefined) {
        lease.release();
        if (!lease.connection.alive) throw lost(this, `the start of ${program}`);
        throw unreachable(this, 'its sshd starts no commands', { hint: UNWILLING, cause: error });
      }
      if (lease.refused()) return null;
      throw unreachable(this, 'its sshd opens no session', { hint: UNWILLING, cause: error });
    }
  }
}

function startedOf(channel: ClientChannel, lease: Lease): Started {
  let exit: Exit = { code: null, signal: null };
  const exited = new Promise<Exit>((resolve) => {
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal ?? null };
      // What it left behind may hold the channel open for long.
      setTimeout(() => resolve(exit), AFTER_EXIT);
    });
    channel.on('close', () => {
      lease.release();
      resolve(exit);
    });
  });
  // Its end is told by `close`.
  channel.on('error', () => {});
  const close = () => {
    channel.end();
    channel.close();
    // It counts as closed when all that came was read.
    channel.resume();
    channel.stderr.resume();
  };
  const kill = () => {
    channel.signal('KILL');
    close();
  };
  return { stdin: channel, stdout: channel, stderr: channel.stderr, exited, close, kill };
}

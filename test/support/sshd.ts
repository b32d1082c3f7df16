// A real sshd on a loopback port, with keys of its own; needs root and Debian's openssh-server.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SSHD = '/usr/sbin/sshd';
/** Where sshd locks its unprivileged part in; the package's service makes it. */
const PRIVSEP = '/run/sshd';

export interface SshdOptions {
  /** Lines for its configuration. */
  config?: readonly string[];
  /** Types of its host keys; ed25519 where it is left out. */
  types?: readonly string[];
  port?: number;
}

export class Sshd {
  readonly folder: string;
  readonly port: number;
  /** Private key that root may log in with. */
  readonly key: string;
  readonly knownHosts: string;
  #process: ChildProcess;
  #log = '';

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    this.key = join(folder, 'user');
    this.knownHosts = join(folder, 'known_hosts');
    this.#process = this.#spawn();
  }

  static async start(options: SshdOptions = {}): Promise<Sshd> {
    const folder = mkdtempSync(join(tmpdir(), 'h1-sshd-'));
    const port = options.port ?? (await freePort());
    mkdirSync(PRIVSEP, { recursive: true, mode: 0o755 });
    const types = options.types ?? ['ed25519'];
    for (const type of types) makeKey(join(folder, `host-${type}`), type);
    makeKey(join(folder, 'user'), 'ed25519');
    writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user.pub')));
    const config = [
      `ListenAddress 127.0.0.1`,
      `Port ${port}`,
      ...types.map((type) => `HostKey ${join(folder, `host-${type}`)}`),
      `PidFile ${join(folder, 'pid')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      ...(options.config ?? []),
    ];
    writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
    const sshd = new Sshd(folder, port);
    sshd.trust(types[0]);
    await sshd.#ready();
    return sshd;
  }

  get log(): string {
    return this.#log;
  }

  /** Type and text of its key. */
  publicKey(type = 'ed25519'): string {
    return readFileSync(join(this.folder, `host-${type}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  }

  /** Writes one of its keys to the file of known hosts, alone. */
  trust(type?: string): void {
    writeFileSync(this.knownHosts, `[127.0.0.1]:${this.port} ${this.publicKey(type)}\n`);
  }

  /** Lets another public key in. */
  authorize(publicKeyFile: string): void {
    writeFileSync(join(this.folder, 'authorized'), readFileSync(publicKeyFile), { flag: 'a' });
  }

  /** The processes that serve one connection each. */
  sessions(): number[] {
    return childrenOf(this.#process.pid ?? 0);
  }

  /** Kills what serves connections; the server itself goes on. */
  cut(): void {
    for (const session of this.sessions()) {
      for (const pid of [...childrenOf(session).filter(isSshd), session]) killQuietly(pid, 'SIGKILL');
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.cut();
    this.#process.kill('SIGKILL');
    await exited;
  }

  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.#ready();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const child = spawn(SSHD, ['-D', '-e', '-f', join(this.folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk;
    });
    return child;
  }

  async #ready(): Promise<void> {
    for (let turn = 0; turn < 200; turn++) {
      if (await answers(this.port)) return;
      await sleep(20);
    }
    throw new Error(`sshd does not start: ${this.#log}`);
  }
}

export function makeKey(file: string, type: string, passphrase = ''): void {
  rmSync(file, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file], { stdio: 'ignore' });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** True when a process runs; one that nobody has waited for yet does not. */
export function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
}

export function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]);
  } catch {
    return 0;
  }
}

function isSshd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd');
  } catch {
    return false;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

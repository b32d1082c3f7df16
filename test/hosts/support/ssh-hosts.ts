// Hosts with an sshd each for tests: own network, mounts and processes; nothing of the machine's own files is changed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** $1 folder of the tests, $2 name, $3 address, $4 size of /var/tmp, $5 programs that stand before all others, $6 all of /usr/sbin. */
const BOOT = `
set -eu
mount -t proc proc /proc
mount -t tmpfs -o "size=$4" tmpfs /var/tmp
chmod 1777 /var/tmp
if [ -e /usr/bin/sudo ]; then mount --bind /dev/null /usr/bin/sudo; fi
mount -t tmpfs tmpfs /run
mkdir /run/sshd
cp -a /etc /run/etc
cat "$1/passwd" >>/run/etc/passwd
cat "$1/shadow" >>/run/etc/shadow
mount --bind /run/etc /etc
if [ -n "$6" ]; then mount --bind "$6" /usr/sbin; fi
hostname "$2"
exec /usr/sbin/sshd -D -e -f /dev/null -h "$1/$2-key" -o "ListenAddress=$3" -o "AuthorizedKeysFile=$1/authorized" \\
  -o StrictModes=no -o UsePAM=no -o PasswordAuthentication=no -o "PidFile=none" \\
  -o "SetEnv=PATH=$5:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
`;

export interface SshHostMaking {
  /** Size of the file system of /var/tmp, as tmpfs has it. */
  room?: string;
  /** Programs of shell text that stand before all others on the PATH. */
  programs?: Readonly<Record<string, string>>;
  /** The only programs in /usr/sbin besides sshd; all when it is left out. */
  only?: readonly string[];
}

/** A user there besides root, without any rights, and without sudo. */
export const PLAIN_USER = 'h7user';
export const PASSPHRASE = 'open sesame';
const BRIDGE = 'h7-br';

export class SshHosts {
  readonly folder = mkdtempSync(join(tmpdir(), 'h7-'));
  readonly key = join(this.folder, 'key');
  readonly otherKey = join(this.folder, 'other');
  /** The same as `key`, with a passphrase. */
  readonly lockedKey = join(this.folder, 'locked');
  readonly knownHosts = join(this.folder, 'known_hosts');
  readonly #processes = new Map<string, ChildProcess>();

  /** Hosts h7-1, h7-2, … at 10.67.0.1, …; `remove` in every case. */
  async make(makings: readonly SshHostMaking[]): Promise<void> {
    chmodSync(this.folder, 0o755);
    for (const file of [this.key, this.otherKey]) newKey(file);
    copyFileSync(`${this.key}.pub`, join(this.folder, 'authorized'));
    copyFileSync(this.key, this.lockedKey);
    chmodSync(this.lockedKey, 0o600);
    execFileSync('ssh-keygen', ['-q', '-p', '-N', PASSPHRASE, '-f', this.lockedKey]);
    mkdirSync(join(this.folder, 'home'));
    writeFileSync(join(this.folder, 'passwd'), `${PLAIN_USER}:x:64667:64667::${this.folder}/home:/bin/sh\n`);
    writeFileSync(join(this.folder, 'shadow'), `${PLAIN_USER}:*:19000:0:99999:7:::\n`);
    ip('link', 'add', BRIDGE, 'type', 'bridge', 'forward_delay', '0');
    ip('addr', 'add', '10.67.0.254/24', 'dev', BRIDGE);
    ip('link', 'set', BRIDGE, 'up');
    for (const [index, making] of makings.entries()) this.#start(index + 1, making);
    await Promise.all(makings.map((_, index) => listening(`10.67.0.${index + 1}`)));
  }

  #start(number: number, { room = '400m', programs = {}, only }: SshHostMaking): void {
    const name = `h7-${number}`;
    ip('netns', 'add', name);
    ip('link', 'add', `h7v${number}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('link', 'set', `h7v${number}`, 'master', BRIDGE, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'addr', 'add', `10.67.0.${number}/24`, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    newKey(join(this.folder, `${name}-key`));
    const bin = join(this.folder, `${name}-bin`);
    mkdirSync(bin);
    for (const [program, text] of Object.entries(programs)) writeFileSync(join(bin, program), text, { mode: 0o755 });
    const sbin = only === undefined ? '' : join(this.folder, `${name}-sbin`);
    if (sbin !== '') {
      mkdirSync(sbin);
      for (const program of ['sshd', ...(only ?? [])]) copyFileSync(`/usr/sbin/${program}`, join(sbin, program));
    }
    const unshare = [
      'unshare',
      '--mount',
      '--pid',
      '--uts',
      '--ipc',
      '--fork',
      '--kill-child',
      '--propagation',
      'private',
    ];
    const values = [this.folder, name, `10.67.0.${number}`, room, bin, sbin];
    const args = [`--net=/run/netns/${name}`, ...unshare, 'sh', '-c', BOOT, 'sh', ...values];
    const child = spawn('nsenter', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.resume();
    this.#processes.set(name, child);
  }

  /** The line of known hosts for a host, as ssh-keyscan would have it. */
  knownLine(number: number): string {
    const [type, key] = readFileSync(join(this.folder, `h7-${number}-key.pub`), 'utf8').split(' ');
    return `10.67.0.${number} ${type} ${key}\n`;
  }

  /** What a command prints in the network of a host. */
  prints(number: number, program: string, ...args: string[]): string {
    return execFileSync('nsenter', [`--net=/run/netns/h7-${number}`, program, ...args], { encoding: 'utf8' });
  }

  /** Whatever was made until now. */
  async remove(): Promise<void> {
    await Promise.all([...this.#processes.values()].map(killed));
    for (const name of this.#processes.keys()) {
      attempt('link', 'del', name.replace('-', 'v'));
      attempt('netns', 'del', name);
    }
    attempt('link', 'del', BRIDGE);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What `remove` should have removed and did not. */
  static left(): string[] {
    const netns = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).match(/^h7-\S+/gm) ?? [];
    const links = execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' }).match(/^h7\S+/gm) ?? [];
    const mounts = readFileSync('/proc/mounts', 'utf8').match(/^.*\/h7-.*$/gm) ?? [];
    const users = readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${PLAIN_USER}.*$`, 'gm')) ?? [];
    return [...netns, ...links, ...mounts, ...users, ...processes()];
  }
}

/** Command lines that name one of our folders. */
function processes(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return /\/tmp\/h7-\w{6}\//.test(line) ? [line] : [];
    } catch {
      return [];
    }
  });
}

function newKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file, '-C', 'test']);
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function attempt(...args: string[]): void {
  try {
    ip(...args);
  } catch {
    // It was not made.
  }
}

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function listening(address: string): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(22, address);
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no sshd listens at ${address}`);
}

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

/**
 * $1 folder of the tests, $2 name, $3 address, $4 size of /var/tmp, $5 programs that stand before all others, $6 all of /usr/sbin, $7
 * rules of sudo. Its /etc is a copy, so the machine's own rules and users stay as they are.
 */
const BOOT = `
set -eu
mount -t proc proc /proc
mount -t tmpfs -o "size=$4" tmpfs /var/tmp
chmod 1777 /var/tmp
if [ -z "$7" ] && [ -e /usr/bin/sudo ]; then mount --bind /dev/null /usr/bin/sudo; fi
mount -t tmpfs tmpfs /run
mkdir /run/sshd
cp -a /etc /run/etc
cat "$1/passwd" >>/run/etc/passwd
cat "$1/shadow" >>/run/etc/shadow
mount --bind /run/etc /etc
if [ -n "$7" ]; then
  printf '127.0.1.1 %s\\n' "$2" >>/etc/hosts
  printf '%s\\n' "$7" >/etc/sudoers.d/chaos-test
  chmod 440 /etc/sudoers.d/chaos-test
  visudo -cq
fi
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
  /** There is sudo, with these rules in a file of its own; without, there is none. */
  sudoers?: string;
}

/** A user there besides root, without any rights but those that sudo gives. */
export const PLAIN_USER = 'h7user';
export const PASSPHRASE = 'open sesame';

export class SshHosts {
  readonly folder: string;
  readonly key: string;
  readonly otherKey: string;
  /** The same as `key`, with a passphrase. */
  readonly lockedKey: string;
  readonly knownHosts: string;
  /** What the names of everything begin with. */
  readonly #prefix: string;
  readonly #network: string;
  readonly #processes = new Map<string, ChildProcess>();

  /** With the number 7: hosts h7-1, h7-2, … at 10.67.0.1, …. Files that run beside each other have different numbers, from 5 to 9. */
  constructor(number: number) {
    this.#prefix = `h${number}`;
    this.#network = `10.6${number}.0`;
    this.folder = mkdtempSync(join(tmpdir(), `${this.#prefix}-`));
    this.key = join(this.folder, 'key');
    this.otherKey = join(this.folder, 'other');
    this.lockedKey = join(this.folder, 'locked');
    this.knownHosts = join(this.folder, 'known_hosts');
  }

  /** `remove` in every case. */
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
    const bridge = `${this.#prefix}-br`;
    ip('link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0');
    ip('addr', 'add', `${this.#network}.254/24`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
    for (const [index, making] of makings.entries()) this.#start(index + 1, making);
    await Promise.all(makings.map((_, index) => listening(`${this.#network}.${index + 1}`)));
  }

  #start(number: number, { room = '400m', programs = {}, only, sudoers = '' }: SshHostMaking): void {
    const name = `${this.#prefix}-${number}`;
    const link = `${this.#prefix}v${number}`;
    const address = `${this.#network}.${number}`;
    ip('netns', 'add', name);
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('link', 'set', link, 'master', `${this.#prefix}-br`, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
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
    const values = [this.folder, name, address, room, bin, sbin, sudoers];
    const args = [`--net=/run/netns/${name}`, ...unshare, 'sh', '-c', BOOT, 'sh', ...values];
    const child = spawn('nsenter', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.resume();
    this.#processes.set(name, child);
  }

  /** The line of known hosts for a host, as ssh-keyscan would have it. */
  knownLine(number: number): string {
    const [type, key] = readFileSync(join(this.folder, `${this.#prefix}-${number}-key.pub`), 'utf8').split(' ');
    return `${this.#network}.${number} ${type} ${key}\n`;
  }

  /** What a command prints in the network of a host. */
  prints(number: number, program: string, ...args: string[]): string {
    return execFileSync('nsenter', [`--net=/run/netns/${this.#prefix}-${number}`, program, ...args], {
      encoding: 'utf8',
    });
  }

  /** Whatever was made until now. */
  async remove(): Promise<void> {
    await Promise.all([...this.#processes.values()].map(killed));
    for (const name of this.#processes.keys()) {
      attempt('link', 'del', name.replace('-', 'v'));
      attempt('netns', 'del', name);
    }
    attempt('link', 'del', `${this.#prefix}-br`);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What `remove` should have removed and did not. */
  left(): string[] {
    const ours = (pattern: string) => new RegExp(pattern.replace('OURS', this.#prefix), 'gm');
    const netns = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).match(ours('^OURS-\\S+')) ?? [];
    const links = execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' }).match(ours('^OURS[-v]\\S+')) ?? [];
    const mounts = readFileSync('/proc/mounts', 'utf8').match(ours('^.*/OURS-.*$')) ?? [];
    const users = readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${PLAIN_USER}.*$`, 'gm')) ?? [];
    return [...netns, ...links, ...mounts, ...users, ...processes(ours('/tmp/OURS-\\w{6}/'))];
  }
}

/** Command lines that name one of our folders. */
function processes(folder: RegExp): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.search(folder) >= 0 ? [line] : [];
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

// What ssh needs to trust a lab's hosts and they us: fresh keys, the list of hosts' keys, and the configuration of both sides.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { TOOL_PATH } from './exec.js';
import type { HostRecord } from './state.js';

/** Files of a lab that are for whoever connects. */
export function keyFiles(state: string): { key: string; knownHosts: string; config: string } {
  return { key: join(state, 'key'), knownHosts: join(state, 'known_hosts'), config: join(state, 'ssh_config') };
}

/** The folder with what the sshd of one host reads. */
export function hostKeys(state: string, name: string): string {
  return join(state, 'hosts', name);
}

/** Makes one key pair for whoever connects, one for each host, and writes everything into the lab's folder, where hosts have theirs. */
export function writeKeys(state: string, id: string, hosts: readonly HostRecord[]): void {
  const client = freshKey(`chaos-lab-${id}`);
  const files = keyFiles(state);
  writeFileSync(files.key, client.private, { mode: 0o600 });
  writeFileSync(`${files.key}.pub`, `${client.public}\n`, { mode: 0o644 });
  const known = hosts.map(({ name, address }) => {
    const own = freshKey(name);
    const folder = hostKeys(state, name);
    writeFileSync(join(folder, 'host_key'), own.private, { mode: 0o600 });
    writeFileSync(join(folder, 'authorized_keys'), `${client.public}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'sshd_config'), sshdConfig(address), { mode: 0o600 });
    const [type = '', text = ''] = own.public.split(' ');
    return `${name},${address} ${type} ${text}\n`;
  });
  writeFileSync(files.knownHosts, known.join(''), { mode: 0o600 });
  writeFileSync(files.config, sshConfig(state, hosts), { mode: 0o600 });
}

/** Bytes of a public key: its type and 32 bytes, each with its length before it. */
const PUBLIC_BYTES = 4 + 'ssh-ed25519'.length + 4 + 32;

/** An ed25519 key pair, the private key as OpenSSH writes it. */
export function freshKey(comment: string): { public: string; private: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // The library drops the first byte of the public key where that is 0, in one of 256, and then nobody takes the pair.
    if (Buffer.from(pair.public.split(' ')[1] ?? '', 'base64').length === PUBLIC_BYTES) return pair;
  }
}

export function sshdConfig(address: string): string {
  return `${[
    `ListenAddress ${address}`,
    'Port 22',
    'HostKey /run/chaos-lab/host_key',
    'AuthorizedKeysFile /run/chaos-lab/authorized_keys',
    'PermitRootLogin prohibit-password',
    'PubkeyAuthentication yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'UseDNS no',
    'PrintMotd no',
    'PidFile none',
    // Many commands run at once over one connection.
    'MaxSessions 200',
    'MaxStartups 200',
    'Subsystem sftp internal-sftp',
    // What runs from the user's shell runs on the hosts, too. A bash that is not the first one reads no ~/.bashrc, which takes time.
    `SetEnv PATH=${quoted(TOOL_PATH)} SHLVL=1`,
  ].join('\n')}\n`;
}

/** For \`ssh -F\`: the hosts by their names. */
function sshConfig(state: string, hosts: readonly HostRecord[]): string {
  const { key, knownHosts } = keyFiles(state);
  const common = ['User root', `IdentityFile ${quoted(key)}`, 'IdentitiesOnly yes'];
  const trust = [`UserKnownHostsFile ${quoted(knownHosts)}`, 'StrictHostKeyChecking yes', 'LogLevel ERROR'];
  return hosts
    .map(({ name, address }) => [`Host ${name}`, `HostName ${address}`, ...common, ...trust].join('\n  '))
    .map((block) => `${block}\n`)
    .join('');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\n]/g, '')}"`;
}

// The hosts of a plan, reached over SSH.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { homedir, userInfo } from 'node:os';
import type { Milliseconds } from '../../contracts/time.js';
import type { Host, HostSource } from '../host/host.js';
import { SshHost } from '../host/ssh-host.js';
import type { SshTarget } from '../host/ssh-target.js';
import { hostsError, readHosts, type Surroundings, shown, type Target } from './hosts.js';
import type { SshOptions } from './options.js';

/** Less than a preflight waits, so that it can tell why. */
const CONNECT: Milliseconds = 8_000;
const RESOLVE: Milliseconds = 4_000;

export class SshSource implements HostSource {
  readonly #options: SshOptions;
  readonly #around: Surroundings;
  readonly #hosts = new Map<string, Host>();
  readonly #targets = new Map<string, Target>();
  #closed = false;

  constructor(options: SshOptions, around: Surroundings = thisMachine()) {
    this.#options = options;
    this.#around = around;
  }

  /**
   * Reads and checks what the plan says of its hosts, and throws one ChaosError('ssh-hosts') with all that is wrong with that. Connects
   * to none: each host does so when it is first asked for something, so that one that is down hides nothing about the others.
   */
  async open(nodes: readonly string[]): Promise<ReadonlyMap<string, Host>> {
    const targets = readHosts(this.#options, nodes, this.#around);
    const addresses = await Promise.all(targets.map(({ address, host }) => addressOf(address ?? host)));
    const problems = addressProblems(targets, addresses);
    if (problems.length > 0) throw hostsError(problems);
    for (const [index, target] of targets.entries()) {
      const { node } = target;
      this.#targets.set(node, target);
      const connection = connectionOf(target, this.#options);
      if (!this.#closed) this.#hosts.set(node, new SshHost({ name: node, address: addresses[index]!, connection }));
    }
    return this.#hosts;
  }

  entrance(node: string): string {
    const target = this.#targets.get(node);
    if (target === undefined) return `(there is no host for ${node})`;
    const { host, port, user, jump } = target;
    const words = ['ssh', ...(port === 22 ? [] : ['-p', String(port)]), ...(jump === null ? [] : ['-J', shown(jump)])];
    return [...words, `${user}@${host}`].join(' ');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
  }
}

/** Where everything goes on the hosts, unless the plan says so. */
export function workspaceOf({ folder, user }: SshOptions, around: Surroundings = thisMachine()): string {
  return folder?.replace(/\/+$/, '') ?? `/var/tmp/chaos-${user ?? around.user}`;
}

export function thisMachine(): Surroundings {
  return { env: process.env, user: userInfo().username, home: homedir() };
}

function connectionOf(target: Target, options: SshOptions): SshTarget {
  const { host, port, user, key, passphrase, password, jump } = target;
  const { agent, 'host-keys': hostKeys, 'known-hosts': knownHosts } = options;
  const common = {
    hostKeys,
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...(key === null ? {} : { key }),
    ...(passphrase === null ? {} : { passphrase }),
    ...(agent ? { agent } : {}),
    timeout: CONNECT,
  };
  return {
    ...common,
    host,
    port,
    user,
    ...(password === null ? {} : { password }),
    // The password is the host's alone: who it has to go through must not see it.
    ...(jump === null ? {} : { jump: { ...common, ...jump } }),
  };
}

/** The text itself where it does not resolve, in time: whoever connects then finds out why. */
async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, RESOLVE, null);
  });
  const found = await Promise.race([lookup(host, { order: 'ipv4first' }).catch(() => null), late]);
  clearTimeout(timer);
  return found?.address ?? host;
}

/** Nodes tell each other apart by their addresses. */
function addressProblems(targets: readonly Target[], addresses: readonly string[]): string[] {
  if (targets.length < 2) return [];
  return targets.flatMap((target, index) => {
    const address = addresses[index]!;
    const first = addresses.indexOf(address);
    if (first < index) {
      const both = `${shown(targets[first]!)} and ${shown(target)} have the same address, ${address}`;
      return [`${both}; use other hosts, or give each its own with the key "address"`];
    }
    const isLoopback = /^127\.|^(::1|::ffff:127\..*)$/.test(address);
    return isLoopback
      ? [`${shown(target)} has the address ${address}, where no other host reaches it; give one with the key "address"`]
      : [];
  });
}

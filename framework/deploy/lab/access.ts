// May this process make a lab, and how? As root, inside a user namespace, or not at all, and then it says what is missing.
import { readFileSync } from 'node:fs';
import { ChaosError } from '../../contracts/error.js';
import { attempt, firstLine } from './exec.js';

/**
 * root: hosts have sshd. contained: this process is root of a user namespace that knows a single user, so there is none.
 * reexecute: a plain user, whose process can go on inside such a namespace. impossible: for this reason.
 */
export type Access =
  | { kind: 'root' | 'contained' | 'reexecute' }
  | { kind: 'impossible'; reason: string; hint: string };

/** Users that a namespace must know for sshd to work. */
const MANY_USERS = 1000;

/** CAP_NET_ADMIN and CAP_SYS_ADMIN, as bits. */
const NEEDED = (1n << 12n) | (1n << 21n);

const ELSEWHERE = 'or use deploy: local, deploy: sim, or hosts of your own with deploy: ssh';

/** What this process is, as the kernel shows it. */
export interface Standing {
  user: number;
  /** Effective capabilities as bits. */
  capabilities: bigint;
  /** Users that its user namespace knows. */
  users: number;
}

export function standing(): Standing {
  const status = readFileSync('/proc/self/status', 'utf8');
  const map = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  return {
    user: process.geteuid?.() ?? 0,
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    users: map.reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[2] ?? 0), 0),
  };
}

/** Root or contained; null when neither. */
export function privileged({ user, capabilities, users }: Standing): Access | null {
  if (user !== 0 || (capabilities & NEEDED) !== NEEDED) return null;
  return { kind: users >= MANY_USERS ? 'root' : 'contained' };
}

/** The flags of \`unshare\` that make a plain user root of namespaces of his own. */
export const OWN_NAMESPACES = ['--user', '--map-root-user', '--net', '--mount', '--propagation', 'private'] as const;

/** Everything inside that needs a right: a link between two networks, an overlay, /proc of new processes. */
const PROBE = `
set -e
ip link add chaos0 type veth peer name chaos1
ip link add chaos2 type bridge
mount -t tmpfs tmpfs /tmp
mkdir /tmp/upper /tmp/work /tmp/root
mount -t overlay -o lowerdir=/usr,upperdir=/tmp/upper,workdir=/tmp/work,userxattr overlay /tmp/root
unshare --pid --fork --mount mount -t proc proc /proc
`;

/** Asks for a change that changes nothing, but takes the right to change the network of this process. */
const OWN_NETWORK = ['sh', '-c', 'ip link set dev lo mtu "$(cat /sys/class/net/lo/mtu)"'] as const;

/** Root of a user namespace need not have any right over the network that it is in: that may be the machine's. */
async function ownsNetwork(): Promise<boolean> {
  return (await attempt(OWN_NETWORK)).code === 0;
}

/** Why this process cannot make a lab by itself. */
interface Lack {
  why: string;
  remedy: string;
}

const NOT_ROOT: Lack = { why: 'this user is not root', remedy: 'run as root' };
const NOT_OF_NETWORK: Lack = {
  why: 'this process is root in a user namespace, without rights over the network that it is in',
  remedy: 'run as root of the machine itself',
};

/** Tries what is needed; nothing is left of it. */
export async function access(): Promise<Access> {
  const known = privileged(standing());
  if (known !== null && (await ownsNetwork())) return known;
  const who = known === null ? NOT_ROOT : NOT_OF_NETWORK;
  const tried = await attempt(['unshare', ...OWN_NAMESPACES, '--', 'sh', '-c', PROBE]);
  if (tried.code === 0) return { kind: 'reexecute' };
  return { kind: 'impossible', ...explain(firstLine(tried.stderr), setting, who) };
}

/** A kernel setting; null where this kernel has none of that name. */
function setting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Settings that forbid user namespaces, with the value that allows them. */
const SETTINGS: readonly { name: string; forbids: string; allows: string }[] = [
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' },
  { name: 'user.max_user_namespaces', forbids: '0', allows: '10000' },
];

/** Why user namespaces do not work, as a sentence, and what can be done. `lack`: why they are needed. */
export function explain(
  error: string,
  read: (name: string) => string | null,
  lack: Lack = NOT_ROOT,
): { reason: string; hint: string } {
  const { why, remedy } = lack;
  const closed = SETTINGS.find(({ name, forbids }) => read(name) === forbids);
  if (closed !== undefined) {
    return {
      reason: `${why}, and the setting ${closed.name}=${closed.forbids} forbids user namespaces`,
      hint: `${remedy}, allow them with: sysctl -w ${closed.name}=${closed.allows}, ${ELSEWHERE}`,
    };
  }
  if (read('user.max_user_namespaces') === null) {
    return {
      reason: `${why}, and the kernel has no user namespaces (CONFIG_USER_NS)`,
      hint: `${remedy}, ${ELSEWHERE}`,
    };
  }
  return {
    reason: `${why}, and may not make hosts inside a user namespace of its own either (${error})`,
    hint: `run as root on the machine itself (in a container: with --privileged), ${ELSEWHERE}`,
  };
}

export function impossible({ reason, hint }: { reason: string; hint: string }): ChaosError {
  return new ChaosError('lab-impossible', `a lab cannot be made: ${reason}`, { hint });
}

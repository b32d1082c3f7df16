// How to get to an sshd, as a plan says it, with what OpenSSH takes for granted filled in.
import { homedir, userInfo } from 'node:os';
import type { Milliseconds } from '../../contracts/time.js';

/**
 * What to do about the key of a host: it has to be in known_hosts; or is added there when the host was never seen; or is not looked
 * at, for hosts that were made a moment ago on a network of our own.
 */
export type HostKeyPolicy = 'known' | 'accept-new' | 'accept';

export interface SshTarget {
  host: string;
  /** 22 where it is left out. */
  port?: number;
  /** The user who runs this where it is left out. */
  user?: string;
  /** File of a private key; `~/` stands for the home folder here. Without key, agent and password: the agent, and the keys that OpenSSH would try. */
  key?: string;
  passphrase?: string;
  /** Asks the agent of SSH_AUTH_SOCK. */
  agent?: boolean;
  password?: string;
  /** The way there leads through this host. */
  jump?: SshTarget;
  hostKeys: HostKeyPolicy;
  /** File in the place of `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`. */
  knownHosts?: string;
  /** For connecting, all in all; 10 s where it is left out. */
  timeout?: Milliseconds;
}

export const DEFAULT_CONNECT_TIMEOUT: Milliseconds = 10_000;

export function portOf(target: SshTarget): number {
  return target.port ?? 22;
}

export function userOf(target: SshTarget): string {
  return target.user ?? userInfo().username;
}

/** A path of this machine as a plan writes it. */
export function pathOf(text: string): string {
  return text.replace(/^~(?=\/|$)/, homedir());
}

/** `ssh root@10.0.0.1:22`. */
export function sshTitle(target: SshTarget): string {
  return `ssh ${userOf(target)}@${target.host}:${portOf(target)}`;
}

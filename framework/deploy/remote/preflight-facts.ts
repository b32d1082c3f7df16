// What a host has told of itself, as data.
import type { ClockDifference } from '../../contracts/cluster.js';
import type { Milliseconds } from '../../contracts/time.js';

export interface Facts {
  /** As `uname` has them: `Linux`, `6.1.0`, `x86_64`. */
  system: string;
  kernel: string;
  arch: string;
  /** `glibc 2.36`, `musl`; empty: unknown. */
  libc: string;
  /** What /etc/os-release says it is, and what that is like. */
  os: readonly string[];
  user: string;
  uid: number;
  root: RootAccess;
  /** Bytes; null: unknown. */
  memory: number | null;
  cores: number | null;
  workspace: Workspace;
  node: { path: string; version: string } | null;
  /** Where each tool is that was found. */
  tools: ReadonlyMap<string, string>;
  faketime: string | null;
  /** File systems in user space can be mounted, as far as the kernel is asked. */
  fuse: boolean;
  /** kernel.yama.ptrace_scope: 0 whoever may signal a process may trace it; 1 and 2 only root may; 3 nobody may. */
  ptraceScope: number;
  /** A helper that lives there, and its run; null: none that we may see. */
  helper: { pid: number; run: string } | null;
  /** Its own; empty: unknown. */
  addresses: readonly string[];
  /** Of the ports that were asked about, those on which somebody listens. */
  busy: readonly number[];
}

/** How root can be had: as the user is, by sudo; or not: `off` the plan says so, `refused` by sudo, with its reason. */
export interface RootAccess {
  way: 'yes' | 'sudo' | 'off' | 'no-sudo' | 'refused';
  reason: string;
  /** Bits of CAP_…, as root has them there; null: unknown. */
  capabilities: bigint | null;
  /** Root of a user namespace is root of some things only. */
  contained: boolean;
}

export interface Workspace {
  /** The folder, or what is there of the folders above it. */
  at: string;
  /** Bytes; null: unknown. */
  free: number | null;
  /** Of the folder itself, when it is there: as `ls` shows it, and who owns it. */
  mode: string | null;
  owner: number | null;
  /** Why nothing can be written there; null: it can. */
  readOnly: string | null;
  /** Programs there can be run. */
  executes: boolean;
}

/** Null when the script did not come to its end. */
export function parseFacts(stdout: string): Facts | null {
  const lines = stdout.split('\n').map((line) => line.replace(/\r$/, ''));
  const begin = lines.indexOf('chaos-preflight-begin');
  const end = lines.indexOf('chaos-preflight-end');
  if (begin < 0 || end < begin) return null;
  const told = new Map<string, string>();
  const busy: number[] = [];
  for (const line of lines.slice(begin + 1, end)) {
    const [, key = '', value = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    if (key === 'busy') busy.push(Number(value));
    else if (!told.has(key)) told.set(key, value.trim());
  }
  const text = (key: string) => told.get(key) ?? '';
  const kilobytes = number(text('memory'));
  const node = told.get('node');
  return {
    system: text('system'),
    kernel: text('kernel'),
    arch: text('arch'),
    libc: text('libc'),
    os: words(text('os')),
    user: text('user'),
    uid: number(text('uid')) ?? -1,
    root: rootOf(text),
    memory: kilobytes === null ? null : kilobytes * 1024,
    cores: number(text('cores')),
    workspace: workspaceOf(text, told.get('write')),
    // Without a slash it is an alias or a function of the shell.
    node: node?.startsWith('/') === true ? { path: node, version: text('node-version') } : null,
    tools: new Map([...told].flatMap(([key, value]) => (key.startsWith('tool-') ? [[key.slice(5), value]] : []))),
    faketime: told.get('faketime') ?? null,
    fuse: text('fuse') === 'yes',
    ptraceScope: number(text('ptrace')) ?? 0,
    addresses: words(text('addresses')),
    helper: helperOf(text('helper')),
    busy,
  };
}

function helperOf(text: string): Facts['helper'] {
  const [, pid, run = ''] = /^(\d+) ?(\S*)$/.exec(text) ?? [];
  return pid === undefined ? null : { pid: Number(pid), run };
}

function rootOf(text: (key: string) => string): RootAccess {
  const [way = '', ...reason] = text('root').split(' ');
  const known = ['yes', 'sudo', 'off', 'no-sudo'] as const;
  const bits = text('capabilities');
  const uids = text('uids');
  return {
    way: known.find((each) => each === way) ?? 'refused',
    reason: reason.join(' '),
    capabilities: /^[0-9a-f]{1,16}$/.test(bits) ? BigInt(`0x${bits}`) : null,
    contained: uids !== '' && uids !== '0 0 4294967295',
  };
}

function workspaceOf(text: (key: string) => string, readOnly: string | undefined): Workspace {
  const [, mode = null, owner = ''] = /^(\S+) (\d+)$/.exec(text('owner')) ?? [];
  const free = number(text('free'));
  return {
    at: text('at'),
    free: free === null ? null : free * 1024,
    mode,
    owner: number(owner),
    readOnly: readOnly ?? null,
    executes: text('execute') === 'yes',
  };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function number(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

export type { ClockDifference };

/** From what `date` said there between two instants here, in milliseconds since 1970; null when that is no time. */
export function clockDifference(said: string, asked: Milliseconds, answered: Milliseconds): ClockDifference | null {
  const match = /^(\d{9,11}?)(\d{9})?(?:\D.*)?$/.exec(said.trim());
  if (match === null) return null;
  const [, seconds = '', nanoseconds] = match;
  // A clock that tells seconds only is on average half a second further; it may also be a tick of the kernel late (10 ms).
  const coarse = nanoseconds === undefined ? 505 : 0;
  const there = Number(seconds) * 1000 + (nanoseconds === undefined ? coarse : Number(nanoseconds) / 1e6);
  return { offset: there - (asked + answered) / 2, uncertainty: (answered - asked) / 2 + coarse };
}

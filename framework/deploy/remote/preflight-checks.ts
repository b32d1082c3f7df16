// Pure: what a host has told of itself becomes what is fine, what is worth a warning, and what must change before a run.
import type { Capability } from '../../contracts/capability.js';
import { messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import {
  ABILITIES,
  type Abilities,
  type Ability,
  lackOf,
  NETWORK_FAULTS,
  type NetworkFault,
} from '../helper/network/abilities.js';
import { DISK_FAULTS, diskFaultsOfRoot } from './preflight-disk.js';
import type { ClockDifference, Facts, RootAccess } from './preflight-facts.js';
import { installText, isTool } from './preflight-packages.js';
import { checkArchitecture } from './toolbox.js';

/** What a run wants of its hosts. */
export interface Wants {
  /** Absolute folder on the hosts for all that is ours. */
  workspace: string;
  /** What nodes listen on; empty where they take what is free. */
  ports: readonly number[];
  /** What the faults of the plan need. */
  needs: readonly Capability[];
  /** What nodes are: reference nodes, or programs of others, whose clocks are moved from outside. */
  nodes: 'own' | 'foreign';
  /** Whether sudo may be asked. */
  sudo: boolean;
  /** Root is needed whatever the faults are. */
  root?: boolean;
  /** Clock faults move the host's own clock. */
  hostClock?: boolean;
}

/** What was found of one thing on one host: `cell` is the word for it in a table. */
export interface Check {
  name: string;
  cell: string;
  /** Why a run cannot be, and what to do about that: a sentence each, without its full stop. */
  problem?: { what: string; remedy: string };
  warning?: string;
}

/** Bytes that the workspace must have room for. */
export const LEAST_ROOM = 200e6;
/** Beyond this, times that hosts tell do not fit together. */
export const MOST_OFFSET: Milliseconds = 500;
/** What the programs that are uploaded are made for. */
const LEAST_NODE = 20;

const CAP_NET_ADMIN = 12n;
const CAP_SYS_TIME = 25n;

export interface Found {
  facts: Facts;
  /** Null: not tried, because nothing needs it or root cannot be had. */
  abilities: Abilities | null;
  clock: ClockDifference | null;
}

/** Those of the network, which are tried before a run. */
export function networkFaults({ needs }: Pick<Wants, 'needs'>): NetworkFault[] {
  return NETWORK_FAULTS.filter((fault) => needs.includes(fault));
}

/** Faults that only root can make. */
export function faultsOfRoot(wants: Wants): string[] {
  const { needs, nodes, hostClock } = wants;
  const movesClock = needs.includes('clock') && nodes === 'foreign' && hostClock === true;
  return [...networkFaults(wants), ...(movesClock ? ['clock'] : []), ...diskFaultsOfRoot(wants)];
}

export function hasRoot({ root }: Facts): boolean {
  return root.way === 'yes' || root.way === 'sudo';
}

/** In the order in which a table shows them. */
export function checksOf(found: Found, wants: Wants): Check[] {
  const { facts } = found;
  return [
    { name: 'user', cell: facts.user },
    rootCheck(facts, wants),
    systemCheck(facts),
    roomCheck(facts, wants),
    nodeCheck(facts),
    ...(wants.ports.length === 0 ? [] : [portCheck(facts, wants)]),
    helperCheck(facts),
    timeCheck(found.clock),
    ...wants.needs.filter((need) => need !== 'reports').map((need) => capabilityCheck(need, found, wants)),
  ];
}

/** Why root cannot be had, by what a host has told, and what to do about that. */
const NO_ROOT: Readonly<
  Record<
    Exclude<RootAccess['way'], 'yes' | 'sudo'>,
    { cell: string; why: (facts: Facts) => string; remedy: (facts: Facts) => string }
  >
> = {
  off: {
    cell: 'no',
    why: () => 'the plan says "sudo: false"',
    remedy: () => 'log in as root, or leave "sudo: false" out',
  },
  'no-sudo': {
    cell: 'no sudo',
    why: () => 'there is no sudo',
    remedy: ({ os, user }) => `log in as root, or install sudo (${installText('sudo', os)}) and ${sudoRule(user)}`,
  },
  refused: {
    cell: 'sudo refuses',
    why: ({ user, root: { reason } }) =>
      `sudo does not let ${user} without a password${reason === '' ? '' : ` (${withoutStop(reason)})`}`,
    remedy: ({ user }) => `log in as root, or ${sudoRule(user)}`,
  },
};

function sudoRule(user: string): string {
  return `let ${user} use sudo without a password (visudo: ${user} ALL=(ALL) NOPASSWD: ALL)`;
}

function rootCheck(facts: Facts, wants: Wants): Check {
  const { way } = facts.root;
  if (way === 'yes' || way === 'sudo') return { name: 'root', cell: way };
  const { cell, why, remedy } = NO_ROOT[way];
  const faults = faultsOfRoot(wants);
  if (faults.length === 0 && wants.root !== true) return { name: 'root', cell };
  const needing = faults.length === 0 ? 'the plan needs' : `${list(faults)} ${faults.length === 1 ? 'needs' : 'need'}`;
  return { name: 'root', cell, problem: { what: `${needing} root there, and ${why(facts)}`, remedy: remedy(facts) } };
}

function systemCheck({ system, arch, cores, memory }: Facts): Check {
  const size = memory === null ? '' : `, ${bytes(memory)}`;
  const check = { name: 'system', cell: `${arch}, ${cores ?? '?'} cores${size}` };
  if (system === 'Linux') return check;
  const what = `it runs ${system === '' ? 'an unknown system' : system}`;
  return { ...check, cell: system, problem: { what, remedy: 'use a host that runs Linux' } };
}

function roomCheck({ workspace, uid }: Facts, wants: Wants): Check {
  const { at, free, mode, owner, readOnly } = workspace;
  const check = { name: 'room', cell: free === null ? '?' : `${bytes(free)} free` };
  const choose = 'choose another with the option "folder"';
  const broken = (cell: string, what: string, remedy: string): Check => ({ ...check, cell, problem: { what, remedy } });
  const folder = wants.workspace;
  if (mode?.startsWith('d') === false) {
    return broken('no folder', `${folder} is there and no folder`, `remove it, or ${choose}`);
  }
  if (owner !== null && owner !== uid && owner !== 0) {
    return broken('of another', `${folder} belongs to somebody else (user ${owner})`, `remove it, or ${choose}`);
  }
  if (readOnly !== null && !/space|quota/i.test(readOnly))
    return broken('read-only', `nothing can be written in ${at}: ${readOnly}`, `allow that, or ${choose}`);
  if (free !== null && free < LEAST_ROOM) {
    const what = `${at} has only ${bytes(free)} left, and ${bytes(LEAST_ROOM)} are needed`;
    return broken(check.cell, what, `make room there, or ${choose}`);
  }
  return check;
}

function nodeCheck({ node, arch, system, os, workspace }: Facts): Check {
  const version = /^v(\d+)\.\S+$/.exec(node?.version ?? '');
  if (version !== null && Number(version[1]) >= LEAST_NODE) return { name: 'node', cell: version[0] };
  const have = node === null ? 'none' : `${node.version === '' ? 'broken' : node.version}`;
  const install = `install Node ${LEAST_NODE} or later there (${installText('node', os)})`;
  if (system !== 'Linux') return { name: 'node', cell: have };
  try {
    checkArchitecture('it', arch);
  } catch (error) {
    const what = `it has no Node ${LEAST_NODE}, and ${messageOf(error)}`;
    return { name: 'node', cell: have, problem: { what, remedy: install } };
  }
  if (!workspace.executes && workspace.readOnly === null) {
    const what = `it has no Node ${LEAST_NODE}, and what is uploaded to ${workspace.at} cannot be run (noexec)`;
    return { name: 'node', cell: have, problem: { what, remedy: `${install}, or choose another "folder"` } };
  }
  return { name: 'node', cell: `${have}, uploaded` };
}

function portCheck({ busy, helper }: Facts, { ports }: Wants): Check {
  if (busy.length === 0) return { name: 'port', cell: `${ports.join(', ')} free` };
  // That of another run, which is one problem of its own.
  if (helper !== null) return { name: 'port', cell: `${busy.join(', ')} taken` };
  const what = `port ${busy.join(', ')} is taken there`;
  const remedy = 'see what listens there (ss -ltnp) and end it, or choose another with the option "node-port"';
  return { name: 'port', cell: `${busy.join(', ')} taken`, problem: { what, remedy } };
}

/** Two runs on one host would take each other's faults back. */
function helperCheck({ helper }: Facts): Check {
  if (helper === null) return { name: 'in use', cell: 'no' };
  const what = `another run${helper.run === '' ? '' : ` (${helper.run})`} uses it, or has died there just now`;
  const remedy = 'wait until it has ended, or end it with `npx chaos heal` and its plan';
  return { name: 'in use', cell: 'yes', problem: { what, remedy } };
}

function timeCheck(clock: ClockDifference | null): Check {
  if (clock === null) return { name: 'time', cell: '?' };
  const { offset, uncertainty } = clock;
  const text = `${offset < 0 ? '-' : '+'}${duration(Math.abs(offset))} ±${duration(uncertainty)}`;
  if (Math.abs(offset) - uncertainty <= MOST_OFFSET) return { name: 'time', cell: text };
  const warning =
    `its clock differs from this machine's by ${text}: times in its logs do not fit the history, and a system that trusts clocks ` +
    'is tested with a fault that no plan asked for; let NTP set it';
  return { name: 'time', cell: text, warning };
}

function capabilityCheck(need: Capability, found: Found, wants: Wants): Check {
  if (need === 'clock') return clockCheck(found, wants);
  const diskCheck = wants.nodes === 'foreign' ? DISK_FAULTS[need] : undefined;
  if (diskCheck !== undefined) return diskCheck(found, wants);
  const fault = NETWORK_FAULTS.find((name) => name === need);
  return fault === undefined ? { name: need, cell: 'ok' } : networkCheck(fault, found);
}

/** What plans call it. */
const TITLES: Readonly<Record<NetworkFault, string>> = {
  partition: 'partition',
  loss: 'loss',
  rate: 'rate',
  packet: 'delay, duplicate and reorder',
  corrupt: 'corrupt',
};

function networkCheck(fault: NetworkFault, { facts, abilities }: Found): Check {
  const { capabilities } = facts.root;
  // To lack root is one problem of its own.
  if (!hasRoot(facts)) return { name: fault, cell: 'needs root' };
  const lack = abilities === null ? null : lackOf(fault, abilities);
  if (lack === null) return { name: fault, cell: abilities === null ? '?' : 'ok' };
  if (capabilities !== null && !has(capabilities, CAP_NET_ADMIN)) {
    const what = `${fault} needs the capability NET_ADMIN, which root does not have there`;
    const remedy = 'start the container with --cap-add NET_ADMIN, or use the deployment `container`';
    return { name: fault, cell: 'no NET_ADMIN', problem: { what, remedy } };
  }
  const name = (Object.keys(ABILITIES) as Ability[]).find((each) => lack.missing.startsWith(`${ABILITIES[each]}:`));
  const tool = name === undefined || !isTool(name) ? null : name;
  const isMissing = name === 'netem' || /not found/.test(lack.missing);
  const install = tool === null || !isMissing ? null : installText(tool, facts.os);
  const remedy = `${withoutStop(lack.instead)}${install === null ? '' : ` (${install})`}`;
  return {
    name: fault,
    cell: `no ${name ?? 'way'}`,
    problem: { what: `${TITLES[fault]} cannot be had there; missing: ${withoutStop(lack.missing)}`, remedy },
  };
}

function clockCheck({ facts }: Found, { nodes, hostClock }: Wants): Check {
  const check = { name: 'clock', cell: 'ok' };
  if (nodes === 'own') return check;
  if (hostClock !== true) {
    if (facts.faketime !== null) return check;
    const what = 'clock faults of programs need libfaketime, which is not there';
    return {
      ...check,
      cell: 'no libfaketime',
      problem: { what, remedy: `install it (${installText('libfaketime', facts.os)})` },
    };
  }
  if (!hasRoot(facts)) return { ...check, cell: 'needs root' };
  const { capabilities, contained } = facts.root;
  if (!contained && (capabilities === null || has(capabilities, CAP_SYS_TIME))) return check;
  const what = 'the host’s clock cannot be set there: root lacks the capability SYS_TIME, as in containers';
  return {
    ...check,
    cell: 'no SYS_TIME',
    problem: { what, remedy: 'leave "host-clock" out, or use a machine of its own' },
  };
}

function has(capabilities: bigint, bit: bigint): boolean {
  return ((capabilities >> bit) & 1n) === 1n;
}

export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

/** `1.5 GB`, `200 MB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)));
  const value = size / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1).replace(/\.0$/, '') : Math.floor(value)} ${units[power]}`;
}

function duration(time: Milliseconds): string {
  if (time < 10_000) return `${Math.round(time)} ms`;
  return time < 600_000 ? `${(time / 1000).toFixed(1)} s` : `${(time / 3_600_000).toFixed(1)} h`;
}

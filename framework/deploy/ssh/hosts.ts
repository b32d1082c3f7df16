// Which host each node gets, and how this machine gets in there; everything wrong with that is told at once.
import { homedir } from 'node:os';
import { ChaosError } from '../../contracts/error.js';
import { readEntry } from './entry.js';
import { type Listed, listEntries } from './inventory.js';
import type { HostEntry, SshOptions } from './options.js';

/** What of this machine matters to it. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Who runs this, and the home folder. */
  user: string;
  home: string;
}

/** A host that a node lives on, before anybody has reached it. */
export interface Target {
  node: string;
  host: string;
  port: number;
  user: string;
  /** Where others reach it; null: what `host` means here. */
  address: string | null;
  /** Absolute path. */
  key: string | null;
  passphrase: string | null;
  password: string | null;
  jump: { host: string; port: number; user: string } | null;
}

/** As people write it; for messages and command lines. */
export function shown({ user, host, port }: Pick<Target, 'user' | 'host' | 'port'>): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;
}

/**
 * The host of each node, in the order of the nodes. Throws one ChaosError('ssh-hosts') with every problem. No secret is in it, nor
 * the path of a key.
 */
export function readHosts(options: SshOptions, nodes: readonly string[], around: Surroundings): Target[] {
  const problems: string[] = [];
  const listed = listEntries(options, around.home, problems);
  for (const [index, { entry, label }] of listed.entries()) {
    const before = listed.slice(0, index).find((other) => sameHost(other.entry, entry, options));
    if (before !== undefined) problems.push(`${label} is the same host as ${before.label}`);
    const namesake = listed
      .slice(0, index)
      .find((other) => entry.name !== undefined && other.entry.name === entry.name);
    if (namesake !== undefined) problems.push(`${label} is for node ${entry.name}, and so is ${namesake.label}`);
  }
  const places = problems.length > 0 ? [] : assign(listed, nodes);
  const targets = places.map(({ node, listed }) => targetOf(node, listed, options, around, problems));
  if (problems.length > 0) throw hostsError(problems);
  return targets;
}

/** What is wrong with the hosts of a plan, as a sentence; secrets may be missing where nobody logs in yet. */
export function hostProblems(options: SshOptions, nodes: readonly string[]): string[] {
  const env = new Proxy<NodeJS.ProcessEnv>({}, { get: () => 'set' });
  try {
    readHosts(options, nodes, { env, user: 'user', home: homedir() });
    return [];
  } catch (error) {
    if (!(error instanceof ChaosError)) throw error;
    return [error.hint === undefined ? error.message : `${error.message}; ${error.hint}`];
  }
}

const FORM = 'a host is user@name:port or an object with the key "host"; every node needs one of its own';
const TOO_FEW = 'add hosts, or have fewer nodes, such as --set system.nodes=3';

export function hostsError(problems: readonly string[], hint = FORM): ChaosError {
  const [first] = problems;
  const message =
    problems.length === 1
      ? `the hosts of the plan: ${first}`
      : `the hosts of the plan have ${problems.length} problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
  return new ChaosError('ssh-hosts', message, {
    kind: 'usage',
    hint,
  });
}

function sameHost(a: HostEntry, b: HostEntry, { port }: SshOptions): boolean {
  return a.host.toLowerCase() === b.host.toLowerCase() && (a.port ?? port) === (b.port ?? port);
}

/** Hosts that are named after a node go to it; the other nodes take the hosts without a name, in order. */
function assign(listed: readonly Listed[], nodes: readonly string[]) {
  const nameless = listed.filter(({ entry }) => entry.name === undefined);
  const places: { node: string; listed: Listed }[] = [];
  const homeless: string[] = [];
  for (const node of nodes) {
    const found = listed.find(({ entry }) => entry.name === node) ?? nameless.shift();
    if (found === undefined) homeless.push(node);
    else places.push({ node, listed: found });
  }
  if (homeless.length === 0) return places;
  const others = listed.flatMap(({ entry: { name } }) => (name === undefined || nodes.includes(name) ? [] : [name]));
  const kept = others.length === 0 ? '' : `; some are kept for nodes that the plan does not have: ${others.join(', ')}`;
  if (listed.length > 0) {
    const count = `${nodes.length} nodes need as many hosts, there are ${listed.length}`;
    throw hostsError([`${count}: none is left for ${homeless.join(', ')}${kept}`], TOO_FEW);
  }
  return [];
}

function targetOf(
  node: string,
  { entry, label }: Listed,
  options: SshOptions,
  around: Surroundings,
  problems: string[],
): Target {
  const user = entry.user ?? options.user ?? around.user;
  const secret = (field: 'passphrase-env' | 'password-env') => {
    const name = entry[field] ?? options[field];
    if (name === undefined) return null;
    const value = around.env[name];
    if (value !== undefined && value !== '') return value;
    const problem = `the environment variable ${name} ("${field}") is not set`;
    if (!problems.includes(problem)) problems.push(problem);
    return null;
  };
  return {
    node,
    host: entry.host,
    port: entry.port ?? options.port,
    user: checkedUser(user, problems),
    address: entry.address ?? null,
    key: entry.key ?? options.key ?? null,
    passphrase: secret('passphrase-env'),
    password: secret('password-env'),
    jump: jumpOf(entry.jump ?? options.jump, user, label, problems),
  };
}

/** A user of the plan as a whole has not been looked at yet. */
function checkedUser(user: string, problems: string[]): string {
  const result = readEntry({ host: 'h', user });
  if ('entry' in result) return user;
  for (const problem of result.problems) if (!problems.includes(problem)) problems.push(problem);
  return user;
}

function jumpOf(text: string | undefined, user: string, label: string, problems: string[]): Target['jump'] {
  if (text === undefined) return null;
  const result = readEntry(text);
  if ('entry' in result)
    return { host: result.entry.host, port: result.entry.port ?? 22, user: result.entry.user ?? user };
  problems.push(...result.problems.map((problem) => `${label}: the host to jump through: ${problem}`));
  return null;
}

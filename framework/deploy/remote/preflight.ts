// Looks at every host at once before anything starts, and says of each what keeps a run from being.
import { isIP } from 'node:net';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { type Abilities, networkAbilities } from '../helper/network/abilities.js';
import { addressOf } from '../helper/network/address.js';
import { titleOf } from '../host/errors.js';
import type { Command, Host, RunOptions } from '../host/host.js';
import { lookAtClock } from './clock-look.js';
import { type Check, checksOf, type Found, hasRoot, list, networkFaults, type Wants } from './preflight-checks.js';
import { type Facts, parseFacts } from './preflight-facts.js';
import { preflightCommand } from './preflight-script.js';

export interface HostReport {
  host: Host;
  /** In the order in which a table shows them; of a host that could not be asked only `reached`. */
  checks: readonly Check[];
  /** Null: it could not be asked. */
  facts: Facts | null;
  /** All that the checks were made from; null with `facts`. */
  found: Found | null;
}

/** For all that is asked of one host. */
const LIMIT: Milliseconds = 10_000;
const MOST = 256 * 1024;
const ASKING: RunOptions = { timeout: LIMIT, repeatable: true, most: MOST };

/**
 * A report for each host, in their order; never rejects: what goes wrong is in the reports. Takes 10 s at most, and leaves nothing on
 * the hosts.
 */
export function preflight(hosts: Iterable<Host>, wants: Wants): Promise<HostReport[]> {
  return Promise.all([...hosts].map((host) => reportOf(host, wants)));
}

/** How Node runs there; null: it has to be uploaded. */
export function nodeOf({ facts, checks }: HostReport): Command | null {
  const found = checks.find(({ name }) => name === 'node');
  return facts?.node != null && found !== undefined && /^v[\d.]+\S*$/.test(found.cell) ? [facts.node.path] : null;
}

/** One error that names every host on which a run cannot be, each with all its problems and remedies; null: there is none. */
export function refusal(reports: readonly HostReport[]): ChaosError | null {
  const bad = new Set<Host>();
  // Hosts with the same problem stand together.
  const shared = new Map<string, Host[]>();
  for (const { host, checks } of reports) {
    for (const { problem } of checks) {
      if (problem === undefined) continue;
      bad.add(host);
      const text = `${problem.what}.\n    ${capital(problem.remedy)}.`;
      shared.set(text, [...(shared.get(text) ?? []), host]);
    }
  }
  if (bad.size === 0) return null;
  const lines = [...shared].map(([text, hosts]) => `  ${hosts.map(titleOf).join(', ')}: ${text}`);
  const count =
    reports.length === 1 ? 'the host is' : `${bad.size} of ${reports.length} hosts ${bad.size === 1 ? 'is' : 'are'}`;
  return new ChaosError('preflight', `${count} not ready for this plan:\n${lines.join('\n')}`, {
    hint: 'nothing was started',
  });
}

/** Throws that error. */
export function refuse(reports: readonly HostReport[]): void {
  const error = refusal(reports);
  if (error !== null) throw error;
}

/** What its network can be made to do with this environment. Rejects when the host cannot be asked. */
export function abilitiesOf(host: Host, env: Readonly<Record<string, string>>): Promise<Abilities> {
  return networkAbilities((command) => host.run(command, { ...ASKING, root: true, env }));
}

export function reportFrom(host: Host, found: Found, wants: Wants): HostReport {
  const { facts } = found;
  return { host, facts, found, checks: [...addressChecks(host, facts, wants), ...checksOf(found, wants)] };
}

async function reportOf(host: Host, wants: Wants): Promise<HostReport> {
  const stop = new AbortController();
  try {
    const found = await Promise.race([inspect(host, wants), late(stop.signal)]);
    return reportFrom(host, found, wants);
  } catch (error) {
    return { host, facts: null, found: null, checks: [unreached(host, error)] };
  } finally {
    stop.abort();
  }
}

function late(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => {
      const hint = 'See what it is busy with, and whether its network is well';
      reject(new ChaosError('host-timeout', `it did not answer within ${LIMIT / 1000} s`, { hint }));
    }, LIMIT);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

async function inspect(host: Host, wants: Wants): Promise<Found> {
  const { workspace, ports, sudo } = wants;
  const output = await host.run(preflightCommand({ folder: workspace, ports, sudo }), ASKING);
  const facts = parseFacts(output.stdout);
  if (facts === null) {
    const said = output.stderr.trim().split('\n', 1)[0]!.slice(0, 200);
    throw new ChaosError('host-no-shell', `it does not run shell scripts${said === '' ? '' : `: ${said}`}`, {
      hint: 'Its user needs a login shell that runs commands, and there must be a POSIX shell called sh',
    });
  }
  const needsTrial = hasRoot(facts) && facts.system === 'Linux' && networkFaults(wants).length > 0;
  const [clock, abilities] = await Promise.all([lookAtClock(host), needsTrial ? abilitiesOf(host, {}) : null]);
  return { facts, abilities, clock };
}

/** Nodes listen at the address by which others reach them, and faults of links name hosts by it. */
function addressChecks({ address }: Host, { addresses }: Facts, { ports }: Wants): Check[] {
  const bad = (what: string, remedy: string) => [{ name: 'reached', cell: 'wrong address', problem: { what, remedy } }];
  if (isIP(address) === 0) {
    const what = `"${address}" does not resolve here, so nobody knows its address`;
    return bad(what, 'give its IP address with the key "address"');
  }
  const same = (other: string) => isIP(other) !== 0 && addressOf(other).text === addressOf(address).text;
  if (ports.length === 0 || addresses.length === 0 || addresses.some(same)) return [];
  const others = addresses.filter((other) => !/^(127\.|::1$|fe80:)/.test(other));
  const what = `${address} is no address of its own, so no node can listen there; it has ${list(others) || 'none'}`;
  return bad(what, 'give the one by which the other hosts reach it with the key "address"');
}

function unreached(host: Host, error: unknown): Check {
  const remedy =
    error instanceof ChaosError && error.hint !== undefined ? error.hint : 'see that it is up and can be reached';
  const what = sentence(messageOf(error)).replace(titleOf(host), 'it');
  const cell = what.replace(/^it cannot be reached: /, 'not reached: ');
  return {
    name: 'reached',
    cell: cell.length > 100 ? `${cell.slice(0, 100)}…` : cell,
    problem: { what, remedy: sentence(remedy) },
  };
}

function sentence(text: string): string {
  return text.trim().replace(/\.$/, '');
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

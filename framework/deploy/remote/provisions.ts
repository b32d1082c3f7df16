// What hosts lack for the faults of a plan is brought to them from this machine: into our own folder, nothing else there changes.
import { messageOf } from '../../contracts/error.js';
import { type Abilities, lackOf, NETWORK_FAULTS, type NetworkFault } from '../helper/network/abilities.js';
import type { Command } from '../host/host.js';
import { bringKits, hasKit, type Kit } from './kits.js';
import { abilitiesOf, type HostReport, reportFrom } from './preflight.js';
import { type Found, hasRoot, list, networkFaults, type Wants } from './preflight-checks.js';
import type { Facts } from './preflight-facts.js';

/** Whether a kit might help where it is brought: what only the kernel can have is none of it. */
const IS_POOR: Readonly<Record<'iptables' | 'nft' | 'tc', (abilities: Abilities) => boolean>> = {
  iptables: ({ iptables }) => iptables !== true,
  nft: ({ nft }) => nft !== true,
  tc: ({ tc, htb, u32 }) => tc !== true || htb !== true || u32 !== true,
};

const CAP_NET_ADMIN = 12n;

const KITS_OF: Readonly<Record<NetworkFault, readonly (keyof typeof IS_POOR)[]>> = {
  partition: ['iptables', 'nft'],
  loss: ['iptables', 'nft'],
  packet: ['tc'],
  corrupt: ['tc'],
  rate: ['tc'],
};

export interface Provision {
  report: HostReport;
  /** What the helper's environment has to have so that it finds what was brought. */
  env: Readonly<Record<string, string>>;
  /** What was done, for whoever started the run; null: nothing. */
  note: string | null;
}

/** What a host lacks that tools of this machine may make up for. `capture`: packets are recorded there. Pure. */
export function lackingKits({ facts, abilities }: Found, wants: Wants, capture: boolean): Kit[] {
  if (!hasRoot(facts) || facts.system !== 'Linux' || !facts.workspace.executes) return [];
  const faults = abilities === null ? [] : networkFaults(wants).filter((fault) => lackOf(fault, abilities) !== null);
  const poor = mayConfigure(facts) ? faults.flatMap((fault) => KITS_OF[fault]) : [];
  const kits: Kit[] = poor.filter((kit) => abilities !== null && IS_POOR[kit](abilities));
  if (capture && !facts.tools.has('tcpdump')) kits.push('tcpdump');
  return [...new Set(kits)];
}

/**
 * Gives each host what it lacks for the faults of a plan, as far as this machine has it, and looks again at what it can do then. What
 * cannot be helped stays as the report has it.
 */
export function equip(reports: readonly HostReport[], wants: Wants, capture: boolean): Promise<Provision[]> {
  return Promise.all(reports.map((report) => equipHost(report, wants, capture)));
}

/** A line for each kind of thing that was done, with the hosts to which it was done. */
export function provisionLines(provisions: readonly Provision[]): string[] {
  const hosts = new Map<string, string[]>();
  for (const { report, note } of provisions) {
    if (note !== null) hosts.set(note, [...(hosts.get(note) ?? []), report.host.name]);
  }
  return [...hosts].map(([note, names]) => `${list(names)}: ${note}`);
}

async function equipHost(report: HostReport, wants: Wants, capture: boolean): Promise<Provision> {
  const { host, found } = report;
  const kits = found === null ? [] : lackingKits(found, wants, capture).filter(hasKit);
  if (found === null || kits.length === 0 || hasOtherProblem(report, wants)) return { report, env: {}, note: null };
  try {
    const env = await bringKits(host, { machine: found.facts.arch, folder: `${wants.workspace}/staged`, kits });
    const again = found.abilities === null ? report : await triedAgain(report, found, wants, env);
    return { report: again, env, note: `${list(kits)} of this machine ${kits.length === 1 ? 'is' : 'are'} used there` };
  } catch (error) {
    return { report, env: {}, note: `tools of this machine cannot be brought: ${messageOf(error)}` };
  }
}

/**
 * The environment in which whoever heals a host finds the tools that a run there may have been given; empty where it needs none, or
 * where they cannot be had: other ways to heal are left then.
 */
export async function equipToHeal({ host, facts }: HostReport, workspace: string): Promise<Provision['env']> {
  if (facts === null || !hasRoot(facts)) return {};
  try {
    const abilities = await abilitiesOf(host, {});
    const wants: Wants = { workspace, ports: [], needs: NETWORK_FAULTS, nodes: 'own', sudo: true };
    const kits = lackingKits({ facts, abilities, clock: null }, wants, false).filter(hasKit);
    return kits.length === 0 ? {} : await bringKits(host, { machine: facts.arch, folder: `${workspace}/staged`, kits });
  } catch {
    return {};
  }
}

/** A command with variables in its environment, as one that can be handed on. */
export function withVariables(env: Provision['env'], command: Command): Command {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return variables.length === 0 ? command : ['env', ...variables, ...command];
}

/** Root of a container may lack that. */
function mayConfigure({ root: { capabilities } }: Facts): boolean {
  return capabilities === null || ((capabilities >> CAP_NET_ADMIN) & 1n) === 1n;
}

/** Then there will be no run, so that nothing is to be left there. */
function hasOtherProblem({ checks }: HostReport, wants: Wants): boolean {
  const faults: readonly string[] = networkFaults(wants);
  return checks.some(({ name, problem }) => problem !== undefined && !faults.includes(name));
}

async function triedAgain(
  report: HostReport,
  found: Found,
  wants: Wants,
  env: Record<string, string>,
): Promise<HostReport> {
  const abilities = await abilitiesOf(report.host, env);
  const again = reportFrom(report.host, { ...found, abilities }, wants);
  const lacked = new Set(report.checks.flatMap(({ name, problem }) => (problem === undefined ? [] : [name])));
  const checks = again.checks.map((check) =>
    lacked.has(check.name) && check.problem === undefined ? { ...check, cell: 'brought' } : check,
  );
  return { ...again, checks };
}

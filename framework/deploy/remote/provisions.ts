// What hosts lack for the faults of a plan is brought to them from this machine: into our own folder, nothing else there changes.
import { messageOf } from '../../contracts/error.js';
import { type Abilities, lackOf, NETWORK_FAULTS, type NetworkFault } from '../helper/network/abilities.js';
import { TOOLS_VARIABLE } from '../helper/network/run.js';
import type { Command } from '../host/host.js';
import { bringFaketime, FAKETIME_VARIABLE, faketimeFor } from './faketime.js';
import { bringKits, hasKit, type Kit } from './kits.js';
import { abilitiesOf, type HostReport, nodeOf, reportFrom } from './preflight.js';
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

/** For faults of the disks of programs. */
const KITS_OF_DISKS = [
  ['slow-disk', 'strace'],
  ['unsynced', 'lazyfs'],
] as const;

export interface Provision {
  report: HostReport;
  /** What the helper's environment has to have so that it finds what was brought. */
  env: Readonly<Record<string, string>>;
  /** What was done, for whoever started the run; null: nothing. */
  note: string | null;
}

/** What a host lacks that tools of this machine may make up for. `capture`: packets are recorded there. Pure. */
export function lackingKits({ facts, abilities }: Found, wants: Wants, capture: boolean): Kit[] {
  if (facts.system !== 'Linux' || !facts.workspace.executes) return [];
  const forDisks = KITS_OF_DISKS.filter(([need, kit]) => wants.needs.includes(need) && !facts.tools.has(kit));
  const disks = wants.nodes === 'own' ? [] : forDisks.map(([, kit]) => kit);
  if (!hasRoot(facts)) return disks;
  const faults = abilities === null ? [] : networkFaults(wants).filter((fault) => lackOf(fault, abilities) !== null);
  const poor = mayConfigure(facts) ? faults.flatMap((fault) => KITS_OF[fault]) : [];
  const kits: Kit[] = poor.filter((kit) => abilities !== null && IS_POOR[kit](abilities));
  if (capture && !facts.tools.has('tcpdump')) kits.push('tcpdump');
  return [...new Set([...kits, ...disks])];
}

/**
 * Gives each host what it lacks for the faults of a plan, as far as this machine has it, and looks again at what it can do then. What
 * cannot be helped stays as the report has it.
 */
export function equip(reports: readonly HostReport[], wants: Wants, capture: boolean): Promise<Provision[]> {
  return Promise.all(reports.map((report) => equipHost(report, wants, capture)));
}

/** A line for each kind of thing that is brought, with the hosts that get it. */
export function provisionLines(provisions: readonly Provision[]): string[] {
  const hosts = new Map<string, string[]>();
  for (const { report, note } of provisions) {
    const isBare = nodeOf(report) === null && report.checks.every(({ problem }) => problem === undefined);
    for (const line of [note, isBare ? 'Node of this machine is used there' : null]) {
      if (line !== null) hosts.set(line, [...(hosts.get(line) ?? []), report.host.name]);
    }
  }
  return [...hosts].map(([line, names]) => `${list(names)}: ${line}`);
}

async function equipHost(report: HostReport, wants: Wants, capture: boolean): Promise<Provision> {
  const { host, found } = report;
  const nothing = { report, env: {}, note: null };
  if (found === null) return nothing;
  const kits = lackingKits(found, wants, capture).filter(hasKit);
  const library = await faketimeFor(found.facts, wants);
  const names = [...kits, ...(library === null ? [] : ['libfaketime'])];
  const disks = KITS_OF_DISKS.flatMap(([need, kit]) => (kits.includes(kit) ? [need] : []));
  const helped = [...networkFaults(wants), ...disks, ...(library === null ? [] : ['clock'])];
  if (names.length === 0 || hasOtherProblem(report, helped)) return nothing;
  const folder = `${wants.workspace}/staged`;
  try {
    const brought = kits.length === 0 ? {} : await bringKits(host, { machine: found.facts.arch, folder, kits });
    const faketime = library === null ? null : await bringFaketime(host, library, folder);
    const env = { ...brought, ...(faketime === null ? {} : { [FAKETIME_VARIABLE]: faketime }) };
    const tools = new Map([...found.facts.tools, ...kits.map((kit) => [kit, pathIn(brought, kit)] as const)]);
    const facts = { ...found.facts, tools, faketime: faketime ?? found.facts.faketime };
    const abilities = found.abilities === null ? null : await abilitiesOf(host, brought);
    const note = `${list(names)} of this machine ${names.length === 1 ? 'is' : 'are'} used there`;
    return { report: betterReport(report, { ...found, facts, abilities }, wants), env, note };
  } catch (error) {
    return { ...nothing, note: `tools of this machine cannot be brought: ${messageOf(error)}` };
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

/** Where a program of a kit lies on the host. */
function pathIn(brought: Provision['env'], kit: Kit): string {
  const folder = brought[TOOLS_VARIABLE]?.split(':').find((each) => each.endsWith(`/${kit}`));
  return `${folder ?? ''}/${kit}`;
}

/** Root of a container may lack that. */
function mayConfigure({ root: { capabilities } }: Facts): boolean {
  return capabilities === null || ((capabilities >> CAP_NET_ADMIN) & 1n) === 1n;
}

/** Then there will be no run, so that nothing is to be left there. `helped`: checks whose problems may be solved. */
function hasOtherProblem({ checks }: HostReport, helped: readonly string[]): boolean {
  return checks.some(({ name, problem }) => problem !== undefined && !helped.includes(name));
}

/** Says of what is no problem any more that it was brought. */
function betterReport(report: HostReport, found: Found, wants: Wants): HostReport {
  const better = reportFrom(report.host, found, wants);
  const lacked = new Set(report.checks.flatMap(({ name, problem }) => (problem === undefined ? [] : [name])));
  const checks = better.checks.map((check) =>
    lacked.has(check.name) && check.problem === undefined ? { ...check, cell: 'brought' } : check,
  );
  return { ...better, checks };
}

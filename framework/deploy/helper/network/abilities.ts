// What a host's kernel and tools can do to its network, as it was found by trying, and what each fault needs of that.
import { ChaosError } from '../../../contracts/error.js';
import { ABILITIES_COMMAND } from './abilities-script.js';
import type { Family } from './address.js';
import type { Run } from './run.js';

/** Found by trying, each by itself. */
export const ABILITIES = {
  iptables: 'iptables',
  ip6tables: 'ip6tables',
  nft: 'nft',
  statistic: 'the match "statistic" of iptables (kernel module xt_statistic)',
  statistic6: 'the match "statistic" of ip6tables (kernel module xt_statistic)',
  numgen: 'random numbers in nft (kernel module nft_numgen)',
  tc: 'tc (package iproute2)',
  htb: 'the queueing discipline htb (kernel module sch_htb)',
  u32: 'the classifier u32 (kernel module cls_u32)',
  netem: 'the queueing discipline netem (kernel module sch_netem)',
} as const;

export type Ability = keyof typeof ABILITIES;

/** True, or why it cannot be used there, in the words of the tool that was tried. */
export type Abilities = Readonly<Record<Ability, true | string>>;

/** Faults of links: the fields of a LinkState, by what they need. */
export type NetworkFault = 'partition' | 'loss' | 'packet' | 'corrupt' | 'rate';

export const NETWORK_FAULTS: readonly NetworkFault[] = ['partition', 'loss', 'packet', 'corrupt', 'rate'];

/** Why a fault cannot be had: what is missing, and what to use instead. */
export interface Lack {
  missing: string;
  instead: string;
}

const SHAPING: readonly Ability[] = ['tc', 'htb', 'u32'];
const NETEM: readonly Ability[] = [...SHAPING, 'netem'];

/** The ways to have each fault: any of them whose abilities are all there will do. The last is the one whose lack is told. */
const WAYS: Readonly<Record<NetworkFault, readonly (readonly Ability[])[]>> = {
  partition: [['nft'], ['iptables']],
  loss: [NETEM, ['nft', 'numgen'], ['iptables', 'statistic']],
  packet: [NETEM],
  corrupt: [NETEM],
  rate: [SHAPING],
};

const INSTEAD: Readonly<Record<NetworkFault, string>> = {
  partition: 'Install iptables or nftables there, and be root.',
  loss: 'Install iptables there, or use partition instead.',
  packet: 'Load the module there (modprobe sch_netem), or use loss, rate or partition instead.',
  corrupt: 'Load the module there (modprobe sch_netem), or use loss, rate or partition instead.',
  rate: 'Install iproute2 and load the modules there (modprobe sch_htb cls_u32), or use loss or partition instead.',
};

const OVER_IPV6: Partial<Record<Ability, Ability>> = { iptables: 'ip6tables', statistic: 'statistic6' };

/** Null when a host with these abilities offers the fault, between addresses of this family. */
export function lackOf(fault: NetworkFault, abilities: Abilities, family: Family = 4): Lack | null {
  const ways = WAYS[fault].map((way) => (family === 4 ? way : way.map((ability) => OVER_IPV6[ability] ?? ability)));
  if (ways.some((way) => way.every((ability) => abilities[ability] === true))) return null;
  const missing = ways
    .at(-1)!
    .filter((ability) => abilities[ability] !== true)
    .map((ability) => `${ABILITIES[ability]}: ${abilities[ability]}`);
  return { missing: missing.join('; '), instead: INSTEAD[fault] };
}

/** Loss is netem's matter where the kernel has it: a sender then does not learn of it. */
export function hasNetem(abilities: Abilities): boolean {
  return NETEM.every((ability) => abilities[ability] === true);
}

/**
 * Finds out, in a network namespace that is thrown away, or, where none can be made, with a chain, a table and a device of its own
 * that are removed again. `run` must run the command as root on the host. Takes some 50 ms.
 */
export async function networkAbilities(run: Run): Promise<Abilities> {
  const { stdout, stderr, code } = await run(ABILITIES_COMMAND);
  if (code === null)
    throw new ChaosError('network-rules', 'what can be done to the network could not be tried in time');
  return parseAbilities(
    stdout,
    code === 0 ? 'was not tried' : firstLine(stderr) || `the trial ended with status ${code}`,
  );
}

/** Lines `name=yes` and `name=no why`; `untold`: why for those without a line. */
export function parseAbilities(text: string, untold: string): Abilities {
  const found = new Map<string, true | string>();
  for (const line of text.split('\n')) {
    const match = /^([a-z0-9]+)=(yes|no)(?: (.*))?$/.exec(line);
    if (match !== null) found.set(match[1]!, match[2] === 'yes' ? true : (match[3] ?? 'does not work'));
  }
  const names = Object.keys(ABILITIES) as Ability[];
  return Object.fromEntries(names.map((name) => [name, found.get(name) ?? untold])) as Record<Ability, true | string>;
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!.slice(0, 200);
}

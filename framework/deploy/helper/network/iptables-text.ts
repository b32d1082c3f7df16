// Pure: from the rules of ours that a filter table has to those it is to have, as one text for iptables-restore.
//
// The text is put in force as a whole or not at all. It names nothing but our two chains and the jumps to them.
import type { Drops } from './rules.js';

const CHAIN_IN = 'CHAOS-IN';
export const CHAIN_OUT = 'CHAOS-OUT';
const HOOKS = [
  [CHAIN_IN, 'INPUT'],
  [CHAIN_OUT, 'OUTPUT'],
] as const;

export type Chain = (typeof HOOKS)[number][0];

/** What a table has of ours. */
export interface Installed {
  /** Chains that exist. */
  chains: ReadonlySet<string>;
  /** How often each is jumped to. */
  jumps: Readonly<Record<Chain, number>>;
  /** The rules in our chains; null: some that we did not just make. */
  rules: readonly string[] | null;
}

export const NOTHING: Installed = { chains: new Set(), jumps: { 'CHAOS-IN': 0, 'CHAOS-OUT': 0 }, rules: [] };

export interface Change {
  /** Null: nothing is to be done. */
  text: string | null;
  after: Installed;
}

/** Without its answers about neighbours a host cannot even be sent to over IPv6: a cut one way would be one both ways. */
const NEIGHBOURS = [135, 136].map((type) => `${CHAIN_IN} -p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`);

/** The chains' rules, without the `-A` before them. */
export function ruleLines({ cuts, losses }: Drops): string[] {
  const isIpv6 = cuts.some(({ family }) => family === 6) || losses.some(({ to }) => to.family === 6);
  return [
    ...(isIpv6 ? NEIGHBOURS : []),
    ...cuts.map(({ text }) => `${CHAIN_IN} -s ${text} -j DROP`),
    ...losses.map(({ to, probability }) => `${CHAIN_OUT} -d ${to.text}${chance(probability)} -j DROP`),
  ];
}

/** What `iptables -S` prints, as far as it is ours. */
export function parseInstalled(listing: string): Installed {
  const lines = listing.split('\n');
  const count = (chain: Chain, hook: string) => lines.filter((line) => line === `-A ${hook} -j ${chain}`).length;
  return {
    chains: new Set(HOOKS.map(([chain]) => chain).filter((chain) => lines.includes(`-N ${chain}`))),
    jumps: { 'CHAOS-IN': count(CHAIN_IN, 'INPUT'), 'CHAOS-OUT': count(CHAIN_OUT, 'OUTPUT') },
    rules: null,
  };
}

/**
 * Rules that stay are not touched, so their counters go on. Where what is there is not known rule by rule, the chains are written
 * anew. Without any rule the jumps and the chains go, too.
 */
export function change(installed: Installed, drops: Drops): Change {
  const wanted = [...new Set(ruleLines(drops))];
  if (wanted.length === 0) return { text: table(removal(installed)), after: NOTHING };
  const after: Installed = {
    chains: new Set(HOOKS.map(([chain]) => chain)),
    jumps: { 'CHAOS-IN': 1, 'CHAOS-OUT': 1 },
    rules: wanted,
  };
  const known = isWhole(installed) ? installed.rules : null;
  if (known === null) return { text: table(anew(installed, wanted)), after };
  const gone = known.filter((rule) => !wanted.includes(rule));
  const added = wanted.filter((rule) => !known.includes(rule));
  if (gone.length === 0 && added.length === 0) return { text: null, after };
  // The jumps move to the head again, in case others were put before them. Where they are gone, so that this fails, the caller looks.
  const heads = HOOKS.flatMap(([chain, hook]) => [`-D ${hook} -j ${chain}`, `-I ${hook} 1 -j ${chain}`]);
  return { text: table([...heads, ...gone.map((rule) => `-D ${rule}`), ...added.map((rule) => `-A ${rule}`)]), after };
}

/** Packets that each source of our cuts lost, by address: from what `iptables -v -S CHAOS-IN` prints. */
export function parseDropped(listing: string): Map<string, number> {
  const dropped = new Map<string, number>();
  for (const match of listing.matchAll(/^-A CHAOS-IN -s ([^/ ]+)\S* -c (\d+) \d+ -j DROP/gm)) {
    dropped.set(match[1]!, Number(match[2]));
  }
  return dropped;
}

function isWhole({ chains, jumps }: Installed): boolean {
  return HOOKS.every(([chain]) => chains.has(chain) && jumps[chain] === 1);
}

function anew(installed: Installed, wanted: readonly string[]): string[] {
  return [
    ...HOOKS.map(([chain]) => `:${chain} - [0:0]`),
    ...HOOKS.flatMap(([chain, hook]) => [...unhook(installed, chain, hook), `-I ${hook} 1 -j ${chain}`]),
    ...wanted.map((rule) => `-A ${rule}`),
  ];
}

function removal(installed: Installed): string[] {
  return HOOKS.flatMap(([chain, hook]) => [
    ...unhook(installed, chain, hook),
    ...(installed.chains.has(chain) ? [`-F ${chain}`, `-X ${chain}`] : []),
  ]);
}

function unhook({ jumps }: Installed, chain: Chain, hook: string): string[] {
  return Array.from({ length: jumps[chain] }, () => `-D ${hook} -j ${chain}`);
}

function table(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : `*filter\n${lines.join('\n')}\nCOMMIT\n`;
}

function chance(probability: number): string {
  if (probability >= 1) return '';
  return ` -m statistic --mode random --probability ${Math.max(1e-9, probability).toFixed(9)}`;
}

// Pure: the links that are not clean, and what the kernel can do, become rules that the kernel's tools then put in force.
import type { LinkQuality } from '../../../contracts/cluster.js';
import { ChaosError } from '../../../contracts/error.js';
import type { LinkState } from '../protocol.js';
import { type Abilities, hasNetem, lackOf, type NetworkFault } from './abilities.js';
import { type Address, addressOf, type Family } from './address.js';
import { leafOf, type Shape } from './shape.js';

/** What our chains drop. */
export interface Drops {
  /** Everything from these addresses. */
  cuts: readonly Address[];
  /** Some of what is sent to these addresses. */
  losses: readonly { to: Address; probability: number }[];
}

export interface Rules extends Drops {
  shapes: readonly Shape[];
}

export const NO_DROPS: Drops = { cuts: [], losses: [] };

/**
 * The rules for exactly these links. Throws ChaosError('fault-unsupported') for a link that this host cannot make so, and
 * ChaosError('bad-address'); `host` is what the messages call it.
 */
export function rulesFor(links: readonly LinkState[], abilities: Abilities, host: string): Rules {
  const cuts: Address[] = [];
  const losses: { to: Address; probability: number }[] = [];
  const shapes: Shape[] = [];
  for (const { address, cut, quality } of merged(links)) {
    for (const fault of faultsIn(cut, quality)) refuse(fault, abilities, address.family, host);
    if (cut) cuts.push(address);
    const { loss, rest } = split(quality, hasNetem(abilities));
    if (loss > 0) losses.push({ to: address, probability: loss });
    const leaf = leafOf(rest);
    if (leaf !== null) shapes.push({ to: address, ...leaf });
  }
  return { cuts, losses, shapes };
}

/** The drops of one family of addresses. */
export function dropsOf(drops: Drops, isOurs: (address: Address) => boolean): Drops {
  return { cuts: drops.cuts.filter(isOurs), losses: drops.losses.filter(({ to }) => isOurs(to)) };
}

interface Peer {
  address: Address;
  cut: boolean;
  quality: LinkQuality;
}

function merged(links: readonly LinkState[]): Iterable<Peer> {
  const peers = new Map<string, Peer>();
  for (const link of links) {
    const address = addressOf(link.peer);
    const before = peers.get(address.text);
    const cut = (link.cut ?? false) || (before?.cut ?? false);
    peers.set(address.text, { address, cut, quality: { ...before?.quality, ...checked(link.quality ?? {}) } });
  }
  return peers.values();
}

function checked(quality: LinkQuality): LinkQuality {
  const { delay, rate, ...probabilities } = quality;
  const times = delay === undefined ? [] : [delay.mean, delay.jitter ?? 0];
  const good =
    Object.values(probabilities).every((p) => p >= 0 && p <= 1) &&
    times.every((time) => time >= 0 && Number.isFinite(time)) &&
    (rate === undefined || (rate > 0 && Number.isFinite(rate)));
  if (good) return quality;
  throw new ChaosError('bad-quality', `no link can be like ${JSON.stringify(quality)}`, {
    hint: 'Probabilities are from 0 to 1, times at least 0, rates above 0.',
    kind: 'internal',
  });
}

function faultsIn(cut: boolean, quality: LinkQuality): NetworkFault[] {
  const faults: NetworkFault[] = cut ? ['partition'] : [];
  if ((quality.loss ?? 0) > 0) faults.push('loss');
  if (quality.delay !== undefined || quality.duplicate !== undefined || quality.reorder !== undefined) {
    faults.push('packet');
  }
  if (quality.corrupt !== undefined) faults.push('corrupt');
  if (quality.rate !== undefined) faults.push('rate');
  return faults;
}

const DOES: Readonly<Record<NetworkFault, string>> = {
  partition: 'cut links',
  loss: 'lose packets',
  packet: 'delay, duplicate or reorder packets',
  corrupt: 'corrupt packets',
  rate: 'limit the rate of links',
};

function refuse(fault: NetworkFault, abilities: Abilities, family: Family, host: string): void {
  const lack = lackOf(fault, abilities, family);
  if (lack === null) return;
  throw new ChaosError('fault-unsupported', `${host} cannot ${DOES[fault]}; missing: ${lack.missing}`, {
    hint: lack.instead,
  });
}

/** What netem does of a quality, and the loss that is left to our chains. */
function split(quality: LinkQuality, netem: boolean): { loss: number; rest: LinkQuality } {
  if (netem) return { loss: 0, rest: quality };
  const { loss = 0, ...rest } = quality;
  return { loss, rest };
}

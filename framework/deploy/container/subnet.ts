// Ranges of IPv4 addresses: which one is free, and who gets which address of it.
import { ChaosError } from '../../contracts/error.js';

/** Addresses as numbers; `bits`: length of the prefix. */
export interface Subnet {
  first: number;
  bits: number;
}

/** Of a range, the first nodes' address; what is before it is left to the engine and its gateway. */
const FIRST_HOST = 11;

/** `10.56.0.0/24`; null: it is none, or names an address within it. */
export function parseSubnet(text: string): Subnet | null {
  const [, address = '', prefix = '32'] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(text.trim()) ?? [];
  const parts = address.split('.').map(Number);
  const bits = Number(prefix);
  if (parts.length !== 4 || address.split('.').some((part) => !/^\d{1,3}$/.test(part))) return null;
  if (parts.some((part) => part > 255) || bits > 32) return null;
  const first = parts.reduce((sum, part) => sum * 256 + part, 0);
  return first % sizeOf({ first, bits }) === 0 ? { first, bits } : null;
}

export function sizeOf({ bits }: Subnet): number {
  return 2 ** (32 - bits);
}

export function showSubnet({ first, bits }: Subnet): string {
  return `${showAddress(first)}/${bits}`;
}

export function showAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);
}

/** Private ranges that nothing else uses by default, in the order in which they are tried; `start` chooses the first. */
export function* candidates(start: number): Generator<Subnet> {
  const base = parseSubnet('10.56.0.0/24')!.first;
  const count = 8 * 256;
  for (let step = 0; step < count; step++) yield { first: base + ((start + step) % count) * 256, bits: 24 };
}

/** An address for each node. Throws ChaosError('subnet-too-small'). */
export function addressesFor(subnet: Subnet, nodes: readonly string[]): Map<string, string> {
  // The last one is for broadcasts.
  if (FIRST_HOST + nodes.length > sizeOf(subnet) - 1) {
    throw new ChaosError('subnet-too-small', `${showSubnet(subnet)} has no room for ${nodes.length} nodes`, {
      kind: 'usage',
      hint: 'Take a larger subnet (10.56.0.0/24 has room for 240 nodes), or leave it out.',
    });
  }
  return new Map(nodes.map((node, index) => [node, showAddress(subnet.first + FIRST_HOST + index)]));
}

interface Route {
  dst?: string;
}

/** Ranges that this machine routes somewhere, from `ip -j route`; the default route is none. */
export function routedIn(json: string): Subnet[] {
  try {
    const routes = JSON.parse(json) as Route[];
    return routes.flatMap(({ dst = '' }) => parseSubnet(dst) ?? []).filter(({ bits }) => bits > 0);
  } catch {
    return [];
  }
}

interface InspectedNetwork {
  /** Docker. */
  IPAM?: { Config?: { Subnet?: string }[] | null };
  /** Podman. */
  subnets?: { subnet?: string }[] | null;
}

/** Ranges of an engine's networks, as `network inspect` shows them. */
export function networkSubnets(inspected: readonly InspectedNetwork[]): Subnet[] {
  const texts = inspected.flatMap((network) => [
    ...(network.IPAM?.Config ?? []).map(({ Subnet: text }) => text),
    ...(network.subnets ?? []).map(({ subnet }) => subnet),
  ]);
  return texts.flatMap((text) => parseSubnet(text ?? '') ?? []);
}

// Which addresses and names a lab gives: all derived from its id, its subnet and the position of a host.
import { createHash } from 'node:crypto';

/** Hosts that fit into one lab. */
export const MOST_HOSTS = 200;

/** The last number of the address of this process in a lab. */
const CONTROL = 254;

/** An IPv4 network: address as a number, bits of the prefix. */
export interface Network {
  address: number;
  bits: number;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Reads `10.55.3.0/24` or `10.55.3.1`; null when it is neither. */
export function parseNetwork(text: string): Network | null {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?$/.exec(text);
  return match === null ? null : { address: numberOf(match[1]!), bits: Number(match[2] ?? 32) };
}

export function overlap(a: Network, b: Network): boolean {
  const size = 2 ** (32 - Math.min(a.bits, b.bits));
  return Math.floor(a.address / size) === Math.floor(b.address / size);
}

/** Candidates for a subnet, as the first three numbers of their addresses, without those that overlap a network in use. */
export function freeSubnets(used: readonly Network[]): string[] {
  return Array.from({ length: 256 }, (_, third) => `10.55.${third}`).filter((subnet) => {
    const network = { address: numberOf(`${subnet}.0`), bits: 24 };
    return !used.some((other) => overlap(network, other));
  });
}

/**
 * The networks that answers of `ip -json -4 addr` and `ip -json -4 route` name. The default route leads everywhere and takes nothing.
 */
export function usedNetworks(addresses: string, routes: string): Network[] {
  const interfaces = JSON.parse(addresses || '[]') as { addr_info?: { local?: string; prefixlen?: number }[] }[];
  const lines = JSON.parse(routes || '[]') as { dst?: string }[];
  const texts = [
    ...interfaces.flatMap(({ addr_info = [] }) => addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)),
    ...lines.map(({ dst = '' }) => dst),
  ];
  return texts.map(parseNetwork).filter((network) => network !== null);
}

export function addressOf(subnet: string, index: number): string {
  return `${subnet}.${index + 1}`;
}

export function controlAddress(subnet: string): string {
  return `${subnet}.${CONTROL}`;
}

/** The same after a host was off and on again, as of a real network card. */
export function cardOf(subnet: string, index: number): string {
  const bytes = addressOf(subnet, index)
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', 'c4', ...bytes].join(':');
}

/** The one network interface of a lab that the machine sees; at most 15 characters, as the kernel wants. */
export function linkOf(id: string): string {
  return `chaos-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

/** A lab's id as the name of a folder. */
export function labName(id: string): string {
  const safe = id.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '');
  if (safe === id && id.length <= 64) return id;
  // What was left out still tells two labs apart.
  return `${safe.slice(0, 50)}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

/** The text of /etc/hosts on every host of a lab. */
export function hostsFile(hosts: readonly { name: string; address: string }[], control: string): string {
  const lines = [['127.0.0.1', 'localhost'], ['::1', 'localhost'], ...hosts.map((each) => [each.address, each.name])];
  return [...lines, [control, 'chaos-control']].map((line) => `${line.join('\t')}\n`).join('');
}

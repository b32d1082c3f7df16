// Addresses of other hosts, checked before they become part of a rule.
import { isIP, SocketAddress } from 'node:net';
import { ChaosError } from '../../../contracts/error.js';

export type Family = 4 | 6;

export interface Address {
  family: Family;
  /** As the kernel's tools print it, so that one host has one text. */
  text: string;
}

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** Throws ChaosError('bad-address') for what is no plain IPv4 or IPv6 address; names are not looked up. */
export function addressOf(text: string): Address {
  const family = isIP(text);
  // A zone (`fe80::1%eth0`) means nothing to a rule.
  if (family === 0 || text.includes('%')) {
    throw new ChaosError('bad-address', `${JSON.stringify(text)} is no IP address of a host`, {
      hint: 'Faults of links need the IP addresses by which hosts reach each other: name them in the plan.',
    });
  }
  if (family === 4) return { family: 4, text };
  const plain = new SocketAddress({ address: text, family: 'ipv6' }).address;
  const mapped = IPV4_IN_IPV6.exec(plain)?.[1];
  return mapped === undefined ? { family: 6, text: plain } : { family: 4, text: mapped };
}

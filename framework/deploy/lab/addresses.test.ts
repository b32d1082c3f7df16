import { describe, expect, it } from 'vitest';
import {
  addressOf,
  cardOf,
  controlAddress,
  freeSubnets,
  hostsFile,
  labName,
  linkOf,
  overlap,
  parseNetwork,
  usedNetworks,
} from './addresses.js';

describe('the subnet of a lab', () => {
  const network = (text: string) => parseNetwork(text)!;

  it.each([
    ['10.55.0.0/24', '10.55.0.7', true],
    ['10.55.0.0/16', '10.55.200.0/24', true],
    ['10.55.1.0/24', '10.55.0.0/24', false],
    ['0.0.0.0/0', '10.55.0.0/24', true],
    ['192.168.255.255', '192.168.255.255/32', true],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlap(network(a), network(b))).toBe(expected);
    expect(overlap(network(b), network(a))).toBe(expected);
  });

  it('is one that no address and no route of the machine is in', () => {
    const addresses = JSON.stringify([
      { addr_info: [{ local: '127.0.0.1', prefixlen: 8 }] },
      { addr_info: [{ local: '10.55.0.254', prefixlen: 24 }] },
      {},
    ]);
    const routes = JSON.stringify([{ dst: 'default' }, { dst: '10.55.1.0/24' }, { dst: '10.55.3.9' }]);
    const free = freeSubnets(usedNetworks(addresses, routes));
    expect(free.slice(0, 3)).toEqual(['10.55.2', '10.55.4', '10.55.5']);
    expect(free).toHaveLength(253);
  });

  it('does not exist where a network covers all of them', () => {
    expect(freeSubnets([network('10.0.0.0/8')])).toEqual([]);
    expect(freeSubnets(usedNetworks('', ''))).toHaveLength(256);
  });
});

describe('names and addresses', () => {
  it('count from 1, and network cards are as unique as addresses', () => {
    expect([addressOf('10.55.7', 0), addressOf('10.55.7', 4), controlAddress('10.55.7')]).toEqual([
      '10.55.7.1',
      '10.55.7.5',
      '10.55.7.254',
    ]);
    expect(cardOf('10.55.7', 4)).toBe('02:c4:0a:37:07:05');
    // The lowest bit of the first byte would make it a group of cards.
    expect(Number.parseInt(cardOf('10.55.255', 199).slice(0, 2), 16) & 1).toBe(0);
  });

  it('of links fit into what the kernel takes, however long the id', () => {
    const ids = ['lab', 'a', 'x'.repeat(300), 'quickstart@reads=lease/2026'];
    const links = ids.map(linkOf);
    for (const link of links) expect(link).toMatch(/^chaos-[0-9a-f]{8}$/);
    expect(new Set(links).size).toBe(ids.length);
    expect(links[0]!.length).toBeLessThanOrEqual(15);
  });

  it('of labs are names of folders, and stay different', () => {
    expect(labName('lab')).toBe('lab');
    expect(labName('plan@reads=lease')).toMatch(/^plan-reads-lease-[0-9a-f]{8}$/);
    expect(labName('plan@reads=lease')).not.toBe(labName('plan@reads-lease'));
    for (const id of ['..', '../../etc', '.hidden', '/', 'é', 'x'.repeat(200)]) {
      expect(labName(id)).toMatch(/^[\w.-]*-[0-9a-f]{8}$/);
      expect(labName(id)).not.toMatch(/^\./);
      expect(labName(id).length).toBeLessThanOrEqual(64);
    }
  });

  it('are known on every host', () => {
    const text = hostsFile([{ name: 'n1', address: '10.55.0.1' }], '10.55.0.254');
    expect(text).toContain('10.55.0.1\tn1\n');
    expect(text).toContain('127.0.0.1\tlocalhost\n');
  });
});

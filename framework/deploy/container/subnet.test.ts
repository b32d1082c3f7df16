// Ranges of addresses: read, compared and given away.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressesFor,
  candidates,
  networkSubnets,
  overlap,
  parseSubnet,
  routedIn,
  showAddress,
  showSubnet,
  sizeOf,
} from './subnet.js';

const subnet = fc
  .record({ address: fc.integer({ min: 0, max: 2 ** 32 - 1 }), bits: fc.integer({ min: 0, max: 32 }) })
  .map(({ address, bits }) => ({ first: address - (address % 2 ** (32 - bits)), bits }));

describe('a range of addresses', () => {
  it('is written and read again', () => {
    fc.assert(
      fc.property(subnet, (range) => {
        expect(parseSubnet(showSubnet(range))).toEqual(range);
      }),
    );
  });

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/24',
    '10.0.0.1/24',
    '256.0.0.0/8',
    '10.0.0.0/',
    'fd00::/8',
    '10.0.0.0.0/24',
    '..../8',
  ])('is not %j', (text) => {
    expect(parseSubnet(text)).toBeNull();
  });

  it('overlaps another exactly when they share an address', () => {
    fc.assert(
      fc.property(subnet, subnet, (a, b) => {
        const [low, high] = a.bits < b.bits ? [a, b] : [b, a];
        const inside = high.first - (high.first % sizeOf(low)) === low.first;
        expect(overlap(a, b)).toBe(inside);
        expect(overlap(b, a)).toBe(inside);
      }),
    );
  });
});

it('candidates are all different, wherever they start', () => {
  const all = [...candidates(2_000)];
  expect(all[0]).toEqual(parseSubnet('10.63.208.0/24'));
  expect(new Set(all.map(showSubnet)).size).toBe(2_048);
  expect(all.every((range) => overlap(range, parseSubnet('10.56.0.0/13')!))).toBe(true);
});

describe('addresses of nodes', () => {
  it('follow each other in the range', () => {
    expect([...addressesFor(parseSubnet('10.56.3.0/24')!, ['n1', 'n2'])]).toEqual([
      ['n1', '10.56.3.11'],
      ['n2', '10.56.3.12'],
    ]);
    const many = Array.from({ length: 300 }, (_, index) => `n${index}`);
    expect(addressesFor(parseSubnet('10.56.0.0/16')!, many).get('n299')).toBe('10.56.1.54');
  });

  it('leave the last one to broadcasts', () => {
    const small = parseSubnet('10.0.0.0/28')!;
    expect([...addressesFor(small, ['a', 'b', 'c', 'd']).values()].at(-1)).toBe('10.0.0.14');
    expect(() => addressesFor(small, ['a', 'b', 'c', 'd', 'e'])).toThrow(/no room for 5 nodes/);
  });
});

it('reads what a machine routes', () => {
  const routes = [{ dst: 'default' }, { dst: '192.0.2.0/24' }, { dst: '10.1.2.3' }, { dst: '::/0' }, {}];
  expect(routedIn(JSON.stringify(routes)).map(showSubnet)).toEqual(['192.0.2.0/24', '10.1.2.3/32']);
  expect(routedIn('ip: not found')).toEqual([]);
});

it('reads the networks of both engines', () => {
  const docker = { IPAM: { Config: [{ Subnet: '172.17.0.0/16' }] } };
  const podman = { subnets: [{ subnet: '10.88.0.0/16' }, { subnet: 'fd00::/64' }] };
  expect(networkSubnets([docker, podman, { IPAM: { Config: null } }, {}]).map(showSubnet)).toEqual([
    '172.17.0.0/16',
    '10.88.0.0/16',
  ]);
  expect(showAddress(2 ** 32 - 1)).toBe('255.255.255.255');
});

import { describe, expect, it } from 'vitest';
import type { Body } from '../../framework/contracts/message.js';
import gossip from './index.js';
import type { GossipOptions } from './options.js';
import { Cluster, DEFAULTS } from './testing/cluster.js';

/** Adds this many elements at one node, lets another one join, and adds one more. */
function joinAfter(adds: number, bug: GossipOptions['bug']): { cluster: Cluster; answer: Body | null } {
  const cluster = new Cluster({ state: 'or-set', history: 4, bug }, { nodes: 2, spares: 1 });
  for (let element = 1; element <= adds; element++) cluster.answer('n1', { type: 'add', element });
  cluster.run(2000);
  const joined = cluster.ask('n2', gossip.membership!.change(['n3'], [], DEFAULTS));
  cluster.run(2000);
  cluster.answer('n1', { type: 'add', element: adds + 1 });
  cluster.run(2000);
  return { cluster, answer: joined() };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a node that joins when old updates are no longer at hand', () => {
  it('gets the state', () => {
    const { cluster, answer } = joinAfter(9, 'none');
    expect(answer?.type).toBe('change_ok');
    for (const node of cluster.all) expect(new Set(cluster.read(node) as number[]), node).toEqual(new Set(upTo(10)));
  });

  it('with the bug join-without-state lacks it for ever, although it has joined', () => {
    const { cluster, answer } = joinAfter(9, 'join-without-state');
    expect(answer?.type).toBe('change_ok');
    expect(cluster.read('n3')).toEqual([10]);
    cluster.run(20_000);
    expect(cluster.read('n3')).toEqual([10]);
    expect(cluster.digests(cluster.all).size).toBe(2);
  });

  it.each([
    ['none', true],
    ['join-without-state', false],
  ] as const)('brings the others what it has, and with the bug %s its gaps too', (bug, isKept) => {
    const { cluster } = joinAfter(9, bug);
    // What is added while n2 is away is more than single updates can bring: n3 sends it the state.
    cluster.partition(['n1', 'n3'], ['n2']);
    for (let element = 11; element <= 20; element++) cluster.answer('n3', { type: 'add', element });
    cluster.partition(['n2', 'n3'], ['n1']);
    cluster.run(10_000);
    const held = cluster.read('n2') as number[];
    expect(held).toContain(20);
    expect(held.includes(1)).toBe(isKept);
  });
});

describe('with the bug join-without-state', () => {
  it('a node that joins early, while single updates suffice, is as good as any', () => {
    const { cluster } = joinAfter(3, 'join-without-state');
    for (const node of cluster.all) expect(cluster.read(node), node).toEqual(upTo(4));
  });
});

import { describe, expect, it } from 'vitest';
import type { Body } from '../../framework/contracts/message.js';
import gossip from './index.js';
import { Cluster, DEFAULTS } from './testing/cluster.js';

const add = (element: unknown) => ({ type: 'add', element });
const change = (join: readonly string[], leave: readonly string[], more: object = {}): Body => ({
  ...gossip.membership!.change(join, leave, DEFAULTS),
  ...more,
});
const OK = { type: 'change_ok', in_reply_to: 1 };

function expectMembers(cluster: Cluster, members: readonly string[]): void {
  for (const node of members) expect(cluster.members(node), node).toEqual(members);
  const outside = cluster.all.filter((node) => !members.includes(node));
  for (const node of outside) expect(cluster.members(node), node).toEqual([]);
}

describe('failures', () => {
  it('are found out by all, and so is the return', () => {
    const cluster = new Cluster();
    cluster.run(1000);
    expectMembers(cluster, cluster.names);
    cluster.kill('n3');
    cluster.run(6000);
    for (const node of ['n1', 'n2', 'n4', 'n5']) expect(cluster.members(node)).toEqual(['n1', 'n2', 'n4', 'n5']);
    cluster.start('n3');
    cluster.run(4000);
    expectMembers(cluster, cluster.names);
  });

  it('of one link alone are not taken for the death of a node', () => {
    const cluster = new Cluster();
    cluster.passes = ({ src, dest }) => !([src, dest].includes('n1') && [src, dest].includes('n2'));
    for (let second = 0; second < 8; second++) {
      cluster.run(1000);
      expectMembers(cluster, cluster.names);
    }
    expect(cluster.count('swim-ping-req')).toBeGreaterThan(0);
  });

  it('by partition heal: each side takes the other back, and nothing is lost', () => {
    const cluster = new Cluster();
    cluster.run(1000);
    cluster.partition(['n1', 'n2'], ['n3', 'n4', 'n5']);
    cluster.run(8000);
    expect(cluster.members('n1')).toEqual(['n1', 'n2']);
    expect(cluster.members('n5')).toEqual(['n3', 'n4', 'n5']);
    cluster.answer('n1', add('left'));
    cluster.answer('n5', add('right'));
    cluster.heal();
    cluster.run(4000);
    expectMembers(cluster, cluster.names);
    for (const node of cluster.names) expect(cluster.read(node)).toEqual(['left', 'right']);
  });

  it('with the bug ignore-incarnation stay for ever', () => {
    const cluster = new Cluster({ bug: 'ignore-incarnation' });
    cluster.run(1000);
    cluster.partition(['n1', 'n2'], ['n3', 'n4', 'n5']);
    cluster.run(8000);
    cluster.answer('n1', add('left'));
    cluster.heal();
    cluster.run(20_000);
    for (const node of cluster.names) expect(cluster.members(node), node).not.toEqual(cluster.names);
    expect(cluster.members('n5')).not.toContain('n1');
    expect(cluster.read('n5')).toEqual([]);
  });
});

describe('a change of members', () => {
  it('lets spare nodes in, with the state, and others out, from any member', () => {
    const cluster = new Cluster({}, { nodes: 3, spares: 2 });
    cluster.answer('n1', add('old'));
    expect(cluster.answer('n4', add('x'))).toMatchObject({ type: 'error', code: 11 });
    expect(cluster.answer('n5', { type: 'read' })).toMatchObject({ type: 'error', code: 11 });
    const joined = cluster.ask('n1', change(['n4'], []));
    cluster.run(50);
    expect(joined()).toEqual(OK);
    // It had everything before it was confirmed.
    expect(cluster.read('n4')).toEqual(['old']);
    cluster.answer('n4', add('new'));
    cluster.run(3000);
    expectMembers(cluster, ['n1', 'n2', 'n3', 'n4']);
    const replaced = cluster.ask('n4', change(['n5'], ['n2', 'n3']));
    cluster.run(3000);
    expect(replaced()).toEqual(OK);
    expectMembers(cluster, ['n1', 'n4', 'n5']);
    for (const node of ['n1', 'n4', 'n5']) expect(cluster.read(node)).toEqual(['new', 'old']);
    expect(cluster.answer('n2', add('x'))).toMatchObject({ type: 'error', code: 11 });
  });

  it.each(['push', 'pull', 'push-pull'] as const)(
    'takes over, by %s, what only the leaving node has',
    (dissemination) => {
      const cluster = new Cluster({ dissemination });
      cluster.run(3000);
      cluster.answer('n2', add('last words'));
      const left = cluster.ask('n1', change([], ['n2']));
      cluster.run(1500);
      expect(left()).toEqual(OK);
      cluster.kill('n2');
      cluster.run(3000);
      expectMembers(cluster, ['n1', 'n3', 'n4', 'n5']);
      for (const node of ['n1', 'n3', 'n4', 'n5']) expect(cluster.read(node)).toEqual(['last words']);
    },
  );

  it('lets the node leave that was asked, and come back later', () => {
    const cluster = new Cluster({ state: 'or-set' }, { nodes: 3 });
    cluster.answer('n1', add('a'));
    const left = cluster.ask('n1', change([], ['n1']));
    cluster.run(1500);
    expect(left()).toEqual(OK);
    cluster.run(2000);
    expectMembers(cluster, ['n2', 'n3']);
    cluster.answer('n2', { type: 'remove', element: 'a' });
    cluster.kill('n1');
    cluster.start('n1');
    cluster.run(3000);
    expectMembers(cluster, ['n2', 'n3']);
    const back = cluster.ask('n3', change(['n1'], []));
    cluster.run(3000);
    expect(back()).toEqual(OK);
    expectMembers(cluster, ['n1', 'n2', 'n3']);
    for (const node of cluster.names) expect(cluster.read(node)).toEqual([]);
  });

  it('survives restarts: who joined is a member, who left is none', () => {
    const cluster = new Cluster({ 'compact-after': 1 }, { nodes: 3, spares: 1 });
    cluster.ask('n1', change(['n4'], ['n2']));
    cluster.run(3000);
    for (const node of cluster.all) cluster.kill(node);
    for (const node of cluster.all) cluster.start(node);
    cluster.run(3000);
    expectMembers(cluster, ['n1', 'n3', 'n4']);
  });

  it('forgets no first member, also after a crash in the middle of its first start', () => {
    const cluster = new Cluster({ 'compact-after': 1 }, { nodes: 2 });
    const disk = cluster.disks.get('n1')!;
    for (let crash = 0; crash < 3; crash++) {
      cluster.kill('n1');
      Object.assign(disk, { snapshot: null, records: [{ incarnation: 1 }] });
      cluster.start('n1');
      const { snapshot } = disk;
      cluster.kill('n1');
      Object.assign(disk, { snapshot, records: [] });
      cluster.start('n1');
    }
    cluster.run(2000);
    expectMembers(cluster, cluster.names);
  });

  it('that was made before is confirmed again', () => {
    const cluster = new Cluster({}, { nodes: 3, spares: 1 });
    for (let time = 0; time < 2; time++) {
      const asked = cluster.ask(time === 0 ? 'n1' : 'n3', change(['n4'], ['n2']));
      cluster.run(3000);
      expect(asked()).toEqual(OK);
    }
    expectMembers(cluster, ['n1', 'n3', 'n4']);
  });

  it('works on a bad network', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const cluster = new Cluster({ 'give-up': 5000 }, { nodes: 4, spares: 2, seed });
      Object.assign(cluster, { loss: 0.3, duplicates: 0.3, delay: 100 });
      const asked = cluster.ask('n1', change(['n5', 'n6'], ['n2', 'n3']));
      cluster.run(5000);
      expect(asked(), `seed ${seed}`).toEqual(OK);
      Object.assign(cluster, { loss: 0 });
      cluster.run(6000);
      expectMembers(cluster, ['n1', 'n4', 'n5', 'n6']);
    }
  });

  it('is refused with error 11 when it is not confirmed in time, and then does not happen later', () => {
    const cluster = new Cluster({}, { nodes: 3, spares: 1 });
    cluster.kill('n4');
    const joined = cluster.ask('n1', change(['n4'], []));
    cluster.run(1400);
    expect(joined()).toBeNull();
    cluster.run(400);
    expect(joined()).toMatchObject({ type: 'error', code: 11 });
    cluster.start('n4');
    for (const message of cluster.sent.filter(({ body }) => body.type === 'invite')) cluster.give(message);
    cluster.run(3000);
    expectMembers(cluster, cluster.names);
  });

  it('cannot be carried out by old messages', () => {
    const cluster = new Cluster({}, { nodes: 3, spares: 1 });
    cluster.ask('n1', change(['n4'], []));
    cluster.run(2000);
    cluster.ask('n1', change([], ['n4', 'n2']));
    cluster.run(2000);
    cluster.ask('n1', change(['n2'], []));
    cluster.run(2000);
    expectMembers(cluster, cluster.names);
    const old = cluster.sent.filter(({ body, dest }) => !body.type.startsWith('gossip') && cluster.all.includes(dest));
    for (const message of old) cluster.give(message);
    cluster.run(5000);
    expectMembers(cluster, cluster.names);
  });

  it('does not let a node go that nobody takes over from: it stays, and serves again', () => {
    const cluster = new Cluster({}, { nodes: 3 });
    cluster.answer('n1', add('a'));
    cluster.partition(['n1'], ['n2', 'n3']);
    const left = cluster.ask('n1', change([], ['n1']));
    cluster.run(100);
    expect(cluster.answer('n1', add('b'))).toMatchObject({ code: 11 });
    cluster.run(1900);
    expect(left()).toMatchObject({ type: 'error', code: 11 });
    expect(cluster.answer('n1', add('c'))).toMatchObject({ type: 'add_ok' });
    cluster.heal();
    cluster.run(4000);
    expectMembers(cluster, cluster.names);
  });

  it.each<[Body, number]>([
    [change(['n4'], [], { cluster: 'other' }), 14],
    [change([], ['n1', 'n2', 'n3']), 14],
    [change(['n4'], ['n4']), 12],
    [change(['n4', 'n4'], []), 12],
    [{ type: 'change', join: 'n4', leave: [] }, 12],
    [{ type: 'change', join: [], leave: [5] }, 12],
    [{ type: 'change' }, 12],
  ])('%j is refused with the definite error %i', (body, code) => {
    const cluster = new Cluster({}, { nodes: 3, spares: 1 });
    expect(cluster.answer('n1', body)).toMatchObject({ type: 'error', code });
    cluster.run(2000);
    expectMembers(cluster, cluster.names);
  });

  it('may name the cluster', () => {
    const cluster = new Cluster({ cluster: 'here' }, { nodes: 3, spares: 1 });
    const asked = cluster.ask('n1', change(['n4'], [], { cluster: 'here' }));
    cluster.run(1000);
    expect(asked()).toEqual(OK);
  });

  it('is refused by a node for another cluster, and by one that is no member', () => {
    const cluster = new Cluster({}, { nodes: 3, spares: 1 });
    const asked = cluster.ask('n1', change(['n4'], []));
    const invite = cluster.sent.findLast(({ body }) => body.type === 'invite')!;
    cluster.give({ ...invite, body: { ...invite.body, cluster: 'other' } });
    cluster.passes = ({ body }) => body.type === 'refused';
    cluster.run(100);
    expect(asked()).toMatchObject({ type: 'error', code: 14, text: 'n4 is for cluster gossip, not for other' });
    expect(cluster.answer('n4', change(['n4'], []))).toMatchObject({ type: 'error', code: 11 });
  });
});

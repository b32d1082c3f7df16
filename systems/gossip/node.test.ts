import { describe, expect, it } from 'vitest';
import type { GossipOptions, Mode, StateName } from './options.js';
import { problems } from './options.js';
import { Cluster, DEFAULTS } from './testing/cluster.js';

const add = (element: unknown) => ({ type: 'add', element });
const remove = (element: unknown) => ({ type: 'remove', element });
const plus = (delta: number) => ({ type: 'add', delta });
const write = (value: unknown, key: unknown = 'x') => ({ type: 'write', key, value });
const get = (key: unknown = 'x') => ({ type: 'read', key });
const READ = { type: 'read' };

describe('a node', () => {
  it.each([1, 2, 3, 5, 8])('of %i keeps what any of them was told, and gives it to all', (nodes) => {
    const cluster = new Cluster({}, { nodes });
    for (const node of cluster.names)
      expect(cluster.answer(node, add(node))).toEqual({ type: 'add_ok', in_reply_to: 1 });
    expect(cluster.read('n1')).toEqual(['n1']);
    cluster.run(4000);
    for (const node of cluster.names) expect(cluster.read(node)).toEqual(cluster.all);
    expect(cluster.digests().size).toBe(1);
  });

  it.each(['push', 'pull', 'push-pull'] as Mode[])('spreads by %s, in about log n rounds', (dissemination) => {
    const cluster = new Cluster({ dissemination }, { nodes: 16 });
    cluster.run(2000);
    cluster.answer('n7', add('news'));
    cluster.run(12 * 200);
    for (const node of cluster.names) expect(cluster.read(node)).toEqual(['news']);
  });

  it('sends what the other lacks and no more', () => {
    const cluster = new Cluster({}, { nodes: 2 });
    for (let i = 0; i < 100; i++) cluster.answer('n1', add(i));
    cluster.run(1000);
    const before = cluster.sent.length;
    cluster.answer('n1', add('one more'));
    cluster.run(1000);
    const carried = cluster.sent.slice(before).flatMap(({ body }) => {
      const delta = body['delta'] as { updates?: unknown[]; state?: unknown } | undefined;
      return delta === undefined ? [] : [delta.state === undefined ? delta.updates!.length : Number.NaN];
    });
    expect(Math.max(...carried)).toBe(1);
    expect(cluster.read('n2')).toHaveLength(101);
  });

  it('sends nothing by push while there is nothing new', () => {
    const cluster = new Cluster({ dissemination: 'push' }, { nodes: 3 });
    cluster.answer('n1', add(1));
    cluster.run(5000);
    const before = cluster.count('gossip');
    cluster.run(5000);
    expect(cluster.count('gossip')).toBe(before);
  });

  it('sends its state to whom its history no longer reaches', () => {
    const cluster = new Cluster({ history: 5, 'compact-after': 5 }, { nodes: 2 });
    cluster.partition(['n1'], ['n2']);
    for (let i = 0; i < 50; i++) cluster.answer(i % 2 === 0 ? 'n1' : 'n2', add(i));
    cluster.heal();
    cluster.run(3000);
    expect(cluster.read('n1')).toHaveLength(50);
    expect(cluster.read('n2')).toHaveLength(50);
    expect(
      cluster.sent.some(({ body }) => (body['delta'] as { state?: unknown } | undefined)?.state !== undefined),
    ).toBe(true);
  });

  it('reports what it holds after each change, but not ten times in a second', () => {
    const cluster = new Cluster({}, { nodes: 1 });
    for (let i = 0; i < 1000; i++) {
      cluster.answer('n1', add(i));
      cluster.run(1);
    }
    cluster.run(100);
    expect(cluster.reports.length).toBeGreaterThan(7);
    expect(cluster.reports.length).toBeLessThan(12);
    expect(cluster.report('n1')).toMatchObject({ role: 'member', members: ['n1'], sent: 0 });
    expect(String(cluster.report('n1')!['digest'])).toMatch(/^1000-/);
  });
});

describe('requests', () => {
  it.each<[StateName, object, number]>([
    ['g-set', remove(1), 10],
    ['g-set', plus(1), 10],
    ['g-set', get(), 10],
    ['g-set', write(1), 10],
    ['g-set', { type: 'add' }, 12],
    ['or-set', plus(1), 10],
    ['or-set', get(), 10],
    ['or-set', { type: 'remove' }, 12],
    ['pn-counter', add(1), 10],
    ['pn-counter', remove(1), 10],
    ['pn-counter', get(), 10],
    ['pn-counter', { type: 'add', delta: 1.5 }, 12],
    ['pn-counter', { type: 'add' }, 12],
    ['lww-register', add(1), 10],
    ['lww-register', READ, 10],
    ['lww-register', { type: 'cas', key: 'x', from: 1, to: 2 }, 10],
    ['lww-register', { type: 'write', key: 'x' }, 12],
    ['lww-register', get({}), 12],
    ['lww-register', get(), 20],
    ['g-set', { type: 'txn', txn: [] }, 10],
  ])('%s refuses %j with the definite error %i, and does nothing', (state, body, code) => {
    const cluster = new Cluster({ state }, { nodes: 1 });
    const records = cluster.disks.get('n1')!.records.length;
    expect(cluster.answer('n1', body as never)).toMatchObject({ type: 'error', code, in_reply_to: 1 });
    expect(cluster.disks.get('n1')!.records.length).toBe(records);
  });

  it('of a counter add up over all nodes, down as well', () => {
    const cluster = new Cluster({ state: 'pn-counter' });
    const deltas = [5, -3, 2, -1, 4];
    for (const [i, delta] of deltas.entries()) cluster.answer(cluster.all[i]!, plus(delta));
    cluster.run(4000);
    for (const node of cluster.names) expect(cluster.read(node)).toBe(7);
  });

  it('of registers end with the last writer, everywhere', () => {
    const cluster = new Cluster({ state: 'lww-register' });
    cluster.answer('n1', write('a'));
    cluster.run(10);
    cluster.answer('n2', write('b'));
    cluster.answer('n3', write('c', 7));
    expect(cluster.answer('n2', get())).toMatchObject({ value: 'b' });
    cluster.run(4000);
    for (const node of cluster.names) {
      expect(cluster.answer(node, get())).toMatchObject({ value: 'b' });
      expect(cluster.answer(node, get(7))).toMatchObject({ value: 'c' });
      expect(cluster.answer(node, get('7'))).toMatchObject({ code: 20 });
    }
  });

  it.each([
    ['hybrid', 'late'],
    ['wall', 'early'],
  ] as const)('with stamps %s through a node whose clock is behind leave %s', (stamps, value) => {
    const cluster = new Cluster({ state: 'lww-register', stamps });
    cluster.skew.set('n2', -5000);
    cluster.run(6000);
    cluster.answer('n1', write('early'));
    cluster.run(3000);
    cluster.answer('n2', write('late'));
    expect(cluster.answer('n2', get())).toMatchObject({ value });
    cluster.run(3000);
    expect(cluster.answer('n1', get())).toMatchObject({ value });
  });

  it('of an or-set: what one removes another may add at the same time, and then it stays', () => {
    const cluster = new Cluster({ state: 'or-set' });
    cluster.answer('n1', add('a'));
    cluster.answer('n1', add('b'));
    cluster.run(4000);
    cluster.partition(['n1', 'n2'], ['n3', 'n4', 'n5']);
    cluster.answer('n1', remove('a'));
    cluster.answer('n1', remove('b'));
    cluster.answer('n3', add('a'));
    expect(cluster.answer('n4', remove('nothing')).type).toBe('remove_ok');
    cluster.run(1000);
    expect(cluster.read('n2')).toEqual([]);
    cluster.heal();
    cluster.run(6000);
    for (const node of cluster.names) expect(cluster.read(node)).toEqual(['a']);
  });

  it('that come twice count once, also after a restart', () => {
    const cluster = new Cluster({ state: 'pn-counter', 'compact-after': 2 }, { nodes: 1 });
    const request = { src: 'c700', dest: 'n1', body: { ...plus(5), msg_id: 3 } };
    cluster.give(request);
    cluster.give(request);
    expect(cluster.answers('c700')).toHaveLength(1);
    for (let i = 0; i < 9; i++) cluster.answer('n1', plus(1));
    cluster.kill('n1');
    cluster.start('n1');
    cluster.give(request);
    expect(cluster.read('n1')).toBe(14);
    cluster.give({ ...request, body: { ...plus(5), msg_id: 4 } });
    expect(cluster.read('n1')).toBe(19);
  });

  it('that came to nothing do nothing when they come again', () => {
    const cluster = new Cluster({ state: 'or-set' }, { nodes: 1 });
    const request = { src: 'c700', dest: 'n1', body: { ...remove('a'), msg_id: 3 } };
    cluster.give(request);
    cluster.answer('n1', add('a'));
    cluster.kill('n1');
    cluster.start('n1');
    cluster.give(request);
    expect(cluster.read('n1')).toEqual(['a']);
  });

  it('are answered with bodies of their own', () => {
    const cluster = new Cluster({}, { nodes: 1 });
    const [one, other] = [cluster.ask('n1', { ...add(1), msg_id: 1 }), cluster.ask('n1', { ...add(2), msg_id: 2 })];
    expect([one()!.in_reply_to, other()!.in_reply_to]).toEqual([1, 2]);
  });
});

describe('a restart', () => {
  it('keeps what was acknowledged, through any number of compactions, in a short log', () => {
    const cluster = new Cluster({ 'compact-after': 10 }, { nodes: 3 });
    for (let round = 0; round < 40; round++) {
      for (const node of cluster.names) cluster.answer(node, add(`${node} ${round}`));
      cluster.run(100);
      for (const { records } of cluster.disks.values())
        expect(records.length).toBeLessThanOrEqual(10 + 3 * (round + 1));
      if (round % 7 === 0) {
        cluster.kill(...cluster.names);
        for (const node of cluster.names) cluster.start(node);
      }
    }
    cluster.kill(...cluster.names);
    for (const node of cluster.names) cluster.start(node);
    cluster.run(4000);
    for (const node of cluster.names) expect(cluster.read(node)).toHaveLength(120);
  });

  it('never makes the tag of an or-set twice', () => {
    const cluster = new Cluster({ state: 'or-set', 'compact-after': 3 }, { nodes: 3 });
    for (let life = 0; life < 10; life++) {
      cluster.answer('n1', add(life));
      cluster.answer('n1', remove(life));
      cluster.run(300);
      cluster.kill('n1');
      cluster.start('n1');
    }
    const made = new Map<string, string>();
    for (const { body } of cluster.sent) {
      const delta = body['delta'] as { updates?: { origin: string; seq: number; op: unknown }[] } | undefined;
      for (const { origin, seq, op } of delta?.updates ?? []) {
        const text = JSON.stringify(op);
        expect(made.get(`${origin} ${seq}`) ?? text).toBe(text);
        made.set(`${origin} ${seq}`, text);
      }
    }
    expect(made.size).toBeGreaterThan(10);
    cluster.run(3000);
    for (const node of cluster.names) expect(cluster.read(node)).toEqual([]);
  });

  it('speaks as a later incarnation', () => {
    const cluster = new Cluster({}, { nodes: 1 });
    const seen = new Set<number>();
    for (let life = 0; life < 5; life++) {
      cluster.kill('n1');
      cluster.start('n1');
      const { snapshot, records } = cluster.disks.get('n1')!;
      const last = [snapshot, ...records].findLast((entry) => (entry as { incarnation?: number } | null)?.incarnation);
      seen.add((last as { incarnation: number }).incarnation);
    }
    expect([...seen]).toEqual([2, 3, 4, 5, 6]);
  });
});

describe('messages that make no sense', () => {
  it.each([
    { type: 'gossip' },
    { type: 'gossip', cluster: 'other', version: { n2: 1 }, delta: { from: {}, to: { n2: 1 }, updates: [] } },
    { type: 'gossip', cluster: 'gossip', version: { n2: -1 } },
    { type: 'gossip', cluster: 'gossip', version: [] },
    { type: 'gossip', cluster: 'gossip', version: {}, delta: 1 },
    { type: 'gossip', cluster: 'gossip', version: {}, delta: { to: { n2: 1 } } },
    { type: 'gossip', cluster: 'gossip', version: {}, delta: { to: { n2: 1 }, state: 7 } },
    { type: 'gossip', cluster: 'gossip', version: {}, delta: { from: { n9: 5 }, to: { n2: 1 }, updates: [] } },
    { type: 'gossip', cluster: 'gossip', version: {}, delta: { from: {}, to: { n2: 1 }, updates: [{ origin: 'n2' }] } },
    {
      type: 'gossip',
      cluster: 'gossip',
      version: {},
      delta: { from: {}, to: {}, updates: [{ origin: 'n2', seq: 1, op: { add: 1 } }] },
    },
    { type: 'gossip_ok', cluster: 'gossip', version: null },
    { type: 'swim-ping' },
    { type: 'swim-ping', seq: 1, rumours: [{ member: 'n1' }, null, { member: 'n1', status: 'odd', incarnation: 1 }] },
    { type: 'swim-ping', seq: 1, rumours: [{ member: 'n1', status: 'dead', incarnation: 2 ** 40 }] },
    { type: 'swim-ping-req', seq: 1, member: 5 },
    { type: 'swim-odd', seq: 1 },
    { type: 'join', change: 'none', version: {} },
    { type: 'join_ok', question: null, members: [] },
    { type: 'joined', change: 5 },
    { type: 'retire', change: 'n2-1.1' },
    { type: 'leave', change: 'none' },
    { type: 'leave_ok', question: null, leaving: 'n1' },
    { type: 'departed', change: 'none', incarnation: 9 },
    { type: 'refused', change: 'none' },
    { type: 'error', code: 11 },
    { type: 'odd' },
  ])('%j changes nothing', (body) => {
    const cluster = new Cluster({}, { nodes: 3 });
    cluster.answer('n1', add(1));
    cluster.give({ src: 'n2', dest: 'n1', body });
    cluster.run(3000);
    for (const node of cluster.names) {
      expect(cluster.read(node)).toEqual([1]);
      expect(cluster.members(node)).toEqual(['n1', 'n2', 'n3']);
    }
  });
});

describe('options', () => {
  it.each<[Partial<GossipOptions>, string]>([
    [{ bug: 'drop-tombstone' }, 'bug drop-tombstone needs state: or-set'],
    [{ stamps: 'wall' }, 'stamps: wall needs state: lww-register'],
    [{ 'gossip-period': 0 }, 'gossip-period must be longer than 0ms'],
    [{ 'probe-period': 0 }, 'probe-period must be longer than 0ms'],
    [{ 'ping-timeout': 0 }, 'ping-timeout must be longer than 0ms'],
    [{ 'give-up': 0 }, 'give-up must be longer than 0ms'],
    [{ 'ping-timeout': 200 }, 'ping-timeout must be shorter than probe-period'],
    [{ fanout: 5 }, 'fanout must be less than the number of nodes'],
    [{ cluster: '' }, 'cluster must not be empty'],
  ])('%j are refused: %s', (options, text) => {
    expect(problems({ ...DEFAULTS, ...options }, 5).join('; ')).toContain(text);
  });

  it('are fine by default, with any number of nodes', () => {
    for (const nodes of [1, 2, 3, 100]) expect(problems(DEFAULTS, nodes)).toEqual([]);
    expect(problems({ ...DEFAULTS, state: 'or-set' }, 5, 'or-set')).toEqual([]);
    expect(problems({ ...DEFAULTS, state: 'or-set' }, 5, 'counter')).toEqual([
      'the workload counter needs state: pn-counter, and the state is or-set',
    ]);
  });
});

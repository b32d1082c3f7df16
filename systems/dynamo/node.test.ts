import { describe, expect, it } from 'vitest';
import { among } from '../shared/testing/message-table.js';
import { describeRegister } from '../shared/testing/register-scenarios.js';
import { read, readOk as value, write } from '../shared/testing/register-table.js';
import { Bench } from './testing/bench.js';

const add = (element: unknown) => ({ type: 'add', element });
const READ_SET = { type: 'read' };
/** What clients call `x`. */
const X = '"x"';

describeRegister(
  (nodes) => {
    const n = Math.min(3, nodes);
    return new Bench(nodes, { n, r: Math.min(2, n), w: Math.min(2, n) });
  },
  { cas: false, refused: [[{ type: 'add' }, 12]] },
);

describe('a register', () => {
  it('keeps concurrent values side by side, shows one by the rule, and the next write is after both', () => {
    for (const [siblings, shown] of [
      ['last-writer', 'a'],
      ['largest', 'b'],
    ] as const) {
      const bench = new Bench(3, { siblings });
      bench.skew.set('n1', 1000);
      bench.skew.set('n3', 500);
      const [one, other] = [bench.ask('n1', write('a')), bench.ask('n3', write('b'))];
      // Both have asked what there is before either has stored anything.
      bench.deliver((message) => JSON.stringify(message.body).includes('get'));
      bench.deliver();
      expect([one()?.type, other()?.type]).toEqual(['write_ok', 'write_ok']);
      expect(bench.held('n2', X).sort()).toEqual(['a', 'b']);
      const answer = bench.answer('n2', read());
      expect(answer).toMatchObject({ type: 'read_ok', value: shown });
      expect([...(answer!['siblings'] as unknown[])].sort()).toEqual(['a', 'b']);
      bench.answer('n2', write('c'));
      expect(bench.held('n1', X)).toEqual(['c']);
    }
  });

  it('is written once by a request that arrives twice', () => {
    const bench = new Bench(3);
    const request = { src: 'c7', dest: 'n1', body: { ...write('a'), msg_id: 4 } };
    bench.give(request);
    bench.deliver();
    bench.answer('n2', write('b'));
    bench.give(request);
    bench.deliver();
    expect(bench.answer('n3', read())).toEqual(value('b'));
  });
});

describe('a set', () => {
  it('starts empty and unites what was added at the same time on all sides', () => {
    const bench = new Bench(3, { r: 1, w: 1 });
    expect(bench.answer('n1', READ_SET)).toEqual(value([]));
    const answers = bench.names.map((name, index) => bench.ask(name, add(index)));
    expect(answers.map((answer) => answer()?.type)).toEqual(['add_ok', 'add_ok', 'add_ok']);
    bench.deliver();
    expect([...(bench.answer('n2', READ_SET)!['value'] as number[])].sort()).toEqual([0, 1, 2]);
    bench.answer('n3', add(1));
    expect([...(bench.answer('n1', READ_SET)!['value'] as number[])].sort()).toEqual([0, 1, 2]);
    expect(bench.held('n1', 'set')).toHaveLength(1);
  });

  it('with the bug wrong-merge loses what was added at the same time', () => {
    const bench = new Bench(3, { r: 1, w: 1, bug: 'wrong-merge' });
    for (const [index, name] of bench.names.entries()) bench.ask(name, add(index));
    bench.deliver();
    bench.calm();
    expect(bench.answer('n2', READ_SET)!['value']).toHaveLength(1);
  });

  it('loses what was added at the same time when the last writer wins', () => {
    const bench = new Bench(3, { r: 1, w: 1, versions: 'last-writer' });
    for (const [index, name] of bench.names.entries()) bench.ask(name, add(index));
    bench.deliver();
    expect(bench.answer('n2', READ_SET)!['value']).toHaveLength(1);
  });
});

describe('quorums', () => {
  it('answer nothing before W have stored and R have said', () => {
    const bench = new Bench(5, { n: 5, r: 3, w: 4 });
    const [first, second, third, last] = bench.homes(X).filter((name) => name !== 'n1') as [
      string,
      string,
      string,
      string,
    ];
    const wrote = bench.ask('n1', write('a'));
    bench.deliver(among('n1', first, second));
    expect(wrote()).toBeNull();
    bench.deliver(among('n1', third));
    expect(wrote()).toMatchObject({ type: 'write_ok' });
    bench.messages = [];
    const got = bench.ask(last, read());
    bench.deliver(among(last, third));
    expect(got()).toBeNull();
    bench.deliver();
    expect(got()).toEqual(value('a'));
  });

  it('that cannot be had are an error: definite before anything was stored, indefinite afterwards', () => {
    const bench = new Bench(3);
    bench.kill('n2');
    bench.kill('n3');
    const [wrote, got] = [bench.ask('n1', write('a')), bench.ask('n1', read())];
    for (let tick = 0; tick < 11; tick++) bench.fire('n1', 'resend');
    expect(wrote()).toMatchObject({ type: 'error', code: 11 });
    expect(got()).toMatchObject({ type: 'error', code: 11 });
    bench.start('n2');
    const half = bench.ask('n1', write('b'));
    bench.deliver((message) => !JSON.stringify(message.body).includes('put'));
    bench.kill('n2');
    for (let tick = 0; tick < 11; tick++) bench.fire('n1', 'resend');
    expect(half()).toMatchObject({ type: 'error', code: 0 });
    bench.fire('n1', 'resend');
    expect(bench.timers('n1')).not.toContain('resend');
  });

  it('ask again when messages were lost, and count an answer that comes twice once', () => {
    const bench = new Bench(5, { n: 5, r: 3, w: 3 });
    const wrote = bench.ask('n1', write('a'));
    bench.messages = [];
    for (let tick = 0; tick < 3; tick++) bench.fire('n1', 'resend');
    bench.deliver((message) => JSON.stringify(message.body).includes('get'));
    const replies = bench.messages.filter(among('n2', 'n1')).filter((message) => message.dest === 'n1');
    for (let copy = 0; copy < 3; copy++) for (const reply of replies) bench.give(reply);
    expect(bench.messages.some((message) => JSON.stringify(message.body).includes('put'))).toBe(false);
    bench.deliver();
    expect(wrote()).toMatchObject({ type: 'write_ok' });
  });

  it('of a node that restarts are not filled by answers to its earlier life', () => {
    const bench = new Bench(3);
    bench.ask('n1', read());
    bench.deliver((message) => message.dest !== 'n1');
    const late = bench.messages;
    bench.messages = [];
    bench.kill('n1');
    const wrote = bench.ask('n2', write('a'));
    for (let tick = 0; tick < 4; tick++) {
      bench.fire('n2', 'resend');
      bench.deliver();
    }
    expect(wrote()).toMatchObject({ type: 'write_ok' });
    bench.start('n1');
    const got = bench.ask('n1', read());
    for (const message of late) bench.give(message);
    expect(got()).toBeNull();
    bench.deliver();
    expect(got()).toEqual(value('a'));
  });
});

describe('last-writer-wins', () => {
  it('drops a write whose clock is behind, though it was acknowledged', () => {
    const bench = new Bench(3, { versions: 'last-writer' });
    bench.skew.set('n1', 5000);
    bench.skew.set('n2', 4000);
    bench.answer('n1', write('early, by a clock that is fast'));
    expect(bench.answer('n2', write('late'))).toMatchObject({ type: 'write_ok' });
    expect(bench.answer('n2', read())).toEqual(value('early, by a clock that is fast'));
  });
});

it('ignores messages that make no sense', () => {
  const bench = new Bench(3);
  bench.answer('n1', write('a'));
  const parts = [
    null,
    7,
    { kind: 'toString' },
    { kind: 'get', op: 'x', key: 'x', tag: '' },
    { kind: 'got', op: 1, versions: [{}] },
    { kind: 'put', key: X, versions: [{ by: 'n2', clock: {}, time: 0, value: 'b' }] },
    { kind: 'put', key: X, versions: [{ by: 'n2', clock: { n2: 'x' }, time: 0, value: 'b' }] },
    { kind: 'stored', op: 99 },
    { kind: 'hand', key: 1, versions: [] },
    { kind: 'handed', key: X, tag: 'n' },
  ];
  for (const body of [
    { type: 'batch' },
    { type: 'batch', ring: 0, parts },
    { type: 'compare', round: 'x', ring: null, hash: 1 },
    { type: 'tree', round: 1, level: 9, at: [0] },
    { type: 'tree', round: 1, level: 1, at: [-1, 7000] },
    { type: 'hashes', round: 1, level: 1, at: [0], hashes: [] },
    { type: 'exchange', round: 1, leaves: [0], tags: [[1]], pull: true, push: true },
    { type: 'exchanged', round: 1, entries: 'x', want: 7 },
    { type: 'entries', entries: [[X, [{}]], 7] },
    { type: 'ring', cluster: 'dynamo', members: [1] },
    { type: 'ring', cluster: 'dynamo', members: { n7: 'x' } },
    { type: 'moved' },
    { type: 'moved_ok', ring: 1 },
    { type: 'gossip' },
  ]) {
    bench.give({ src: 'n2', dest: 'n1', body });
  }
  bench.deliver();
  expect(bench.held('n1', X)).toEqual(['a']);
  expect(bench.node('n1').core.placement.ids).toEqual(['n1', 'n2', 'n3']);
});

it('keeps its log short, and all it stored through restarts', () => {
  const bench = new Bench(3, { 'compact-after': 10 });
  for (let round = 0; round < 60; round++) {
    for (const key of ['x', 'y', 3]) bench.answer('n1', write(round, key));
    expect(bench.disks.get('n2')!.records.length).toBeLessThanOrEqual(14);
    if (round % 7 !== 0) continue;
    for (const name of bench.names) {
      bench.kill(name);
      bench.start(name);
    }
  }
  for (const key of ['x', 'y', 3]) expect(bench.answer('n3', read(key))).toEqual(value(59));
});

import { describe, expect, it } from 'vitest';
import { ColumnarHistory } from '../history/history.js';
import { overlapping, readFaults } from './faults.js';

const NODES = ['n1', 'n2', 'n3', 'n4'];

function both(a: string, b: string): [string, string][] {
  return [
    [a, b],
    [b, a],
  ];
}

function inject(id: number, effective: number, injection: Record<string, unknown>, targets: string[] = ['n1']) {
  return { id, phase: 'inject', targets, requested: effective - 5, effective, injection };
}

function whatOf(injection: Record<string, unknown>, targets?: string[]): string {
  const history = new ColumnarHistory();
  history.appendNemesis(10, 'fault', inject(1, 10, injection, targets));
  return readFaults(history, NODES, 100).inForce[0]!.what;
}

describe('readFaults', () => {
  it('pairs injections with healings by id, also when they overlap', () => {
    const history = new ColumnarHistory();
    history.appendNemesis(10, 'kill', inject(1, 10, {}));
    history.appendNemesis(20, 'kill', inject(2, 20, {}));
    history.appendNemesis(30, 'kill', { id: 1, phase: 'heal', targets: ['n1'], requested: 29, effective: 31 });
    history.appendNemesis(40, 'phase', { phase: 'recover' });
    const { inForce } = readFaults(history, NODES, 100);
    expect(inForce.map(({ from, to, healed, healRequested }) => ({ from, to, healed, healRequested }))).toEqual([
      { from: 10, to: 31, healed: true, healRequested: 29 },
      { from: 20, to: 100, healed: false, healRequested: null },
    ]);
    expect(overlapping(inForce, 32, 40)).toHaveLength(1);
  });

  it('keeps skipped ones apart, with their reason', () => {
    const history = new ColumnarHistory();
    history.appendNemesis(10, 'pause', {
      id: 1,
      phase: 'skip',
      targets: [],
      requested: 9,
      effective: 10,
      reason: 'no leader',
    });
    expect(readFaults(history, NODES, 100)).toEqual({
      inForce: [],
      skipped: [{ name: 'pause', time: 10, reason: 'no leader' }],
    });
  });

  it('survives values that are no faults', () => {
    const history = new ColumnarHistory();
    for (const value of [null, 3, 'x', [1], {}, { id: 'x', phase: 'inject' }, { id: 4, phase: 'heal' }]) {
      history.appendNemesis(10, 'odd', value);
    }
    history.appendNemesis(12, 'bare', { id: 9, phase: 'inject' });
    const { inForce } = readFaults(history, NODES, 100);
    expect(inForce).toEqual([
      { name: 'bare', targets: [], requested: 12, from: 12, to: 100, healed: false, healRequested: null, what: '' },
    ]);
  });
});

describe('what was done', () => {
  it('shows the groups of a partition, the smaller first', () => {
    const cuts = [...both('n1', 'n2'), ...both('n1', 'n3'), ...both('n4', 'n2'), ...both('n4', 'n3')];
    expect(whatOf({ targets: ['n1'], shape: 'halves', cuts })).toBe('n1 n4 | n2 n3 (halves)');
    const one = [...both('n3', 'n1'), ...both('n3', 'n2'), ...both('n3', 'n4')];
    expect(whatOf({ cuts: one })).toBe('n3 | n1 n2 n4');
  });
  it('shows directions where the cuts part nobody entirely', () => {
    expect(whatOf({ cuts: [['n1', 'n2']] })).toBe('n1 ↛ n2');
    expect(whatOf({ cuts: both('n1', 'n2') })).toBe('n1 ↮ n2');
    const bridge = ['n3', 'n4'].flatMap((node) => [...both(node, 'n1'), ...both(node, 'n9')]);
    expect(whatOf({ cuts: bridge, shape: 'bridge' })).toBe('n1 n9 ↮ n3 n4 (bridge)');
    expect(whatOf({ cuts: [...both('n1', 'n2'), ['n1', 'n3']] })).toBe('n1 ↛ n2 n3 and n2 ↛ n1');
  });
  it('shows targets and settings of other faults', () => {
    expect(whatOf({ targets: ['n1', 'n2'] }, ['n1', 'n2'])).toBe('n1 n2');
    const quality = { delay: { distribution: 'normal', mean: 50, jitter: 10 }, loss: 0.05 };
    expect(whatOf({ links: both('n1', 'n2'), quality })).toBe('n1 (delay normal mean 50 jitter 10, loss 0.05)');
    expect(whatOf({ join: ['n6', 'n7'], leave: [] })).toBe('n1 (join n6 / n7)');
    expect(whatOf({ clocks: [{ offset: 12 }, { rate: 1.5 }] })).toBe('n1 (clocks offset 12 / rate 1.5)');
  });
});

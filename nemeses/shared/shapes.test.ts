import { describe, expect, it } from 'vitest';
import { createRandom } from '../../framework/time/random.js';
import { nodeNames } from '../testing/recording.js';
import { type Partition, SHAPE, SHAPES, type ShapeName, separate } from './shapes.js';

const SIZES = [2, 3, 4, 5, 6, 7, 9];

function each(shape: ShapeName, law: (partition: Partition, nodes: string[], seed: number) => void): void {
  for (const size of SIZES) {
    if (size < SHAPE[shape].least) continue;
    const nodes = nodeNames(size);
    for (let seed = 0; seed < 30; seed++) law(SHAPE[shape].make(nodes, createRandom(seed, 'shape'), 'n2'), nodes, seed);
  }
}

/** Nodes that this one can talk with, both ways, itself included. */
function visible({ cuts }: Partition, nodes: string[], node: string): string[] {
  const cut = new Set(cuts.map(([from, to]) => `${from}>${to}`));
  return nodes.filter((other) => !cut.has(`${node}>${other}`) && !cut.has(`${other}>${node}`));
}

function components(partition: Partition, nodes: string[]): string[][] {
  const seen = new Set<string>();
  return nodes.flatMap((start) => {
    if (seen.has(start)) return [];
    const group = [start];
    seen.add(start);
    for (const node of group) {
      for (const other of visible(partition, nodes, node)) {
        if (seen.has(other)) continue;
        seen.add(other);
        group.push(other);
      }
    }
    return [group.sort()];
  });
}

describe('every shape', () => {
  it.each(SHAPES)('%s cuts something, no link twice, no node from itself, known nodes only', (shape) => {
    each(shape, ({ cuts, targets }, nodes) => {
      expect(cuts.length).toBeGreaterThan(0);
      expect(targets.length).toBeGreaterThan(0);
      expect(new Set(cuts.map(String)).size).toBe(cuts.length);
      for (const [from, to] of cuts) expect(from).not.toBe(to);
      for (const node of [...cuts.flat(), ...targets]) expect(nodes).toContain(node);
    });
  });

  it.each(SHAPES.filter((shape) => shape !== 'one-way'))('%s cuts both directions of a link', (shape) => {
    each(shape, ({ cuts }) => {
      const links = new Set(cuts.map(([from, to]) => `${from}>${to}`));
      for (const [from, to] of cuts) expect(links).toContain(`${to}>${from}`);
    });
  });
});

describe('halves and single nodes', () => {
  it('halves are the first half of the list and the rest', () => {
    const { cuts, targets } = SHAPE.halves.make(nodeNames(5), createRandom(1, 'x'), null);
    expect(targets).toEqual(['n1', 'n2']);
    expect(cuts).toHaveLength(12);
    each('halves', (partition, nodes) => {
      const middle = Math.floor(nodes.length / 2);
      expect(components(partition, nodes)).toEqual([nodes.slice(0, middle), nodes.slice(middle)]);
    });
  });

  it('random halves are two full groups whose sizes differ by at most one, of every composition', () => {
    const groups = new Set<string>();
    each('random-halves', (partition, nodes) => {
      const [one, other, ...more] = components(partition, nodes);
      expect(more).toEqual([]);
      expect(Math.abs(one!.length - other!.length)).toBeLessThanOrEqual(1);
      expect(partition.cuts).toHaveLength(2 * one!.length * other!.length);
      if (nodes.length === 4) groups.add(String(one));
    });
    expect(groups.size).toBe(3);
  });

  it('one cuts a single node off, any of them; isolate-leader the leader', () => {
    const lonely = new Set<string>();
    for (const shape of ['one', 'isolate-leader'] as const) {
      each(shape, (partition, nodes) => {
        expect(partition.targets).toHaveLength(1);
        const node = partition.targets[0]!;
        expect(visible(partition, nodes, node)).toEqual([node]);
        expect(partition.cuts).toHaveLength(2 * (nodes.length - 1));
        if (shape === 'isolate-leader') expect(node).toBe('n2');
        else lonely.add(node);
      });
    }
    expect(lonely.size).toBe(9);
  });
});

describe('overlapping majorities', () => {
  it('in a ring every node sees a majority, and no two the same', () => {
    each('majorities-ring', (partition, nodes) => {
      const majority = Math.floor(nodes.length / 2) + 1;
      const views = nodes.map((node) => visible(partition, nodes, node));
      for (const view of views) expect(view.length).toBeGreaterThanOrEqual(majority);
      expect(new Set(views.map(String)).size).toBe(nodes.length);
    });
  });

  it('with five or nine nodes a ring leaves exactly a majority to each', () => {
    for (const size of [5, 9]) {
      const nodes = nodeNames(size);
      const partition = SHAPE['majorities-ring'].make(nodes, createRandom(3, 'x'), null);
      for (const node of nodes) expect(visible(partition, nodes, node)).toHaveLength((size + 1) / 2);
    }
  });

  it('a bridge sees everybody, and without it the rest falls into two halves', () => {
    each('bridge', (partition, nodes) => {
      const bridges = nodes.filter((node) => visible(partition, nodes, node).length === nodes.length);
      expect(bridges).toHaveLength(1);
      const others = nodes.filter((node) => node !== bridges[0]);
      const sizes = components(partition, others).map((group) => group.length);
      expect(sizes).toHaveLength(2);
      expect(Math.abs(sizes[0]! - sizes[1]!)).toBeLessThanOrEqual(1);
      expect(partition.targets).toEqual(others);
    });
  });
});

describe('one-way', () => {
  it('never cuts both directions, and cuts every link from one group to the other', () => {
    const seen = new Set<string>();
    each('one-way', ({ cuts, targets }, nodes) => {
      const links = new Set(cuts.map(([from, to]) => `${from}>${to}`));
      for (const [from, to] of cuts) expect(links).not.toContain(`${to}>${from}`);
      const from = new Set(cuts.map((link) => link[0]));
      const to = new Set(cuts.map((link) => link[1]));
      expect(cuts).toHaveLength(from.size * to.size);
      expect(from.size + to.size).toBe(nodes.length);
      const outgoing = targets.every((node) => from.has(node));
      if (nodes.length === 5) seen.add(`${targets.length} ${outgoing ? 'out' : 'in'}`);
    });
    expect([...seen].sort()).toEqual(['1 in', '1 out', '2 in', '2 out']);
  });
});

it('groups are cut from each other; a node in none reaches all', () => {
  expect(separate([['n1'], ['n2'], ['n3']])).toHaveLength(6);
  expect(separate([['n1', 'n2'], ['n4']])).toEqual([
    ['n1', 'n4'],
    ['n2', 'n4'],
    ['n4', 'n1'],
    ['n4', 'n2'],
  ]);
});

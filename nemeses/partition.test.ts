import { describe, expect, it } from 'vitest';
import type { Injection, Skip } from '../framework/contracts/nemesis.js';
import partition from './partition.js';
import { choice, nodeNames, recordingFaults } from './testing/recording.js';

type Made = Injection & { shape?: string; cuts: readonly unknown[] };
const made = (chosen: Made | Skip): Made => {
  if ('skip' in chosen) throw new Error(`skipped: ${chosen.skip}`);
  return chosen as Made;
};

function shapes(
  count: number,
  context: { nodes?: string[]; leader?: string | null },
  options = {},
): Set<string | undefined> {
  const found = new Set<string | undefined>();
  for (let seed = 0; seed < count; seed++)
    found.add(made(partition.choose({ ...choice({}, seed), ...context, options })).shape);
  return found;
}

describe('partition', () => {
  it('draws every shape by default, and only those that fit the cluster', () => {
    expect([...shapes(100, {})].sort()).toEqual([
      'bridge',
      'halves',
      'isolate-leader',
      'majorities-ring',
      'one',
      'one-way',
      'random-halves',
    ]);
    expect(shapes(100, { leader: null })).not.toContain('isolate-leader');
    expect([...shapes(100, { nodes: ['n1', 'n2'], leader: null })].sort()).toEqual([
      'halves',
      'one',
      'one-way',
      'random-halves',
    ]);
  });

  it('skips with a reason where a shape is impossible', () => {
    expect(partition.choose(choice({}, 1, { nodes: ['n1'], leader: null }))).toEqual({
      skip: 'a single node cannot be partitioned',
    });
    const two = { nodes: nodeNames(2) };
    expect(partition.choose(choice({ shapes: ['bridge'] as const }, 1, two))).toEqual({
      skip: 'bridge needs at least 3 nodes',
    });
    expect(partition.choose(choice({ shapes: ['isolate-leader'] as const }, 1, { leader: null }))).toEqual({
      skip: 'no leader',
    });
  });

  it('knows a majorities-ring as ring', () => {
    const ring = partition.choose(choice({ shapes: ['ring'] as const }, 7));
    expect(ring).toMatchObject({ shape: 'majorities-ring' });
    expect(partition.choose(choice({ shapes: ['majorities-ring'] as const }, 7))).toEqual(ring);
  });

  it('needs reports only when the plan asks for the leader', () => {
    const needs = partition.needs as (options: object) => readonly string[];
    expect(needs({})).toEqual(['partition']);
    expect(needs({ shapes: ['one', 'isolate-leader'] })).toEqual(['partition', 'reports']);
  });

  it('cuts the groups that the plan names from each other', () => {
    const groups = [
      ['n1', 'n2'],
      ['n3', 'n5'],
    ];
    const chosen = partition.choose(choice({ groups }));
    expect(chosen).toMatchObject({ shape: 'groups', targets: ['n1', 'n2'] });
    expect(made(chosen).cuts).toHaveLength(8);
    expect(JSON.stringify(chosen)).not.toContain('n4');
  });

  it.each([
    [{ groups: [['n1'], ['n9']] }, /n9, which is no node/],
    [{ groups: [['n1'], ['n1', 'n2']] }, /a node twice/],
    [{ groups: [['n1'], []] }, /at least two/],
    [{ groups: [['n1'], ['n2']], shapes: ['one' as const] }, /exclude each other/],
  ])('refuses %j', (options, message) => {
    expect(() => partition.choose(choice(options))).toThrow(message);
  });

  it('repeats its choice for the same stream, and draws again from the same stream for the next', () => {
    const context = choice({ shapes: ['random-halves'] as const }, 5);
    const first = partition.choose(context);
    expect(partition.choose(choice({ shapes: ['random-halves'] as const }, 5))).toEqual(first);
    const more = Array.from({ length: 10 }, () => JSON.stringify(partition.choose(context)));
    expect(new Set(more).size).toBeGreaterThan(3);
  });

  it('draws the groups of a shape whatever else is in the list', () => {
    const alone = partition.choose(choice({ shapes: ['one'] as const }, 11));
    const listed = partition.choose(choice({ shapes: ['one', 'one'] as const }, 11));
    expect(listed).toEqual(alone);
  });

  it('injects exactly the cuts, from JSON, and heals them', async () => {
    const chosen = made(partition.choose(choice({}, 3)));
    const { faults, calls } = recordingFaults();
    const effect = await partition.inject(JSON.parse(JSON.stringify(chosen)), faults);
    expect(calls).toEqual([['cut', chosen.cuts]]);
    await effect.heal();
    expect(calls).toEqual([
      ['cut', chosen.cuts],
      ['heal', 'cut', chosen.cuts],
    ]);
  });

  it('needs no targets where the cuts say it all', async () => {
    const { faults, calls } = recordingFaults();
    await partition.inject({ targets: [], cuts: [['n1', 'n2']] }, faults);
    expect(calls).toEqual([['cut', [['n1', 'n2']]]]);
  });

  it.each([
    [{ targets: ['n1'] }, /"cuts" must be a list/],
    [{ targets: ['n1'], cuts: [] }, /"cuts" must be a list/],
    [{ targets: ['n1'], cuts: [['n1']] }, /\["n1"\], which is not \[from, to\]/],
    [{ targets: ['n1'], cuts: [['n1', 'n1']] }, /to itself/],
    [{ targets: 'n1', cuts: [['n1', 'n2']] }, /"targets" must be/],
    [{ targets: ['n1', 'n1'], cuts: [['n1', 'n2']] }, /a node twice/],
    [{ targets: ['n1'], cut: [['n1', 'n2']] }, /"cut" is not a field/],
  ])('refuses the injection %j', async (injection, message) => {
    const { faults, calls } = recordingFaults();
    await expect(partition.inject(injection as never, faults)).rejects.toThrow(message);
    expect(calls).toEqual([]);
  });
});

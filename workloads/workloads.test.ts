import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckSpec } from '../framework/contracts/checker.js';
import { type Defined, KIND } from '../framework/contracts/define.js';
import type { Body } from '../framework/contracts/message.js';
import type { AnyWorkload } from '../framework/contracts/workload.js';
import broadcast from './broadcast.js';
import counter from './counter.js';
import echo from './echo.js';
import gSet from './g-set.js';
import register from './register.js';
import { TOPOLOGIES, topology } from './shared/topology.js';
import { drive, resolved } from './testing/drive.js';
import uniqueIds from './unique-ids.js';

const checksOf = (workload: AnyWorkload, values = {}): readonly CheckSpec[] =>
  typeof workload.checks === 'function' ? workload.checks(resolved(workload, values)) : workload.checks;

describe('every workload', () => {
  const all: AnyWorkload[] = [broadcast, counter, echo, gSet, register, uniqueIds];

  it.each(all.map((workload) => [workload.name, workload] as const))('%s is complete', (_, workload) => {
    expect((workload as Defined<AnyWorkload>)[KIND]).toBe('workload');
    expect(workload.final).toBeDefined();
    expect(workload.reads.every((f) => f in workload.rpc)).toBe(true);
    expect(checksOf(workload).length).toBeGreaterThan(0);
    for (const preset of Object.values(workload.aliases ?? {})) {
      expect(Object.keys(preset).every((name) => name in (workload.options ?? {}))).toBe(true);
    }
  });
});

describe('echo', () => {
  it('sends a text of its own each time and takes the answer as it is', () => {
    const serve = (body: Body): Body => ({ type: 'echo_ok', echo: body['echo'] });
    const { load, final } = drive(echo, serve, { with: { size: 40 } });
    const sent = load.map(({ invocation }) => invocation.value as string);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.every((text) => text.length === 40)).toBe(true);
    expect(load.every(({ invocation, completion }) => completion.value === invocation.value)).toBe(true);
    expect(final.length).toBe(3);
    expect(() => echo.rpc['echo']!.result({ type: 'echo_ok' }, { f: 'echo', value: 'a' })).toThrow('no field "echo"');
  });
});

describe('unique-ids', () => {
  it('asks for ids of any kind', () => {
    let next = 0;
    const { load, final } = drive(uniqueIds, () => ({ type: 'generate_ok', id: [next++, 'n1'] }), { operations: 5 });
    expect(load.map(({ completion }) => completion.value)).toEqual([0, 1, 2, 3, 4].map((n) => [n, 'n1']));
    expect(final.length).toBe(3);
    expect(uniqueIds.rpc['generate']!.request({ f: 'generate', value: null })).toEqual({ type: 'generate' });
  });
});

describe('broadcast', () => {
  it('sends each message once, and reads all of them', () => {
    const seen: unknown[] = [];
    const serve = (body: Body): Body => {
      if (body.type === 'read') return { type: 'read_ok', messages: [...seen] };
      seen.push(body['message']);
      return { type: 'broadcast_ok' };
    };
    const { load, final } = drive(broadcast, serve);
    const sent = load
      .filter(({ invocation }) => invocation.f === 'broadcast')
      .map(({ invocation }) => invocation.value);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.length / load.length).toBeCloseTo(0.9, 1);
    expect(final.map(({ completion }) => completion.value)).toEqual([sent, sent, sent]);
    const read = broadcast.rpc['read']!;
    expect(() => read.result({ type: 'read_ok', messages: 3 }, { f: 'read', value: null })).toThrow('is not an array');
  });

  it('tells every node its neighbours first', () => {
    const options = resolved(broadcast, { topology: 'line' });
    expect(broadcast.setup!({ nodes: ['n1', 'n2'], options: options as never })).toEqual([
      { node: 'n1', body: { type: 'topology', topology: { n1: ['n2'], n2: ['n1'] } } },
      { node: 'n2', body: { type: 'topology', topology: { n1: ['n2'], n2: ['n1'] } } },
    ]);
  });

  it('has topologies that link both ways and connect all nodes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TOPOLOGIES), fc.integer({ min: 1, max: 25 }), (name, count) => {
        const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
        const links = topology(name, nodes);
        expect(Object.keys(links)).toEqual(nodes);
        for (const node of nodes) {
          expect(new Set(links[node]).size).toBe(links[node]!.length);
          expect(links[node]).not.toContain(node);
          for (const other of links[node]!) expect(links[other]).toContain(node);
        }
        const reached = new Set(['n1']);
        for (const node of reached) for (const other of links[node]!) reached.add(other);
        expect(reached.size).toBe(count);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('lays five nodes out in a grid of three columns', () => {
    const links = topology('grid', ['a', 'b', 'c', 'd', 'e']);
    expect(links).toEqual({ a: ['b', 'd'], b: ['a', 'c', 'e'], c: ['b'], d: ['a', 'e'], e: ['b', 'd'] });
  });
});

describe('g-set', () => {
  it('adds each element once, and reads the whole set', () => {
    const set: unknown[] = [];
    const serve = (body: Body): Body => {
      if (body.type === 'read') return { type: 'read_ok', value: [...set] };
      set.push(body['element']);
      return { type: 'add_ok' };
    };
    const { load, final } = drive(gSet, serve, { with: { mix: { add: 1, read: 1 } } });
    const added = load.filter(({ invocation }) => invocation.f === 'add').map(({ invocation }) => invocation.value);
    expect(new Set(added).size).toBe(added.length);
    expect(final[2]!.completion.value).toEqual(added);
    expect(checksOf(gSet, { linearizable: true })).toEqual([{ use: 'set-full', with: { linearizable: true } }]);
  });
});

describe('counter', () => {
  const run = (values: Record<string, unknown>) => {
    let total = 0;
    const serve = (body: Body): Body => {
      if (body.type === 'read') return { type: 'read_ok', value: total };
      total += body['delta'] as number;
      return { type: 'add_ok' };
    };
    const { load, final } = drive(counter, serve, { with: values });
    const deltas = load.filter(({ invocation }) => invocation.f === 'add').map(({ invocation }) => invocation.value);
    return { deltas: deltas as number[], last: final[2]!.completion.value };
  };

  it('adds 1 to 5, and takes as much when decrements are allowed', () => {
    const up = run({});
    expect(new Set(up.deltas)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(up.last).toBe(up.deltas.reduce((a, b) => a + b));
    const both = run(counter.aliases!['pn-counter']!);
    expect(new Set(both.deltas)).toEqual(new Set([1, 2, 3, 4, 5, -1, -2, -3, -4, -5]));
  });

  it('is judged by all reads, or under its Maelstrom names by the final ones', () => {
    expect(checksOf(counter)).toEqual([{ use: 'counter', with: { 'final-only': false } }]);
    expect(checksOf(counter, counter.aliases!['g-counter'])).toEqual([
      { use: 'counter', with: { 'final-only': true } },
    ]);
    const read = counter.rpc['read']!;
    expect(() => read.result({ type: 'read_ok', value: '3' }, { f: 'read', value: null })).toThrow('is not a number');
  });
});

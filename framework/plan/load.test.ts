// Plans that are right: what they resolve to, defaults, units, extends, variables, matrix and overrides.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planToYaml } from './document.js';
import { loadPlan } from './load.js';
import { load, loadOne, minimal, world } from './testing/load.js';

describe('a minimal plan', () => {
  it('gets every default', async () => {
    const { system, deploy, workload, nemeses, injections, checks, document, ...rest } = await loadOne(minimal());
    expect(rest).toEqual({
      name: 'demo',
      id: 'demo',
      file: 'plans/demo.yaml',
      cell: null,
      nodes: ['n1', 'n2', 'n3', 'n4', 'n5'],
      spares: [],
      needs: [],
      secrets: [],
      timing: { load: 30_000, recover: 10_000, opTimeout: 2000, ready: 10_000 },
      expect: 'valid',
      evidence: { okPerFunction: 10, readsAfterHeal: 1, overlap: 1 },
      logMessages: false,
      seed: 1,
    });
    expect(system.source).toEqual({ kind: 'builtin', name: 'kv' });
    expect(system.options).toEqual({ reads: 'read-index', timeout: 300, quorum: 2, size: 'small', bug: 'none' });
    expect([deploy.name, deploy.options]).toEqual(['local', { grace: 2000 }]);
    expect([workload.clients, workload.rate, workload.route]).toEqual([10, null, 'sticky']);
    expect(workload.options).toEqual({ keys: 5, mix: { read: 5, write: 4 }, strict: false });
    expect([nemeses, injections]).toEqual([[], []]);
    expect(checks.map(({ name, options }) => [name, options])).toEqual([
      ['linear', { budget: 1000 }],
      ['health', {}],
    ]);
  });

  it('names nodes from n1 on, or from n0 for a system that wants it', async () => {
    const { nodes } = await loadOne('name: x\nsystem: { use: tool, nodes: 3, with: { bin: a } }\nworkload: register');
    expect(nodes).toEqual(['n0', 'n1', 'n2']);
  });

  it('names spare nodes after the members, and they can be hit', async () => {
    const text =
      'name: x\nsystem: { use: kv, nodes: 3, spares: 2 }\nworkload: register\nnemeses: [membership, { use: kill, targets: [n5] }]';
    const { nodes, spares, nemeses, needs, document } = await loadOne(text);
    expect([nodes, spares]).toEqual([
      ['n1', 'n2', 'n3'],
      ['n4', 'n5'],
    ]);
    expect(nemeses.map(({ targets }) => targets)).toEqual([null, ['n5']]);
    expect(needs).toEqual(['membership', 'kill']);
    expect(document['system']).toMatchObject({ nodes: 3, spares: 2 });
  });

  it('may say null for what it does not want to say', async () => {
    const plain = await loadOne(minimal());
    const nulls = minimal('nemeses:\ntiming:\nchecks: ~\ndeploy: null\nseed:\nexpect:\n');
    expect((await loadOne(nulls)).document).toEqual(plain.document);
  });

  it('keeps weights and nested options, with units as numbers', async () => {
    const plan = await loadOne(`
name: x
system: { use: kv, nodes: 3, with: { limits: { rate: 30/m }, tags: { a: b }, size: 4, timeout: 1.5s } }
workload: { use: register, with: { mix: { write: 1 } }, rate: 200/s, clients: 7, route: leader }`);
    expect(plan.system.options).toMatchObject({
      limits: { rate: 0.5, loss: 0.05 },
      tags: { a: 'b' },
      size: 4,
      timeout: 1500,
    });
    expect(plan.workload).toMatchObject({ options: { mix: { write: 1 } }, rate: 200, clients: 7, route: 'leader' });
  });
});

describe('faults', () => {
  it('have schedules in milliseconds and targets', async () => {
    const { nemeses } = await loadOne(
      minimal(`nemeses:
  - kill
  - { use: kill, targets: [n3, n1], every: 8s, for: 500ms, jitter: 20% }
  - { use: kill, targets: leader, at: [20s, 4s], for: 2s }
  - { use: partition, with: { shapes: [one-way] } }`),
    );
    expect(nemeses.map(({ name, targets, schedule }) => [name, targets, schedule])).toEqual([
      ['kill', null, { kind: 'every', every: 10_000, for: 5000, jitter: 0 }],
      ['kill', ['n3', 'n1'], { kind: 'every', every: 8000, for: 500, jitter: 0.2 }],
      ['kill', 'leader', { kind: 'at', at: [4000, 20_000], for: 2000 }],
      ['partition', null, { kind: 'every', every: 10_000, for: 5000, jitter: 0 }],
    ]);
    expect(nemeses[3]?.options).toEqual({ shapes: ['one-way'] });
  });

  it('may be decided beforehand', async () => {
    const { injections } = await loadOne(
      minimal('injections: [{ at: 20.1s, for: 3s, fault: partition, targets: [n1], cuts: [[n1, n2]] }]'),
    );
    expect(injections).toMatchObject([
      { name: 'partition', at: 20_100, for: 3000, injection: { targets: ['n1'], cuts: [['n1', 'n2']] } },
    ]);
  });
});

describe('checks and workloads', () => {
  it('take names, maps and use blocks, and count repetitions', async () => {
    const { checks } = await loadOne(
      minimal(
        'checks: [linear, { availability: { at-least: 80% } }, { use: linear, with: { budget: 2s } }, { health: }]',
      ),
    );
    expect(checks.map(({ name, options }) => [name, options])).toEqual([
      ['linear', { budget: 5000 }],
      ['availability', { 'at-least': 0.8 }],
      ['linear-2', { budget: 2000 }],
      ['health', {}],
    ]);
  });

  it('an alias presets options, and the plan overrides them', async () => {
    const plan = await loadOne('{ name: x, system: kv, workload: { use: lin-kv, with: { keys: 9 } } }');
    expect([plan.workload.name, plan.workload.options]).toEqual([
      'register',
      { keys: 9, strict: true, mix: { read: 5, write: 4 } },
    ]);
    expect(plan.checks[0]?.options).toEqual({ budget: 9000 });
  });

  it('expectations name anomalies or checkers', async () => {
    const plan = await loadOne(minimal('expect: { anomalies: [stale-read, health], others: allow }'));
    expect(plan.expect).toEqual({ anomalies: ['stale-read', 'health'], others: 'allow' });
  });
});

describe('variables', () => {
  it('take the type that they declare, or what YAML reads', async () => {
    const plan = await loadOne(
      `name: "run \${WHO} of $\${WHO}"
system: { use: kv, nodes: "\${NODES:integer=5}", with: { path: "\${P:string=7}", timeout: "\${T:duration=1s}" } }
workload: { use: register, with: { strict: "\${S:boolean=false}" } }
seed: \${SEED=9}
timing: { load: "\${LOAD}s" }`,
      { variables: { WHO: 'me', NODES: '3', S: 'true', LOAD: '60' } },
    );
    expect(plan.name).toBe('run me of ${WHO}');
    expect(plan.nodes).toHaveLength(3);
    expect(plan.system.options).toMatchObject({ path: '7', timeout: 1000 });
    expect([plan.workload.options['strict'], plan.seed, plan.timing.load]).toEqual([true, 9, 60_000]);
  });

  it('may be called as what stands for nodes, with a type or a default', async () => {
    const system = 'system: { use: kv, nodes: "${nodes:integer=5}", with: { path: "${nodes=x}" } }';
    const plan = await loadOne(`name: x\n${system}\nworkload: register`);
    expect(plan.nodes).toHaveLength(5);
    expect(plan.system.options).toMatchObject({ path: 'x' });
  });

  it('are only their own: names of Object.prototype are not set', async () => {
    const plan = await loadOne(minimal('seed: ${constructor=3}'));
    expect(plan.seed).toBe(3);
  });
});

describe('overrides', () => {
  it('reach into short forms, lists and missing maps', async () => {
    const plan = await loadOne(minimal('nemeses: [kill]\nchecks: [availability]'), {
      set: [
        'system.with.bug=stale-reads',
        'nemeses.0.for=1s',
        'timing.load=1m',
        'checks.0.availability.at-least=50%',
        'workload.with.mix={read: 1}',
      ],
    });
    expect(plan.system.options['bug']).toBe('stale-reads');
    expect(plan.nemeses[0]?.schedule).toMatchObject({ for: 1000 });
    expect([plan.timing.load, plan.checks[0]?.options, plan.workload.options['mix']]).toEqual([
      60_000,
      { 'at-least': 0.5 },
      { read: 1 },
    ]);
  });

  it('of the seed come last', async () => {
    const plan = await loadOne(minimal('seed: 3'), { set: ['seed=4'], seed: 5 });
    expect([plan.seed, plan.document['seed']]).toEqual([5, 5]);
  });

  it('settle an axis of the matrix', async () => {
    const text = minimal('matrix: { system.with.reads: [read-index, lease], system.nodes: [3, 5] }');
    const plans = await load(text, { set: ['system.with.reads=lease'] });
    expect(plans.map(({ cell }) => cell)).toEqual(['nodes=3', 'nodes=5']);
    expect(plans.map(({ system }) => system.options['reads'])).toEqual(['lease', 'lease']);
    const [only] = await load(text, { set: ['system={use: kv, nodes: 1, with: {quorum: 1}}'] });
    expect([only?.cell, only?.nodes]).toEqual([null, ['n1']]);
  });
});

describe('the matrix', () => {
  const axes = 'matrix: { system.with.reads: [read-index, lease], nemeses.0.for: [1s, 2s] }';

  it('gives one plan a cell, the last key varying fastest', async () => {
    const plans = await load(minimal(`nemeses: [kill]\n${axes}`));
    expect(plans.map(({ id }) => id)).toEqual([
      'demo@for=1s,reads=read-index',
      'demo@for=2s,reads=read-index',
      'demo@for=1s,reads=lease',
      'demo@for=2s,reads=lease',
    ]);
    expect(plans.map(({ system, nemeses }) => [system.options['reads'], nemeses[0]?.schedule.for]).at(-1)).toEqual([
      'lease',
      2000,
    ]);
  });

  it('has ids that depend on nothing else', async () => {
    const turned = `matrix: { nemeses.0.for: [2s, 1s], system.with.reads: [lease, read-index] }\nnemeses: [kill]\nseed: 4\n${minimal()}`;
    const ids = async (text: string) => (await load(text)).map(({ cell }) => cell).sort();
    expect(await ids(turned)).toEqual(await ids(minimal(`nemeses: [kill]\n${axes}`)));
  });

  it('names an axis by its whole path where the last word is not enough', async () => {
    const plans = await load(
      minimal('nemeses: [kill, kill]\nmatrix: { nemeses.0.for: [1s], nemeses.1.for: [2s], nemeses.1: [kill] }'),
    );
    expect(plans[0]?.cell).toBe('nemeses.0.for=1s,nemeses.1.for=2s,nemeses.1=kill');
  });

  it('names maps by what they use, and keeps names distinct', async () => {
    const text = minimal(
      'matrix: { workload: [{ use: register, clients: 2 }, { use: register, clients: 4 }, lin-kv] }',
    );
    expect((await load(text)).map(({ cell }) => cell)).toEqual([
      'workload=register',
      'workload=register-2',
      'workload=lin-kv',
    ]);
  });
});

describe('the document', () => {
  const rich = `
name: "a \${X=b} $\${c}"
system: { use: kv, nodes: 3, with: { bug: stale-reads, tags: { k: "no" }, path: "1e3" } }
deploy: { use: local, grace: 1s }
workload: { use: lin-kv, rate: 20/s }
nemeses: [kill, { use: kill, targets: [n1], at: [3s], for: 1s }, { use: partition, every: 20s }]
injections: [{ fault: kill, targets: [n2], at: 1s, for: 1s }]
checks: [linear, { availability: { at-least: 10% } }]
expect: { anomalies: [stale-read] }
messages: true
matrix: { seed: [7, 8] }`;

  it('repeats the run: loading it gives the same plan', async () => {
    for (const plan of await load(rich)) {
      const again = await loadOne(planToYaml(plan));
      const strip = ({ cell: _cell, id: _id, ...rest }: typeof plan) => rest;
      expect(strip(again)).toEqual(strip(plan));
      expect(planToYaml(again)).toBe(planToYaml(plan));
    }
  });

  it('is complete and in the words of a plan', async () => {
    expect((await loadOne(minimal('nemeses: [kill]'))).document).toEqual({
      name: 'demo',
      system: {
        use: 'kv',
        nodes: 5,
        with: { reads: 'read-index', timeout: '300ms', quorum: 2, size: 'small', bug: 'none' },
      },
      deploy: { use: 'local', grace: '2s' },
      workload: {
        use: 'register',
        with: { keys: 5, mix: { read: 5, write: 4 }, strict: false },
        clients: 10,
        route: 'sticky',
      },
      nemeses: [{ use: 'kill', every: '10s', for: '5s', jitter: '0%' }],
      timing: { load: '30s', recover: '10s', 'op-timeout': '2s', ready: '10s' },
      checks: [{ linear: { budget: '1s' } }],
      expect: 'valid',
      evidence: { 'ok-per-function': 10, 'reads-after-heal': 1, overlap: 1 },
      messages: false,
      seed: 1,
    });
  });

  it('does not depend on the order of keys', async () => {
    const turned = await loadOne(
      'workload: { with: { strict: true, keys: 2 }, use: register }\nsystem: kv\nname: demo',
    );
    const plain = await loadOne('name: demo\nsystem: kv\nworkload: { use: register, with: { keys: 2, strict: true } }');
    expect(planToYaml(turned)).toBe(planToYaml(plain));
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chaos-plan-test-'));
    writeFileSync(
      join(folder, 'base.yaml'),
      'name: base\nsystem: { use: kv, nodes: 3, with: { reads: lease } }\nworkload: register\nnemeses: [kill]\ntiming: { load: 20s, recover: 1s }\n',
    );
    writeFileSync(
      join(folder, 'over.yaml'),
      'extends: ./base.yaml\nname: over\nsystem: { with: { quorum: 1 } }\nnemeses: []\ntiming: { load: 40s }\n',
    );
    writeFileSync(join(folder, 'other.yaml'), 'extends: over.yaml\nsystem: prog\ntiming:\n  recover:\n');
    writeFileSync(join(folder, 'plan.yaml'), 'extends: ./base.yaml\nname: In results!\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const loadFile = async (name: string) =>
    (await loadPlan(join(folder, name), { catalog: world, variables: {}, set: [] }))[0]!;

  it('extend others: maps are merged, lists replaced', async () => {
    const plan = await loadFile('over.yaml');
    expect([plan.name, plan.id, plan.nodes.length, plan.nemeses]).toEqual(['over', 'over', 3, []]);
    expect(plan.system.options).toMatchObject({ reads: 'lease', quorum: 1 });
    expect(plan.timing).toMatchObject({ load: 40_000, recover: 1000 });
  });

  it('another system starts without the options of the one below, and null takes a value away', async () => {
    const plan = await loadFile('other.yaml');
    expect([plan.system.name, plan.system.options, plan.nodes.length]).toEqual(['prog', {}, 3]);
    expect(plan.timing).toMatchObject({ load: 40_000, recover: 10_000 });
  });

  it('called plan.yaml go by their name', async () => {
    expect((await loadFile('plan.yaml')).id).toBe('In-results');
  });
});

// Plans that are wrong: every mistake is told at once, at its place, with what was probably meant.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosError } from '../contracts/error.js';
import { PlanErrors } from './diagnostics.js';
import { loadPlan } from './load.js';
import { errorsOf, failure, minimal, world } from './testing/load.js';

describe('disks', () => {
  it('are broken as far as the deployment can, which is said', async () => {
    const nemesis = join(import.meta.dirname, '../../nemeses/disk.ts');
    const fault = (kinds: string) => minimal(`nemeses: [{ use: ${nemesis}, with: { kinds: ${kinds} } }]`);
    const errors = await errorsOf(fault('[torn-tail, slow, full]'));
    expect(errors).toEqual([
      expect.stringMatching(
        /needs "slow-disk" \(.+\) and "full" \(.+\); .* Here it works with kinds: \[torn-tail\]\.$/,
      ),
    ]);
  });
});

describe('members that cannot change', () => {
  it('are refused as spare nodes, and as a fault', async () => {
    const text = 'name: x\nsystem: { use: prog, spares: 2 }\nworkload: register\nnemeses:\n  - membership\n';
    const errors = await errorsOf(text);
    expect(errors.map((error) => error.split(' | ')[0])).toEqual(
      expect.arrayContaining([
        '2:30 the members of system prog cannot change: spare nodes would be of no use',
        '5:5 nemesis membership: the members of system prog cannot change',
      ]),
    );
  });

  it('that do not exist cannot be let in', async () => {
    const text = minimal('injections:\n  - { fault: membership, at: 1s, for: 1s, targets: [n6] }\n');
    expect(await errorsOf(text)).toEqual(['5:53 there is no node "n6" | The nodes are n1 to n5.']);
  });
});

describe('one plan with many mistakes', () => {
  it('tells them all, in the order of the text', async () => {
    const text = `nmae: demo
system: { use: kv, nodes: five, with: { reads: leese, bugg: none } }
deploy: lokal
workload: { use: registr, clients: 0, rate: 200 }
nemeses:
  - { use: kil }
  - { use: kill, tagret: leader, every: 10 }
timing: { load: 30 seconds, optimeout: 2s }
seed: "42"
`;
    expect(await errorsOf(text)).toEqual([
      '1:1 unknown key "nmae" in the plan -> name',
      '2:27 "nodes" of system must be a whole number, got the text "five"',
      '2:48 option "reads" of system kv must be one of read-index or lease, got the text "leese" -> lease',
      '2:55 unknown option "bugg" of system kv -> bug',
      '3:9 there is no deployment "lokal" -> local',
      '4:18 there is no workload "registr" -> register',
      '4:36 "clients" of workload must be at least 1, got the number 0',
      '4:45 "rate" of workload must be a rate such as 200/s, got the number 200 -> 200/s',
      '6:12 there is no nemesis "kil" -> kill',
      '7:18 unknown key "tagret" in nemesis kill -> targets',
      '7:41 "every" of nemesis kill must be a duration such as 10s or 500ms, got the number 10 -> 10s',
      '8:17 "load" of timing must be a duration such as 10s or 500ms, got the text "30 seconds" -> 30s',
      '8:29 unknown key "optimeout" in timing -> op-timeout',
      '9:7 "seed" must be a whole number, got the text "42" | Leave out the quotes.',
    ]);
  });

  it('prints place, line, carets and advice', async () => {
    const errors = await failure(minimal('nemeses:\n  - kill\ntiming: { laod: 3s }\nexpect: stale-read\n'));
    expect(errors.format()).toBe(`plans/demo.yaml:6:11 unknown key "laod" in timing; did you mean "load"?
    timing: { laod: 3s }
              ^^^^

plans/demo.yaml:7:9 "expect" must be valid or a map, got the text "stale-read"
    expect: stale-read
            ^^^^^^^^^^
  hint: To expect an anomaly: expect: { anomalies: [stale-read] }.`);
  });

  it('is a usage error with the first place', async () => {
    const errors = await failure(minimal('timing: { laod: 3s, recovr: 3s }'));
    expect(errors).toBeInstanceOf(ChaosError);
    expect([errors.code, errors.kind, errors.location]).toEqual([
      'plan-invalid',
      'usage',
      { file: 'plans/demo.yaml', line: 4, column: 11 },
    ]);
    expect(errors.message).toBe('unknown key "laod" in timing; did you mean "load"? (and 1 more)');
  });
});

describe('values', () => {
  it.each([
    [
      'system: { use: kv, reads: lease }',
      '4:20 unknown key "reads" in system | It is an option of system kv: write it under "with", as in with: { reads: … }.',
    ],
    [
      'deploy: { use: local, with: { grace: 1s } }',
      '4:23 unknown key "with" in deploy | Options of a deployment stand beside "use", as in deploy: { use: …, option: … }.',
    ],
    ['deploy: { use: local, grce: 1s }', '4:23 unknown option "grce" of deployment local -> grace'],
    ['messages: yes', '4:11 "messages" must be true or false, got the text "yes" -> true'],
    ['name: 5', '4:7 "name" must be a short text, got the number 5 | Put it in quotes: "5".'],
    ['nemeses: kill', '4:10 "nemeses" must be a list, got the text "kill" | A list of one is written [kill].'],
    ['evidence: { overlap: -1 }', '4:22 "overlap" of evidence must be at least 0, got the number -1'],
    ['timing: { load: 0s }', '4:17 "load" of timing must be more than zero'],
    ['timing: 60s', '4:9 timing must be a map, got the text "60s"'],
    [
      '<<: 5',
      '4:1 unknown key "<<" in the plan | Merge keys are not part of YAML 1.2; use `extends`, or repeat the map with an alias.',
    ],
    [
      'checks: [{ availability: { at-least: 0.8 } }]',
      '4:38 option "at-least" of check availability must be a percentage such as 30%, got the number 0.8 -> 80%',
    ],
    [
      'checks: [{ availability: , linear: }]',
      '4:28 a check is one name with its options | Each check is an item of the list; its options are a map under its name: - availability: { at-least: 80% }.',
    ],
    [
      'system: { use: kv, with: { size: huge } }',
      '4:34 option "size" of system kv must be one of small or large, got the text "huge"',
    ],
    [
      'system: { use: kv, with: { size: [] } }',
      '4:34 option "size" of system kv must be one of small or large or a whole number, got an empty list',
    ],
    ['system: { use: kv, with: { limits: { rat: 1/s } } }', '4:38 unknown key "rat" in "limits" of system kv -> rate'],
    ['system: { use: kv, with: { quorum: 6 } }', '4:26 system kv: a quorum of 6 needs more than 5 nodes'],
    ['system: { use: kv, with: 5 }', '4:26 the options of system kv must be a map, such as { reads: … }'],
    [
      'nemeses: [{ use: partition, with: { shapes: [halfs] } }]',
      '4:46 "shapes.0" of nemesis partition must be one of halves, one-way or isolate-leader, got the text "halfs" -> halves',
    ],
    ['expect: { anomalies: [stale-reed] }', '4:23 there is no anomaly "stale-reed" -> stale-read'],
    [
      'expect: { anomalies: [unavailable] }',
      '4:23 no check of this plan reports the anomaly "unavailable" | Add availability to "checks".',
    ],
    ['expect: vaild', '4:9 "expect" must be valid or a map, got the text "vaild" -> valid'],
  ])('%s', async (line, error) => {
    const key = line.slice(0, line.indexOf(':'));
    const text = minimal().replace(new RegExp(`^${key}: .*$`, 'm'), `# ${key}`);
    expect(await errorsOf(`${text}${line}\n`)).toEqual([error]);
  });
});

describe('what cannot work together', () => {
  it.each([
    [
      'nemeses: [clock]',
      '4:11 nemesis clock needs "clock" (move a node\'s clock or change its rate); deployment local cannot do that to reference nodes | It works with deploy: sim.',
    ],
    [
      'nemeses: [{ use: kill, targets: [n1, n9, n1] }]',
      '4:38 there is no node "n9" | The nodes are n1 to n5.',
      '4:42 the node n1 is in this list twice',
    ],
    [
      'nemeses: [{ use: kill, targets: [n1, n2, n3, n4, n5, n6] }]',
      '4:33 6 targets, but the cluster has 5 nodes',
      '4:54 there is no node "n6" | The nodes are n1 to n5.',
    ],
    [
      'nemeses: [{ use: kill, targets: leeder }]',
      '4:33 "targets" of nemesis kill must be one of one, minority-third, minority, majority, all, leader, followers or some, got the text "leeder" -> leader',
    ],
    [
      'nemeses: [{ use: partition, targets: one }]',
      '4:29 nemesis partition chooses its own targets | Leave "targets" out.',
    ],
    [
      'nemeses: [{ use: kill, every: 5s, for: 5s }]',
      '4:31 a strike of 5s every 5s would never end | Make "every" longer than "for".',
    ],
    [
      'nemeses: [{ use: kill, every: 60s }]',
      '4:31 a strike every 60s for 5s has no room in a load of 30s | Make timing.load longer or "every" shorter, or name times with "at".',
    ],
    [
      'nemeses: [{ use: kill, at: [3s, 31s], every: 5s }]',
      '4:33 31s is after the load, which ends at 30s',
      '4:39 "at" and "every" exclude each other: a nemesis strikes at chosen times or every so often',
    ],
    [
      'injections: [{ fault: partition, at: 1s, for: 1s, cuts: [[n1, n8]] }]',
      '4:23 there is no node "n8" | The nodes are n1 to n5.',
    ],
    ['injections: [{ fault: partition, at: 1s, for: 1s }]', '4:23 "cuts" must be a list'],
    [
      'injections: [{ fault: clock, at: 1s, for: 1s, targets: [n1] }]',
      '4:23 nemesis clock needs "clock" (move a node\'s clock or change its rate); deployment local cannot do that to reference nodes | It works with deploy: sim.',
    ],
  ])('%s', async (line, ...errors) => {
    expect(await errorsOf(minimal(line))).toEqual(errors);
  });

  it('knows what a program cannot do, and where it runs', async () => {
    const text = `name: x
system: prog
deploy: sim
workload: { use: lin-kv, route: leader }
nemeses: [{ use: kill, targets: leader }, { use: partition, with: { shapes: [isolate-leader] } }, clock]
`;
    expect(await errorsOf(text)).toEqual([
      '3:9 system prog runs as Maelstrom programs, which deployment sim cannot do | It works with deploy: local.',
      '4:33 clients cannot be routed to the leader: nodes of system prog do not report who leads',
      '5:33 nemesis kill cannot find the leader: nodes of system prog do not report who leads',
      '5:50 nemesis partition has to know the leader: nodes of system prog do not report who leads',
      '5:99 nemesis clock needs "clock" (move a node\'s clock or change its rate); deployment sim cannot do that to Maelstrom programs | No deployment can do this with this system.',
    ]);
  });

  it('knows which workloads a system offers, by any of their names', async () => {
    expect(await errorsOf('{ name: x, system: kv, workload: echo }')).toEqual([
      '1:34 system kv does not offer the workload echo | It offers lin-kv.',
    ]);
  });
});

describe('variables and overrides', () => {
  it('know nothing of nodes outside of a system, nor where the system does not', async () => {
    const tool = 'name: x\nsystem: { use: tool, with: { bin: x, label: "${node.id}" } }\nworkload: register';
    expect(await errorsOf(tool)).toEqual([
      '2:28 system tool does not know what stands for nodes, such as ${node.id} | System command does.',
    ]);
    expect(await errorsOf('name: "${node.id} ${nodes}"\nsystem: kv\nworkload: register')).toEqual([
      '1:8 "node.id" is no name of a variable',
      '1:19 the variable nodes is not set and has no default | Set it in the environment, or write ${nodes=default}.',
    ]);
  });

  it('are told at their own place, and once', async () => {
    const text =
      'name: ${WHO}\nsystem: { use: "${SYS:text=kv}" }\nworkload: register\nseed: ${SEED:integer}\ntiming: { load: "${L:duration=5}" }\n';
    expect(await errorsOf(text, { variables: { SEED: 'x', WHOM: 'me' } })).toEqual([
      '1:7 the variable WHO is not set and has no default -> WHOM | Set it in the environment, or write ${WHO=default}.',
      '2:17 unknown type "text" of the variable SYS | Types are string, integer, number, boolean, duration, rate or percent.',
      '4:7 the variable SEED must be a whole number, got "x"',
      '5:18 the default of the variable L must be a duration such as 10s or 500ms, got "5"',
    ]);
  });

  it('point into the argument', async () => {
    const set = [
      'systm.nodes=3',
      'nemeses.4.for=3s',
      'seed',
      'timing.load=5',
      'system.nodes.x=1',
      'a..b=1',
      'extends=x',
      'seed=[',
      'system.with.bug=nope',
    ];
    const errors = await failure(minimal('nemeses: [kill]'), { set });
    expect(errors.format()).toContain(
      '--set:1:1 unknown key "systm" in the plan; did you mean "system"?\n    systm.nodes=3\n    ^^^^^',
    );
    expect(errors.diagnostics.map(({ column, message }) => `${column} ${message}`)).toEqual([
      '1 unknown key "systm" in the plan',
      '9 "nemeses" is a list with only the index 0, got "4"',
      '1 "seed" is not of the form path=value, such as timing.load=60s',
      '13 "load" of timing must be a duration such as 10s or 500ms, got the number 5',
      '14 "nodes" of system must be a whole number, got a map',
      '3 "a..b" is no path such as system.with.reads or nemeses.0.every',
      '1 "extends" cannot be set: name the other plan instead',
      '7 not valid YAML: flow sequence must end with a ]',
      '17 option "bug" of system kv must be one of none or stale-reads, got the text "nope"',
    ]);
  });

  it('that go too deep say where the path ends', async () => {
    const [error] = await errorsOf(minimal('seed: 4'), { set: ['seed.x=1'] });
    expect(error).toBe('1:6 "seed" is no map: there is no "x" in it');
  });
});

describe('the matrix', () => {
  it.each([
    ['matrix: [1]', '4:9 "matrix" must be a map of paths and lists, got a list'],
    [
      'matrix: { seed: 5 }',
      '4:17 "seed" in the matrix must be a list of values, got the number 5 | Write a list of values: seed: [ … ].',
    ],
    [
      'matrix: { seed: [] }',
      '4:17 "seed" in the matrix must be a list of values, got an empty list | Write a list of values: seed: [ … ].',
    ],
    ['matrix: { seed: [1, 1] }', '4:21 the value 1 is in this list twice'],
    ['matrix: { system.wiht.reads: [lease] }', '4:18 unknown key "wiht" in system -> with'],
    [
      'matrix: { system.with.reads: [lease, leese] }',
      '4:38 option "reads" of system kv must be one of read-index or lease, got the text "leese" -> lease',
    ],
    [
      `matrix: { seed: [${Array.from({ length: 1001 }, (_, i) => i)}] }`,
      '4:9 the matrix has 1001 cells; 1000 are the most',
    ],
  ])('%s', async (line, error) => {
    expect(await errorsOf(minimal(line))).toEqual([error]);
  });
});

describe('files', () => {
  let folder = '';
  const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
  const loading = async (name: string) => {
    const error: unknown = await loadPlan(join(folder, name), { catalog: world, variables: {}, set: [] }).catch(
      (thrown) => thrown,
    );
    if (!(error instanceof ChaosError)) throw error;
    return error;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chaos-plan-test-'));
    write('quickstart.yaml', minimal());
    write('a.yaml', 'extends: b.yaml\n');
    write('b.yaml', 'extends: ./a.yaml\n');
    write('base.yaml', 'name: base\nsystem: { use: kv, nodes: x }\nworkload: register\n');
    write('over.yaml', 'extends: base.yaml\ntiming: { laod: 3s }\n');
    write('lost.yaml', minimal('extends: nowhere/base.yaml'));
    write('large.yaml', `# ${'x'.repeat(1_000_001)}`);
    write('binary.yaml', Uint8Array.from([0xff, 0xfe, 0x00, 0x41]));
    write('empty.yaml', '# nothing yet\n');
    write('odd-module.yaml', minimal().replace('kv', './odd.ts'));
    write('odd.ts', 'export default 5;\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('that are not there', async () => {
    const error = await loading('quickstrat.yaml');
    expect([error.code, error.kind]).toEqual(['plan-not-found', 'usage']);
    expect(error.hint).toBe(`Did you mean ${join(folder, 'quickstart.yaml')}?`);
    expect((await loading('no/such.yaml')).hint).toBe(`There is no folder ${join(folder, 'no')} either.`);
  });

  it('that are no plans', async () => {
    const codes = await Promise.all(
      ['', 'large.yaml', 'binary.yaml', 'empty.yaml'].map(async (name) => (await loading(name)).code),
    );
    expect(codes).toEqual(['plan-not-found', 'plan-too-large', 'plan-not-text', 'plan-empty']);
  });

  it('that extend each other in a circle', async () => {
    const error = await loading('a.yaml');
    expect(error.message).toContain('plans extend each other in a circle: a.yaml -> b.yaml -> a.yaml');
    expect(error.location).toEqual({ file: join(folder, 'b.yaml'), line: 1, column: 10 });
  });

  it('that extend nothing, or something wrong: errors point into the right file', async () => {
    expect((await loading('lost.yaml')).message).toContain('there is no file');
    const error = await loading('over.yaml');
    const places =
      error instanceof PlanErrors ? error.diagnostics.map(({ file, line, column }) => [file, line, column]) : [];
    expect(places).toEqual([
      [join(folder, 'over.yaml'), 2, 11],
      [join(folder, 'base.yaml'), 2, 27],
    ]);
  });

  it('that name a module that defines nothing', async () => {
    const error = await loading('odd-module.yaml');
    expect(error.message).toBe('the default export of ./odd.ts was not made by defineSystem');
    expect(error.location).toMatchObject({ line: 2, column: 9 });
  });
});

import { describe, expect, it } from 'vitest';
import { defaultCatalog } from '../../framework/catalog/catalog.js';
import type { NodePlace } from '../../framework/contracts/system.js';
import { planToYaml } from '../../framework/plan/document.js';
import { loadPlanText } from '../../framework/plan/load.js';
import { resolveOptions, systemOptions } from '../../framework/plan/values.js';
import command from './index.js';
import { type CommandOptions, WORKLOADS } from './options.js';

const place = (number: number, more: Partial<NodePlace> = {}): NodePlace => ({
  id: `n${number}`,
  number,
  address: `10.68.0.${number}`,
  port: 7000 + number,
  data: `/w/n${number}/data`,
  logs: `/w/n${number}/logs`,
  files: '/w/files',
  ...more,
});
const NODES = [place(1), place(2), place(3)];

const resolved = (given: Record<string, unknown>) =>
  resolveOptions(
    systemOptions(command),
    { start: ['x'], client: 'x', ...given },
    'system command',
  ) as unknown as CommandOptions;

const lifecycle = (given: Record<string, unknown>, node = NODES[1]!, nodes = NODES) =>
  command.lifecycle!(resolved(given), node, nodes);

const problems = (given: Record<string, unknown>, workload?: string) => command.validate!(resolved(given), 3, workload);

describe('what stands for nodes', () => {
  it.each([
    ['${node.id}', 'n2'],
    ['${node.number}', '2'],
    ['--listen=http://${node.address}:2379', '--listen=http://10.68.0.2:2379'],
    ['${node.data}:${node.logs}:${node.files}/x', '/w/n2/data:/w/n2/logs:/w/files/x'],
    ['${nodes}', '10.68.0.1,10.68.0.2,10.68.0.3'],
    ['${nodes.ids}', 'n1,n2,n3'],
    ['${nodes.first}', '10.68.0.1'],
    ['${nodes.others}', '10.68.0.1,10.68.0.3'],
    ['${nodes:%i=http://%a:2380}', 'n1=http://10.68.0.1:2380,n2=http://10.68.0.2:2380,n3=http://10.68.0.3:2380'],
    ['${nodes.others:%a:70%n/%%i}', '10.68.0.1:701/%i,10.68.0.3:703/%i'],
    ['${nodes.first:%a:%p} ${node.port}', '10.68.0.1:7001 7002'],
    ['$NODE_ID ${HOME} $(x) `y` $1 ${', '$NODE_ID ${HOME} $(x) `y` $1 ${'],
  ])('%s is replaced inside of one argument', (text, value) => {
    expect(lifecycle({ start: ['run', text] }).start.command).toEqual(['run', value]);
  });

  it('is never looked at again once it is replaced, nor split', () => {
    const evil = place(1, { id: '${node.data}', address: "a b;$(touch x)'%i$&" });
    const { start } = lifecycle({ start: ['${node.id}', '${node.address}', '${nodes:%a}'] }, evil, [evil]);
    expect(start.command).toEqual(['${node.data}', evil.address, evil.address]);
  });

  it('is in the environment of scripts, which stay as they are', () => {
    const script = 'echo "$NODE_ID ${OTHER:-none}" \'$1\'';
    const { start } = lifecycle({ start: script, env: { PEERS: '${nodes:%a:80}', NODE_ENV: 'test' } });
    expect(start).toMatchObject({ script });
    expect(start.env).toEqual({
      NODE_ID: 'n2',
      NODE_NUMBER: '2',
      NODE_ADDRESS: '10.68.0.2',
      NODE_PORT: '7002',
      NODE_DATA: '/w/n2/data',
      NODE_LOGS: '/w/n2/logs',
      NODE_FILES: '/w/files',
      NODES: '10.68.0.1,10.68.0.2,10.68.0.3',
      NODES_IDS: 'n1,n2,n3',
      NODES_FIRST: '10.68.0.1',
      NODES_OTHERS: '10.68.0.1,10.68.0.3',
      PEERS: '10.68.0.1:80,10.68.0.2:80,10.68.0.3:80',
      NODE_ENV: 'test',
    });
  });
});

describe('the steps', () => {
  it('become a life, each with its bounds', () => {
    const life = lifecycle({
      install: { run: 'apt-get install -y x', root: true, timeout: '5m' },
      start: ['${node.files}/server', '${node.id}'],
      daemon: true,
      ready: { run: ['nc', '-z', '${node.address}', '80'], timeout: '10s' },
      stop: 'kill $PID',
      logs: ['${node.data}/*.log', '/var/log/x/*'],
      secrets: ['PASSWORD'],
    });
    expect(life).toMatchObject({
      install: { script: 'apt-get install -y x', root: true, timeout: 300_000, secrets: ['PASSWORD'] },
      start: { command: ['/w/files/server', 'n2'] },
      daemon: true,
      ready: { command: ['nc', '-z', '10.68.0.2', '80'], timeout: 10_000 },
      stop: { script: 'kill $PID' },
      logs: ['/w/n2/data/*.log', '/var/log/x/*'],
    });
    expect(life.wipe).toBe(undefined);
    expect(life.start.timeout).toBe(undefined);
  });

  it('have their files by name', () => {
    expect(command.files!(resolved({ files: ['/plans/server.py', '/plans/conf/'] }))).toEqual({
      'server.py': '/plans/server.py',
      conf: '/plans/conf',
    });
  });

  it('have a client beside us, which knows no folder of the host', () => {
    const given = { client: ['python3', './client.py', '${node.address}'], cwd: '/plans' };
    const { command: program, args, cwd, env } = command.bridge!(resolved(given), NODES[0]!, NODES);
    expect([program, args, cwd]).toEqual(['python3', ['./client.py', '10.68.0.1'], '/plans']);
    expect(env).toMatchObject({ NODE_ID: 'n1', NODES_OTHERS: '10.68.0.2,10.68.0.3' });
    expect(Object.keys(env!)).not.toContain('NODE_DATA');
  });
});

describe('a plan', () => {
  const load = (text: string, set: string[] = []) =>
    loadPlanText(text, null, { catalog: defaultCatalog(), variables: { nodes: 'x', BIN: 'etcd' }, set });

  it('leaves alone what stands for nodes, also when it is written and read again, or set from outside', async () => {
    const start = ['${BIN}', '${node.id}', '${nodes}', '${nodes.others:%i=http://%a:%p}', '$${x}'];
    const text = `name: x
system: { use: command, nodes: 3, with: { client: x, start: ${JSON.stringify(start)} } }
workload: register
matrix: { system.with.ready: [["a", "\${node.port}"], "true"] }`;
    const plans = await load(text, ['system.with.stop=[kill, "${node.id}"]']);
    const expected = { start: ['etcd', ...start.slice(1, 4), '${x}'], stop: ['kill', '${node.id}'] };
    expect(plans[0]!.system.options).toMatchObject({ ...expected, ready: ['a', '${node.port}'] });
    expect(plans[1]!.system.options).toMatchObject({ ...expected, ready: 'true' });
    const [again] = await load(planToYaml(plans[0]!));
    expect(again!.system.options).toEqual(plans[0]!.system.options);
  });
});

describe('what is wrong is said', () => {
  it.each([
    ['no start', { start: undefined }, /start/],
    ['no client', { client: undefined }, /client/],
    ['a step that is a number', { ready: 7 }, /a command as a list.*or a script as text/],
    ['an unknown key of a step', { ready: { run: 'x', retries: 3 } }, /ready/],
    ['an empty list', { start: [] }, /start/],
  ])('%s', (_what, given, message) => {
    const options = Object.fromEntries(
      Object.entries({ start: 'x', client: 'x', ...given }).filter(([, value]) => value !== undefined),
    );
    expect(() => resolveOptions(systemOptions(command), options, 'system command')).toThrow(message);
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { start: ['x', '${node.ip}'] },
      'step "start" does not know ${node.ip}; there are ${node.id}, ${node.number}, ${node.address},',
    ],
    [
      { ready: { run: ['x', '${nodes.ids:%a}'] } },
      'step "ready" does not know ${nodes.ids:%a}: only nodes, nodes.others, nodes.first take a pattern',
    ],
    [{ start: ['${nodes:%x}'] }, 'step "start" does not know %x in ${nodes:%x}; there are %i (id)'],
    [{ start: ['${nodes:100%}'] }, 'step "start" does not know % in ${nodes:100%}'],
    [{ start: ['${nodes:x%%}'] }, 'which is the same for every node: use %i, %n, %a or %p'],
    [{ start: 'run ${node.id}' }, 'step "start" is a script, where ${node.id} is written "$NODE_ID"'],
    [{ stop: 'run ${nodes:%a}' }, 'give it a name in env, as in env: { LIST: "${nodes:%a}" }, and write "$LIST"'],
    [{ start: ['', 'x'] }, 'step "start" begins with an empty text in place of a program'],
    [{ start: ['x', 'a\0b'] }, 'step "start" has a NUL in it'],
    [{ start: 'x'.repeat(100_001) }, 'is longer than 100000 characters: put it into a file'],
    [
      { client: ['x', '${node.data}'] },
      'the client cannot use ${node.data}: it runs beside chaos, not on the node’s host',
    ],
    [{ env: { '1X': 'a' } }, '"1X" is no name of a variable'],
    [{ env: { NODE_ID: 'a' } }, 'the variable NODE_ID is taken'],
    [{ secrets: ['CHAOS_NODE'] }, 'the variable CHAOS_NODE is taken'],
    [{ env: { A: 'x' }, secrets: ['A'] }, 'A is both in env and in secrets'],
    [{ env: { A: '${node.x}' } }, 'env A does not know ${node.x}'],
    [{ files: ['/a/x', '/b/x'] }, 'two of files are called x: they would be one on the host'],
    [{ logs: ['log/*'] }, 'logs "log/*" is no absolute path'],
  ])('%j', (given, sentence) => {
    const told = problems(given);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(sentence);
  });

  it('a workload that the client does not offer', () => {
    expect(problems({ workloads: ['register', 'echo'] }, 'g-set')).toEqual([
      'the client does not offer the workload g-set; its workloads are register, echo',
    ]);
    expect(problems({ workloads: ['register', 'echo'] }, 'register')).toEqual([]);
  });

  it('nothing about what is right', () => {
    const env = { A: '${nodes:%i}', NODE_ENV: '100% of ${X}' };
    const step = { run: ['${node.files}/${node.id}'], root: true };
    expect(problems({ start: 'exec x "${Y:-}"', install: step, env, logs: ['/x/*', '${node.data}/y'] })).toEqual([]);
  });
});

it('offers every workload', async () => {
  const all = await defaultCatalog().all('workload');
  expect([...WORKLOADS]).toEqual(all.map(({ name }) => name).sort());
});

// The command line as a user meets it: exit codes, bad input, interruption; nothing recorded is lost.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chaos, MAIN, processes, ROOT, start, until, Workspace } from './support/chaos.js';

let space: Workspace;
beforeEach(() => {
  space = new Workspace();
});
afterEach(() => space.remove());

const run = (...args: string[]) => chaos(args, { cwd: space.path });

const SIM = `name: small
system: { use: raft, nodes: 3 }
deploy: sim
workload: { use: register, clients: 5, rate: 100/s }
timing: { load: 20s, recover: 2s }
`;
const LOCAL = SIM.replace('deploy: sim', 'deploy: local');

describe('chaos', () => {
  it('shows help and its version', async () => {
    const help = await run('--help');
    expect(help.code).toBe(0);
    for (const command of ['run', 'check', 'report', 'explain', 'validate', 'list', 'verify', 'new', 'schema'])
      expect(help.out).toContain(command);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await run('--version')).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it.each([[['rnu', 'x.yaml']], [['run']], [['run', 'x.yaml', '--sede', '1']], [[]]])(
    'bad arguments %j exit with 254',
    async (args) => {
      const { code, err } = await run(...args);
      expect(code).toBe(254);
      expect(err).not.toBe('');
    },
  );
});

describe('chaos run', () => {
  it('a valid run: exit 0, verdict first, the report and the command that repeats it', async () => {
    space.file('small.yaml', SIM);
    const { code, out } = await run('run', 'small.yaml', '--seed', '5');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toContain('Valid');
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(out).toContain('report.html');
    expect(lines.at(-1)).toContain('npx chaos run small.yaml --seed 5');
    const folder = space.run('small');
    for (const file of [
      'plan.yaml',
      'history.jsonl',
      'result.json',
      'report.html',
      'junit.xml',
      'chaos.log',
      'trace.json',
      'events.jsonl',
    ]) {
      expect(existsSync(join(folder, file)), file).toBe(true);
    }
    expect(existsSync(join(space.path, 'results/latest/result.json'))).toBe(true);
  });

  it('the results folder repeats the run, and judges it again', async () => {
    space.file('small.yaml', SIM);
    await run('run', 'small.yaml', '--set', 'workload.with.keys=3', '--seed', '9');
    const folder = space.run('small');
    const again = await run('run', join(folder, 'plan.yaml'), '--results', 'again', '--json');
    expect(again.code).toBe(0);
    const repeated = readFileSync(join(JSON.parse(again.out).folder, 'history.jsonl'), 'utf8');
    const events = (text: string) => text.slice(text.indexOf('\n'));
    expect(events(repeated) === events(readFileSync(join(folder, 'history.jsonl'), 'utf8'))).toBe(true);
    const checked = await run('check', folder);
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.out).toContain('Valid');
  });

  it('an anomaly: exit 1; the same when it is expected: exit 0; expected but absent: exit 1', async () => {
    space.file('bug.yaml', SIM.replace('nodes: 3', 'nodes: 3, with: { bug: stale-reads }'));
    const found = await run('run', 'bug.yaml');
    expect(found.code).toBe(1);
    expect(found.out).toMatch(/Invalid/);
    const expecting = ['--set', 'expect={anomalies: [linearizable]}'];
    expect((await run('run', 'bug.yaml', ...expecting)).code).toBe(0);
    expect((await run('run', 'bug.yaml', ...expecting, '--set', 'system.with.bug=none')).code).toBe(1);
  });

  it('too little evidence: exit 2, and it says what is missing', async () => {
    space.file('short.yaml', SIM.replace('load: 20s', 'load: 300ms').replace('recover: 2s', 'recover: 0s'));
    const { code, out } = await run('run', 'short.yaml');
    expect(code).toBe(2);
    expect(out).toMatch(/Unknown: .*only \d+ of \d+ \w+ succeeded/);
  });

  it('several plans: the worst exit code, every summary', async () => {
    space.file('a.yaml', SIM);
    space.file('b.yaml', SIM.replace('nodes: 3', 'nodes: 3, with: { bug: stale-reads }'));
    const { code, out } = await run('run', 'b.yaml', 'a.yaml');
    expect(code).toBe(1);
    expect(out).toContain('Valid');
    expect(out).toContain('Invalid');
  });

  it('many seeds: a table, and the report of one that matters', async () => {
    space.file('bug.yaml', SIM.replace('nodes: 3', 'nodes: 3, with: { bug: stale-reads }'));
    const { code, out } = await run('run', 'bug.yaml', '--seeds', '1..3', '--json');
    expect(code).toBe(1);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ seeds: 3, invalid: 3, valid: 0 });
    expect(existsSync(join(report.kept.folder, 'report.html'))).toBe(true);
    const table = await run('run', 'bug.yaml', '--seeds', '1..2');
    expect(table.out).toMatch(/plan +seeds +as expected/);
  });
});

describe('bad input', () => {
  const refused = async (text: string, ...more: string[]) => {
    space.file('bad.yaml', text);
    const result = await run('run', 'bad.yaml', ...more);
    expect(result.code).toBe(254);
    expect(existsSync(join(space.path, 'results'))).toBe(false);
    return result.err;
  };

  it('broken YAML: file, line, column, the line and a caret', async () => {
    const err = await refused('name: x\nsystem: { use: raft\ndeploy: sim\n');
    expect(err).toMatch(/bad\.yaml:\d+:\d+/);
    expect(err).toMatch(/\^/);
  });

  it('every error at once, with the nearest valid word', async () => {
    const err = await refused(
      SIM.replace('use: raft', 'use: rfat').replace('register', 'regsiter').replace('clients', 'cleints') +
        'expcet: valid\n',
    );
    for (const word of ['raft', 'register', 'clients', 'expect']) expect(err).toContain(`did you mean "${word}"`);
  });

  it('a planted bug that does not exist', async () => {
    const err = await refused(SIM.replace('nodes: 3', 'nodes: 3, with: { bug: stale-raeds }'));
    expect(err).toContain('stale-reads');
  });

  it('a fault that the deployment cannot do, a workload that the system does not offer, too many targets', async () => {
    space.file('node.py', '#!/usr/bin/env python3\n', 0o755);
    const err = await refused(`name: impossible
system: { use: maelstrom, nodes: 3, with: { bin: ./node.py } }
deploy: local
workload: register
nemeses:
  - { use: clock, every: 5s, for: 2s }
  - { use: kill, targets: [n1, n2, n3, n4], every: 5s, for: 2s }
`);
    expect(err).toMatch(/clock/);
    expect(err).toMatch(/n4/);
    expect(await refused(SIM.replace('use: register', 'use: broadcast'))).toMatch(/broadcast/);
  });

  it('a missing plan, a bad seed, an unknown path to set', async () => {
    expect(await run('run', 'nowhere.yaml')).toMatchObject({ code: 254, err: expect.stringContaining('nowhere.yaml') });
    space.file('small.yaml', SIM);
    expect((await run('run', 'small.yaml', '--seed', 'x')).code).toBe(254);
    expect((await run('run', 'small.yaml', '--seeds', '5..1')).code).toBe(254);
    expect((await run('run', 'small.yaml', '--set', 'timing.laod=5s')).err).toContain('load');
  });

  it('a program that is missing, not executable, or never answers: exit 255 with its last words', async () => {
    const plan = (bin: string) => `name: program
system: { use: maelstrom, nodes: 1, with: { bin: ${bin} } }
deploy: local
workload: echo
timing: { load: 2s, recover: 1s }
`;
    space.file('missing.yaml', plan('./nowhere.py'));
    const missing = await run('run', 'missing.yaml');
    expect([254, 255]).toContain(missing.code);
    expect(missing.err + missing.out).toContain('nowhere.py');
    space.file('plain.py', 'print(1)\n', 0o644);
    space.file('plain.yaml', plan('./plain.py'));
    const plain = await run('run', 'plain.yaml');
    expect([254, 255]).toContain(plain.code);
    expect(plain.err + plain.out).toMatch(/chmod/);
    space.file('dies.sh', '#!/bin/sh\necho "cannot find my config" >&2\nexit 3\n', 0o755);
    space.file('dies.yaml', plan('./dies.sh'));
    const dies = await run('run', 'dies.yaml');
    expect(dies.code).toBe(255);
    expect(dies.err + dies.out).toContain('cannot find my config');
  });

  it('a results folder that cannot be written: two lines and exit 255', async () => {
    space.file('small.yaml', SIM);
    space.file('occupied', 'a file, not a folder');
    const { code, err } = await run('run', 'small.yaml', '--results', 'occupied/results');
    expect(code).toBe(255);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(err).toContain('occupied');
  });

  it('a disk that fills up while the history is written: exit 255, and what was recorded is there', async () => {
    space.file('long.yaml', SIM.replace('load: 20s', 'load: 600s'));
    // A limit on file size fails writes as a full disk does, and needs no privilege.
    const child = spawn(
      'bash',
      ['-c', 'ulimit -f 256; exec "$@"', 'bash', process.execPath, MAIN, 'run', 'long.yaml'],
      {
        cwd: space.path,
        env: { ...process.env, CI: 'true' },
      },
    );
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const code = await new Promise((done) => child.on('close', done));
    expect(text).toMatch(/history/);
    expect(code).toBe(255);
    const lines = readFileSync(join(space.run('long'), 'history.jsonl'), 'utf8').split('\n');
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines.slice(0, -1)) expect(() => JSON.parse(line)).not.toThrow();
    expect(lines.at(-1)).toBe('');
  });
});

describe('chaos check', () => {
  const HISTORY = [
    '{"index":0,"time":0,"process":0,"type":"invoke","f":"write","key":1,"value":1}',
    '{"index":1,"time":10,"process":0,"type":"ok","f":"write","key":1,"value":1}',
    '{"index":2,"time":20,"process":1,"type":"invoke","f":"read","key":1,"value":null}',
    '{"index":3,"time":30,"process":1,"type":"ok","f":"read","key":1,"value":VALUE}',
  ].join('\n');

  it('judges a history file, and says so as JSON', async () => {
    space.file('good.jsonl', `${HISTORY.replace('VALUE', '1')}\n`);
    space.file('bad.jsonl', `${HISTORY.replace('VALUE', 'null')}\n`);
    const good = await run('check', 'good.jsonl', '--model', 'cas-register', '--json');
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({ file: 'good.jsonl', valid: true, operations: 2 });
    const bad = await run('check', 'bad.jsonl', '--model', 'register');
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/Invalid/);
  });

  it('a torn last line is left out, with a warning', async () => {
    space.file('torn.jsonl', `${HISTORY.replace('VALUE', '1')}\n{"index":4,"ti`);
    const { code, err } = await run('check', 'torn.jsonl');
    expect(code).toBe(0);
    expect(err).toMatch(/warning/);
  });

  it('an unknown model, an unknown checker, a malformed line, nothing there', async () => {
    space.file('good.jsonl', `${HISTORY.replace('VALUE', '1')}\n`);
    const model = await run('check', 'good.jsonl', '--model', 'cas-registre');
    expect(model.code).toBe(254);
    expect(model.err).toContain('cas-register');
    expect((await run('check', 'good.jsonl', '--checker', 'lineariser')).code).toBe(254);
    space.file('bad.jsonl', `${HISTORY.replace('VALUE', '1').replace('"f":"read","key":1,"value":null', '"f":')}\n`);
    const bad = await run('check', 'bad.jsonl');
    expect(bad.err).toContain('bad.jsonl:3');
    expect((await run('check', 'nowhere.jsonl')).code).toBe(254);
  });

  it('a run that died is judged as far as it got', async () => {
    space.file('small.yaml', SIM);
    await run('run', 'small.yaml');
    const folder = space.run('small');
    const history = join(folder, 'history.jsonl');
    const text = readFileSync(history, 'utf8');
    writeFileSync(history, text.slice(0, Math.floor(text.length / 2)));
    execFileSync('rm', [join(folder, 'result.json')]);
    const { out, err } = await run('check', folder);
    expect(err).toMatch(/no result\.json/);
    expect(out).toMatch(/Valid|Unknown/);
    expect(existsSync(join(folder, 'result.json'))).toBe(true);
  });
});

describe('interruption', () => {
  it('Ctrl-C: exit 130, the history is kept, no process is left', async () => {
    space.file('long.yaml', LOCAL.replace('load: 20s', 'load: 120s'));
    const running = start(['run', 'long.yaml'], { cwd: space.path });
    await until(() => /load \d+ s of 120 s/.test(running.err()));
    await until(() => processes(space.path).length >= 3);
    running.child.kill('SIGINT');
    const { code, out } = await running.done;
    expect(code).toBe(130);
    expect(out).toMatch(/interrupted/i);
    const folder = space.run('long');
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).toMatchObject({
      status: 'interrupted',
      exitCode: 130,
    });
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8').trimEnd().split('\n').length).toBeGreaterThan(1);
    await until(() => processes(space.path).length === 0);
  });

  it('kill -9 of the runner: the watchdog ends every node', async () => {
    space.file('long.yaml', LOCAL.replace('load: 20s', 'load: 120s'));
    const running = start(['run', 'long.yaml'], { cwd: space.path });
    await until(() => /load \d+ s of 120 s/.test(running.err()));
    await until(() => processes(space.path).length >= 3);
    running.child.kill('SIGKILL');
    await running.done;
    await until(() => processes(space.path).length === 0, 5000);
  });
});

describe('chaos new', () => {
  it.each(['system', 'workload', 'nemesis', 'checker', 'model'])('a %s that runs as it is', async (kind) => {
    const made = await run('new', kind, `my-${kind}`);
    expect(made.code).toBe(0);
    expect(readdirSync(space.path).sort()).toEqual([`my-${kind}.plan.yaml`, `my-${kind}.test.ts`, `my-${kind}.ts`]);
    const ran = await run('run', `my-${kind}.plan.yaml`);
    expect(ran.err + ran.out).toContain('Valid');
    expect(ran.code).toBe(0);
    const again = await run('new', kind, `my-${kind}`);
    expect(again).toMatchObject({ code: 254, err: expect.stringContaining('exists') });
  });

  it('refuses kinds and names that are none', async () => {
    expect((await run('new', 'sytem', 'x')).code).toBe(254);
    expect((await run('new', 'system', '../x')).code).toBe(254);
  });
});

describe('chaos verify', () => {
  it.each(['raft', 'abd'])('%s passes every step in the simulation', async (system) => {
    const set = system === 'abd' ? ['--set', 'workload.with.mix={read: 1, write: 1, cas: 0}'] : [];
    const { code, out } = await run('verify', system, '--deploy', 'sim', ...set);
    expect(out).toContain('is ready for plans');
    expect(code).toBe(0);
  });

  it('names the step that fails and what to do', async () => {
    space.file('mute.sh', '#!/bin/sh\ncat >/dev/null\n', 0o755);
    const { code, out } = await run(
      'verify',
      'maelstrom',
      '--workload',
      'echo',
      '--nodes',
      '1',
      '--set',
      'system.with.bin=./mute.sh',
    );
    expect(out).toMatch(/FAIL {2}start/);
    expect(out).toMatch(/init_ok/);
    expect(code).toBe(1);
  }, 40_000);
});

describe('chaos report', () => {
  it('writes the reports of a stored run anew, the same as before', async () => {
    space.file('small.yaml', SIM);
    await run('run', 'small.yaml', '--seed', '5');
    const folder = space.run('small');
    const names = ['report.html', 'summary.md', 'junit.xml', 'trace.json'];
    const before = names.map((name) => readFileSync(join(folder, name), 'utf8'));
    for (const name of names) rmSync(join(folder, name));
    const { code, out } = await run('report');
    expect([code, out]).toEqual([0, expect.stringContaining('Valid')]);
    expect(names.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(before);
  });

  it('of a run that died says what is missing, and shows the rest', async () => {
    space.file('small.yaml', SIM);
    await run('run', 'small.yaml', '--seed', '5');
    const folder = space.run('small');
    rmSync(join(folder, 'result.json'));
    const history = readFileSync(join(folder, 'history.jsonl'));
    writeFileSync(join(folder, 'history.jsonl'), history.subarray(0, history.length - 30));
    const { code, out } = await run('report', 'small');
    expect(code).toBe(0);
    for (const text of ['result.json is missing', 'the last line is torn']) {
      expect(out).toContain(text);
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(text);
    }
  });

  it('of a run that is not there exits with 254', async () => {
    expect(await run('report', 'nowhere')).toMatchObject({ code: 254, err: expect.stringContaining('nowhere') });
  });
});

describe('chaos explain', () => {
  it('says what an anomaly means, what usually causes it, and where to see it', async () => {
    const { code, out } = await run('explain', 'stale-read');
    expect(code).toBe(0);
    for (const text of ['already been replaced', 'linearizability', 'Usual causes', 'npx chaos run plans/'])
      expect(out).toContain(text);
    const [plan] = /plans\/\S+\.yaml/.exec(out)!;
    expect(existsSync(join(ROOT, plan))).toBe(true);
  });

  it('lists all, and knows what was meant', async () => {
    const all = JSON.parse((await run('explain', '--json')).out) as { name: string }[];
    expect((await run('explain')).out.match(/^[a-z]/gm)).toHaveLength(all.length);
    expect(await run('explain', 'lost-wriet')).toMatchObject({
      code: 254,
      err: expect.stringContaining('did you mean "lost-write"'),
    });
  });
});

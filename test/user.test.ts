// What a person at a terminal meets: progress, Ctrl-C at any moment, pipes that close, several plans, hints for slips.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../framework/cli/io.js';
import { planFiles } from '../framework/cli/plan-files.js';
import { ProgressPrinter } from '../framework/cli/progress.js';
import type { Progress } from '../framework/run/progress.js';
import { chaos, MAIN, processes, ROOT, start, until, Workspace } from './support/chaos.js';
import { onTerminal, render } from './support/terminal.js';

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
nemeses: [{ use: partition, every: 8s, for: 3s }]
timing: { load: 20s, recover: 2s }
`;
const ENDLESS = `import { defineChecker } from 'chaosplan';
export default defineChecker({
  name: 'endless', summary: 'never makes up its mind', anomalies: [],
  check() { for (;;); },
});
`;

describe('on a terminal', () => {
  it('progress is one line that leaves nothing behind', async () => {
    space.file('small.yaml', SIM);
    const { code, screen, drawn } = await onTerminal(['run', 'small.yaml'], { cwd: space.path });
    expect(code).toBe(0);
    expect(screen[0]).toMatch(/^✔ Valid/);
    expect(screen.join('\n')).not.toMatch(/load|check/);
    expect(drawn.some((line) => /^load \d+ s of 20 s/.test(line))).toBe(true);
    // Nothing of the summary is as wide as the terminal, either.
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThan(80);
  });

  it('Ctrl-C while a check never ends: exit 130, and the run can be judged later', async () => {
    space.file('endless.ts', ENDLESS);
    space.file('small.yaml', `${SIM}checks: [linearizable, ./endless.ts]\n`);
    const { code, screen } = await onTerminal(['run', 'small.yaml'], { cwd: space.path, interruptAt: 'check endless' });
    expect(code).toBe(130);
    expect(screen.join('\n')).toMatch(
      /Ctrl-C: ending in order \(healing, collecting; again: stop at once\)\n\? Unknown: the run was interrupted/,
    );
    expect(screen.join('\n')).not.toContain('Nothing wrong');
    const result = JSON.parse(readFileSync(join(space.run('small'), 'result.json'), 'utf8'));
    expect(result).toMatchObject({ status: 'interrupted', exitCode: 130 });
    expect(result.checks.linearizable.valid).toBe(true);
    expect(result.checks.endless).toMatchObject({ valid: 'unknown', reason: 'it was asked to stop' });
  });

  it('Ctrl-C twice in a local run: at once, on a line of its own, and no node is left', async () => {
    space.file('local.yaml', SIM.replace('deploy: sim', 'deploy: local').replace('20s', '120s'));
    const { code, screen } = await onTerminal(['run', 'local.yaml'], {
      cwd: space.path,
      interruptAt: ' ok ',
      twice: true,
    });
    expect(code).toBe(130);
    expect(screen.at(-1)).toBe('');
    await until(() => processes(space.path).length === 0, 5000);
  });
});

describe('progress', () => {
  const printed = (interactive: boolean, steps: readonly (Partial<Progress> & { at: number })[]) => {
    const lines: string[] = [];
    let now = 0;
    const io = { interactive, errorColor: false, columns: 30, err: (text: string) => lines.push(text) };
    const printer = new ProgressPrinter(io as unknown as Io, () => now);
    for (const { at, ...step } of steps) {
      now = at;
      printer.show({
        stage: 'load',
        elapsed: at,
        planned: 60_000,
        ok: 9,
        fail: 0,
        info: 0,
        rate: 3,
        faults: [],
        ...step,
      });
    }
    printer.end();
    return lines;
  };

  it('in a log: a line per stage, and every ten seconds of the reader', () => {
    const steps = [
      { at: 0 },
      { at: 250 },
      { at: 9999 },
      { at: 10_000 },
      { at: 10_250, stage: 'heal', planned: null },
    ] as const;
    expect(printed(false, steps)).toEqual([
      'load 0 s of 60 s | 9 ok 0 fail 0 info\n',
      'load 10 s of 60 s | 3/s | 9 ok 0 fail 0 info\n',
      'heal | 9 ok 0 fail 0 info\n',
    ]);
  });

  it('on a terminal: at most ten times a second, cut to the width, erased at the end', () => {
    const [first, second, end, ...more] = printed(true, [{ at: 0 }, { at: 50 }, { at: 100, elapsed: 3_600_000 }]);
    expect(first).toBe('\rload 0 s of 60 s | 9 ok 0 fa…\u001b[K');
    expect(second).toContain('load 1 h of 60 s');
    expect(end).toBe('\r\u001b[2K');
    expect(more).toEqual([]);
    expect(render(`${first}${second}${end}`, 30).screen).toEqual(['']);
  });
});

describe('a stored run', () => {
  it('stays as it is when Ctrl-C ends another check of it', async () => {
    space.file('endless.ts', ENDLESS);
    space.file('small.yaml', `${SIM}checks: [./endless.ts]\n`);
    const running = start(['run', 'small.yaml'], { cwd: space.path });
    await until(() => running.err().includes('check endless'));
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    const file = join(space.run('small'), 'result.json');
    const stored = readFileSync(file, 'utf8');
    const again = await onTerminal(['check', 'results/latest'], { cwd: space.path, interruptAt: 'check endless' });
    expect(again.code).toBe(130);
    expect(again.screen.join(' ')).toContain('stays as it is');
    expect(readFileSync(file, 'utf8')).toBe(stored);
  });

  it('a history is judged by a checker of the user’s', async () => {
    space.file(
      'picky.ts',
      ENDLESS.replace('check() { for (;;); }', "check: () => ({ valid: 'unknown', anomalies: [], reason: 'no idea' })"),
    );
    space.file('one.jsonl', '{"index":0,"time":0,"process":0,"type":"invoke","f":"read","key":1,"value":null}\n');
    const { code, out } = await run('check', 'one.jsonl', '--checker', './picky.ts');
    expect(code).toBe(2);
    expect(out).toContain('no idea');
  });
});

describe('several plans', () => {
  it('tells what is wrong with every one before anything starts', async () => {
    mkdirSync(join(space.path, 'plans'));
    space.file('plans/a.yaml', SIM.replace('clients', 'cleints'));
    space.file('plans/b.yaml', SIM.replace('raft', 'rafd'));
    space.file('plans/c.yaml', SIM);
    const { code, err, out } = await run('run', 'plans');
    expect(code).toBe(254);
    expect(err).toContain('plans/a.yaml:4:');
    expect(err).toContain('plans/b.yaml:2:');
    expect(out).toBe('');
  });

  it('takes the cells of a matrix by some of their values, in any order', async () => {
    const matrix = 'matrix: { system.with.reads: [read-index, lease], system.with.bug: [none, stale-reads] }\n';
    space.file('m.yaml', `${SIM.replace('load: 20s', 'load: "${LOAD:duration=20s}"')}${matrix}`);
    const cells = (text: string) => [...text.matchAll(/^small \[(.*)\]$/gm)].map(([, cell]) => cell);
    const env = { LOAD: '15s' };
    const lease = await chaos(['run', 'm.yaml', '-q', '--cell', 'reads=lease'], { cwd: space.path, env });
    expect(cells(lease.out)).toEqual(['bug=none,reads=lease', 'bug=stale-reads,reads=lease']);
    expect(lease.out).toContain('\n2 runs: 1 as expected, 1 not: m@bug=stale-reads,reads=lease (exit 1)\n');
    // What the environment said belongs to the command that repeats the run.
    expect(lease.out).toContain('LOAD=15s npx chaos run m.yaml --seed 1 --cell bug=none,reads=lease');
    const unknown = await run('run', 'm.yaml', '--cell', 'reads=log');
    expect(unknown).toMatchObject({ code: 254, err: expect.stringContaining('bug=none,reads=lease') });
  });

  it('looks for them in folders, but not among packages and results', () => {
    for (const folder of ['deep', 'node_modules', 'results', '.hidden']) {
      mkdirSync(join(space.path, folder));
      space.file(`${folder}/plan.yaml`, SIM);
    }
    space.file('_base.yaml', SIM);
    space.file('a.yml', SIM);
    expect(planFiles([space.path])).toEqual([join(space.path, 'a.yml'), join(space.path, 'deep/plan.yaml')]);
  });

  it('two runs of one plan at the same time do not meet', async () => {
    space.file('small.yaml', SIM);
    const both = await Promise.all([run('run', 'small.yaml', '--json'), run('run', 'small.yaml', '--json')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const folders = both.map(({ out }) => JSON.parse(out).folder as string);
    expect(new Set(folders).size).toBe(2);
    const histories = folders.map((folder) => readFileSync(join(folder, 'history.jsonl'), 'utf8'));
    expect(histories[0] === histories[1]).toBe(true);
    expect(folders).toContain(realpathSync(join(space.path, 'results/latest')));
  });
});

describe('slips', () => {
  it.each([
    [['rnu', 'x.yaml'], 'did you mean "run"'],
    [['list', 'nemesis', 'kil'], 'did you mean "kill"'],
    [['list', 'rfat'], 'did you mean "raft"'],
    [['run', 'small.yaml', '--keep'], 'add --set deploy=local'],
    [['run', 'small.yaml', '--seed', '1', '--seeds', '1..2'], 'exclude each other'],
  ])('%j: %s', async (args, hint) => {
    space.file('small.yaml', SIM);
    const { code, err } = await run(...args);
    expect(code).toBe(254);
    expect(err).toContain(hint);
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('an export to where nothing can be written: two lines', async () => {
    space.file('one.jsonl', '{"index":0,"time":0,"process":0,"type":"invoke","f":"read","key":1,"value":null}\n');
    const { code, err } = await run('export', 'one.jsonl', '--out', 'nowhere/x.edn');
    expect(code).toBe(255);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('chaos list', () => {
  it('finds a definition by its name alone, with the option that plants its bugs', async () => {
    const { code, out } = await run('list', 'raft');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {4}bug: .*\[none \| stale-reads \|/m);
    expect(out).toMatch(/^ {6}stale-reads: /m);
    const systems = JSON.parse((await run('list', 'systems', 'raft', '--json')).out).systems;
    expect(systems[0].options.bug.enum).toContain('stale-reads');
  });
});

describe('a reader that goes away', () => {
  const shell = (script: string) => {
    const child = spawn('bash', ['-c', script, 'bash', process.execPath, MAIN], { cwd: space.path });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        text += part;
      });
    return new Promise<{ code: number | null; text: string }>((done) =>
      child.on('close', (code) => done({ code, text })),
    );
  };

  it('of a list is no error; of the progress changes no verdict', async () => {
    expect(await shell('"$@" schema | head -n 1; exit ${PIPESTATUS[0]}')).toMatchObject({ code: 0, text: '{\n' });
    space.file('bug.yaml', SIM.replace('nodes: 3', 'nodes: 3, with: { bug: stale-reads }'));
    const { code, text } = await shell('"$@" run bug.yaml 2>&1 >out | head -n 1; exit ${PIPESTATUS[0]}');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(space.read('out')).toContain('Invalid');
  });
});

describe('what ships', () => {
  it('the example node passes the plans beside it', async () => {
    const plan = join(ROOT, 'plans/maelstrom/echo.yaml');
    const { code, out } = await run('run', plan, '--set', 'timing.load=500ms', '--set', 'timing.recover=0s');
    expect(out).toContain('Valid');
    expect(code).toBe(0);
  });

  it('the lock file names every package that another one may need: npm ci wants them all', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dependencies?: object; optionalDependencies?: object }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter(
        (name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

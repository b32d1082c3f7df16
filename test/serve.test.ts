// chaos serve as a user starts and ends it, and a real run that is watched from its beginning to its verdict.
import { existsSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../framework/contracts/result.js';
import { ask, follow } from '../framework/serve/testing/ask.js';
import { chaos, type Running, start, until, Workspace } from './support/chaos.js';

let space: Workspace;
const started: Running[] = [];
beforeEach(() => {
  space = new Workspace();
});
afterEach(async () => {
  for (const { child, done } of started.splice(0)) {
    child.kill('SIGKILL');
    await done;
  }
  space.remove();
});

const PLAN = `name: small
system: { use: raft, nodes: 3 }
deploy: local
workload: { use: register, clients: 5, rate: 100/s }
timing: { load: 3s, recover: 1s }
`;

const begin = (...args: string[]): Running => {
  const running = start(args, { cwd: space.path });
  started.push(running);
  return running;
};

/** Starts a server; resolves when it has said where it is. */
async function serving(...args: string[]): Promise<Running & { port: number; out: string }> {
  const running = begin('serve', ...args);
  let out = '';
  running.child.stdout?.on('data', (text: string) => {
    out += text;
  });
  await until(() => /http:\S+:\d+\//.test(out) || running.child.exitCode !== null);
  return { ...running, out, port: Number(/:(\d+)\//.exec(out)?.[1]) };
}

describe('chaos serve', () => {
  it('says where it is, and ends at Ctrl-C whoever is connected', async () => {
    space.file('small.yaml', PLAN.replace('deploy: local', 'deploy: sim'));
    await chaos(['run', 'small.yaml', '--quiet'], { cwd: space.path });
    const { child, done, out, port } = await serving('--port', '0');
    expect(out).toMatch(/^results is served at http:\/\/127\.0\.0\.1:\d+\/ until Ctrl-C\n$/);
    const { status, text } = await ask(port, '/latest');
    expect([status, text]).toEqual([302, '']);
    expect((await ask(port, '/')).text).toContain('Valid');
    // A connection that nobody uses, one that asks slowly, and one that listens.
    const [idle, slow] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of [idle, slow]) socket.on('error', () => {});
    slow.write('GET / HTTP/1.1\r\nHost: localhost\r\nX: ');
    await new Promise((ready) => slow.once('connect', ready));
    child.kill('SIGINT');
    expect(await done).toMatchObject({ code: 0, err: expect.stringContaining('closing connections') });
    await expect(ask(port, '/')).rejects.toThrow(/ECONNREFUSED/);
  });

  it.each([
    [['serve', 'missing'], /cannot read the results folder/],
    [['serve', '.', '--port', 'x'], /'x' is no port/],
    [['serve', '.', '--port', '70000'], /'70000' is no port/],
    [['serve', '.', '--port', '0', '--host', '192.0.2.1'], /cannot listen on 192\.0\.2\.1/],
  ])('%j is refused in two lines', async (args, message) => {
    const { code, err } = await chaos(args, { cwd: space.path });
    expect(code).toBe(254);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  it('refuses a port that is taken when it was chosen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => other.once('listening', ready));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const { code, err } = await chaos(['serve', '.', '--port', String(port)], { cwd: space.path });
      expect([code, err.includes('Choose another port')]).toEqual([254, true]);
    } finally {
      other.close();
    }
  });

  it('warns who else can read', async () => {
    const { err, port } = await serving('.', '--port', '0', '--host', '0.0.0.0');
    await until(() => err().includes('nothing asks for a password'));
    expect((await ask(port, '/', { headers: { Host: 'build.example' } })).status).toBe(200);
  });
});

/** The folder of the run of a plan, when it has begun. */
async function folderOf(plan: string): Promise<string> {
  const runs = join(space.path, 'results', plan);
  const isThere = () =>
    existsSync(runs) && readdirSync(runs).some((name) => name !== 'latest' && !name.startsWith('.'));
  await until(() => isThere() && existsSync(join(space.run(plan), 'running.json')));
  return space.run(plan);
}

it('a run is watched from its beginning to its verdict', async () => {
  space.file('small.yaml', PLAN);
  const run = begin('run', 'small.yaml', '--quiet');
  const folder = await folderOf('small');
  const { port } = await serving('--port', '0');
  expect((await ask(port, '/')).text).toContain('Running');
  const live = follow(port, `/live/small/${basename(folder)}`);
  await live.ended;
  const stages = new Set(live.events.map(({ data }) => data['stage']));
  expect(stages).toContain('Clients work, faults strike');
  expect(stages).toContain('The cluster recovers');
  expect(live.events.at(-1)).toMatchObject({ name: 'end', data: { title: 'Valid', tone: 'good' } });
  expect((await run.done).code).toBe(0);
  expect(readdirSync(folder)).not.toContain('running.json');
  // What was counted from the growing file is what the run itself has counted.
  const { coverage } = JSON.parse(space.read(`results/small/${basename(folder)}/result.json`)) as RunResult;
  const counted = Object.entries(coverage.operations).map(([f, { invoke, ok, fail, info }]) =>
    [f, invoke, ok, fail, info].join(),
  );
  const shown = live.events.findLast(({ name }) => name === 'state')?.data['counts'] as string[][];
  expect(shown.map((row) => row.join()).sort()).toEqual(counted.sort());
});

it('a run that was killed is told to have died', async () => {
  space.file('small.yaml', PLAN.replace('load: 3s', 'load: 60s'));
  const run = begin('run', 'small.yaml', '--quiet');
  await folderOf('small');
  const { port } = await serving('--port', '0');
  expect((await ask(port, '/')).text).toContain('Running');
  run.child.kill('SIGKILL');
  await run.done;
  const { text } = await ask(port, '/');
  expect(text).toContain('No verdict: died');
  expect(text).toContain('its process is gone');
});

// A run that is killed in the middle of a partition leaves no host partitioned, and no node running, for longer than its bound.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../framework/deploy/host/host.js';
import { SshHost } from '../../framework/deploy/host/ssh-host.js';
import { keyFiles } from '../../framework/deploy/lab/keys.js';
import { Lab } from '../../framework/deploy/lab/lab.js';

const MAIN = fileURLToPath(new URL('../../dist/framework/cli/main.js', import.meta.url));
const NODES = ['n1', 'n2', 'n3'];
const BOUND = 3000;

const lab = new Lab(`dead${process.pid}`, NODES, {});
const folder = mkdtempSync(join(tmpdir(), 'chaos-dead-man-'));
const hosts: Host[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  await lab.up();
  const { state, hosts: records } = lab.record;
  const { key, knownHosts } = keyFiles(state);
  for (const { name, address } of records) {
    const connection = { host: address, user: 'root', key, hostKeys: 'known' as const, knownHosts };
    hosts.push(new SshHost({ name, address, connection }));
  }
  writeFileSync(
    join(folder, 'plan.yaml'),
    JSON.stringify({
      name: 'dead man',
      system: { use: 'raft', nodes: 3 },
      deploy: {
        use: 'ssh',
        hosts: records.map(({ address }) => `root@${address}`),
        key,
        'known-hosts': knownHosts,
        'dead-man': `${BOUND}ms`,
        tunnel: true,
        folder: '/var/lib/chaos',
      },
      workload: { use: 'register', clients: 5, rate: '50/s' },
      injections: [
        {
          at: '1s',
          for: '50s',
          fault: 'partition',
          targets: ['n1'],
          cuts: [
            ['n1', 'n2'],
            ['n2', 'n1'],
          ],
        },
        { at: '1s', for: '50s', fault: 'pause', targets: ['n3'] },
      ],
      timing: { load: '60s', recover: '5s' },
    }),
  );
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(hosts.map((host) => host.close()));
  await lab.down();
  rmSync(folder, { recursive: true, force: true });
});

/** What is in force there and what runs there, as the host itself shows it. */
async function stateOf(host: Host): Promise<{ rules: string; programs: string[]; stopped: number }> {
  const script = `PATH=$PATH:/usr/sbin:/sbin iptables -S | grep CHAOS || true; echo --
    for f in /proc/[0-9]*; do echo "$(tr '\\0' ' ' < $f/cmdline) $(cat $f/stat)"; done 2>/dev/null; true`;
  const { stdout } = await host.run(['sh', '-c', script]);
  const [rules, list] = stdout.split('--\n') as [string, string];
  const programs = list.split('\n').filter((line) => /node\.mjs|helper\.mjs/.test(line));
  return { rules, programs, stopped: programs.filter((line) => / T \d/.test(line)).length };
}

async function until(limit: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (performance.now() < deadline) {
    if (await isSo()) return true;
    await sleep(100);
  }
  return false;
}

function start(): { child: ChildProcess; output: () => string } {
  let output = '';
  const child = spawn(process.execPath, [MAIN, 'run', 'plan.yaml', '--results', join(folder, 'results')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}

async function inForce(): Promise<boolean> {
  const [n1, n2, n3] = await Promise.all(hosts.map(stateOf));
  return n1!.rules !== '' && n2!.rules !== '' && n3!.stopped > 0;
}

describe('hosts of a run', () => {
  it('heal by themselves when it is killed, and stop their nodes', async () => {
    const { child, output } = start();
    expect(await until(30_000, inForce), output()).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const healed = async () => {
      const states = await Promise.all(hosts.map(stateOf));
      return states.every(({ rules, stopped }) => rules === '' && stopped === 0);
    };
    // The bound, and time for the machine to do it.
    expect(await until(BOUND + 5000, healed)).toBe(true);
    const gone = async () => (await Promise.all(hosts.map(stateOf))).every(({ programs }) => programs.length === 0);
    expect(await until(10_000, gone)).toBe(true);
  });

  it('are healed by chaos heal, at once', async () => {
    const { child, output } = start();
    expect(await until(30_000, inForce), output()).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const heal = spawn(process.execPath, [MAIN, 'heal', 'plan.yaml'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(heal);
    let said = '';
    for (const stream of [heal.stdout, heal.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    const [code] = (await once(heal, 'exit')) as [number | null];
    expect(code, said).toBe(0);
    for (const node of NODES) expect(said).toContain(node);
    const states = await Promise.all(hosts.map(stateOf));
    expect(states.map(({ rules, stopped }) => ({ rules, stopped }))).toEqual(
      NODES.map(() => ({ rules: '', stopped: 0 })),
    );
  });

  it('keep what they had when Ctrl-C ends it, but nothing of ours', async () => {
    const { child, output } = start();
    expect(await until(30_000, inForce), output()).toBe(true);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code, output()).toBe(130);
    const states = await Promise.all(hosts.map(stateOf));
    expect(states).toEqual(NODES.map(() => ({ rules: '', programs: [], stopped: 0 })));
    const history = readFileSync(join(folder, 'results/latest/history.jsonl'), 'utf8');
    expect(history.split('\n').length).toBeGreaterThan(20);
    for (const node of NODES) {
      expect(readFileSync(join(folder, `results/latest/nodes/${node}/node.log`), 'utf8')).not.toBe('');
    }
  });
});

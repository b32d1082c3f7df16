// A program that knows nothing of chaos, on the hosts of a lab: steps, faults and what is brought home, over SSH.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { LabSource } from '../../framework/deploy/lab/source.js';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';
import { resolveOptions, systemOptions } from '../../framework/plan/values.js';
import command from '../../systems/command/index.js';

const shipped = (name: string) => fileURLToPath(new URL(`../../plans/command/${name}`, import.meta.url));
const NEEDS = ['kill', 'pause', 'partition', 'power'] as const;

function store(more: Record<string, unknown>, body: (b: Bench) => Promise<void>): Promise<void> {
  const server = ['${node.files}/server.py', '${node.address}', '${node.port}', '${nodes.first:%a:%p}', '${node.data}'];
  const given = {
    files: [shipped('server.py')],
    start: ['python3', ...server, 'careful'],
    client: shipped('client.py'),
    ready: `python3 -c 'import os, socket; socket.create_connection((os.environ["NODE_ADDRESS"], os.environ["NODE_PORT"]))'`,
    ...more,
  };
  const source = new LabSource({ id: `h8-${process.pid}`, options: {}, keep: false, watch: true });
  const settings = { source, workspace: '/var/lib/chaos', port: 7768, bound: 10_000, sudo: false, hostClock: false };
  return bench(
    {
      system: command,
      systemOptions: resolveOptions(systemOptions(command), given, 'system command'),
      needs: NEEDS,
      make: (context) => onHosts(context, settings),
    },
    body,
  );
}

const write = (value: number) => ({ type: 'write', key: 'x', value });
const READ = { type: 'read', key: 'x' };

it('is installed as root, cut off, killed and powered off, and keeps what it acknowledged', () => {
  const install = { run: 'id -u > /var/lib/installed-by', root: true };
  return store({ install, logs: ['/var/lib/installed-*'] }, async ({ ask, cluster, folder }) => {
    const { faults } = cluster;
    expect(await ask('n2', write(1))).toMatchObject({ type: 'write_ok' });

    const cut = await faults.cut([
      ['n1', 'n2'],
      ['n2', 'n1'],
    ]);
    expect(await ask('n2', write(2))).toMatchObject({ type: 'error' });
    expect(await ask('n3', write(3))).toMatchObject({ type: 'write_ok' });
    await cut.heal();
    expect(await ask('n2', { ...READ })).toMatchObject({ value: 3 });

    for (const fault of ['kill', 'power'] as const) {
      const effect = await faults[fault]!(['n1']);
      expect(await ask('n2', write(4))).toMatchObject({ type: 'error' });
      await effect.heal();
      expect(await ask('n2', { ...READ })).toMatchObject({ value: 3 });
    }

    await cluster.stop();
    expect(readFileSync(`${folder}/n1/node.log`, 'utf8').trim().split('\n')).toHaveLength(3);
    expect(readFileSync(`${folder}/n2/files/var/lib/installed-by`, 'utf8')).toBe('0\n');
    expect(existsSync(`${folder}/n3/client.log`)).toBe(true);
  });
});

it('tells the node, the host and the last lines when it does not start', async () => {
  const broken = store({ start: 'echo "no such option: $NODE_ID" >&2; exit 64' }, async () => {});
  await expect(broken).rejects.toMatchObject({
    message: expect.stringMatching(
      /^n\d on ssh root@10\.[\d.]+:22 exited with code 64; its last lines:\n {2}no such option: n\d$/,
    ),
  });
});

// The disk of a program in containers: its syncs are slow, and what it has not synced is lost.
import { expect, it } from 'vitest';
import type { Capability } from '../../framework/contracts/capability.js';
import type { AnySystem } from '../../framework/contracts/system.js';
import { optionsFor } from '../../framework/deploy/container/container.js';
import { ContainerSource } from '../../framework/deploy/container/source.js';
import { bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';
import { hasLazyfs } from './support/lazyfs.js';

/** Ten times a second says its process, how long a sync took, and how long the file is that it never syncs. */
const PROGRAM = `
const fs = require('node:fs');
const file = fs.openSync('synced', 'a');
setInterval(() => {
  fs.appendFileSync('unsynced', 'u');
  fs.writeSync(file, 's');
  const before = performance.now();
  fs.fsyncSync(file);
  console.log(process.pid, Math.round(performance.now() - before), fs.statSync('unsynced').size);
}, 100);
`;

const DELAY = 300;
const NEEDS: Capability[] = ['slow-disk', ...(hasLazyfs() ? (['unsynced'] as const) : [])];

it('a program in a container has a slow disk, and loses what it has not synced', async () => {
  const system: AnySystem = {
    name: 'writer',
    summary: 'writes',
    workloads: [],
    lifecycle: () => ({ start: { command: ['node', '-e', PROGRAM] } }),
  };
  const source = new ContainerSource({
    run: `x5-${process.pid}`,
    options: { engine: 'podman', image: { from: 'scratch-with-node' } },
    more: optionsFor(NEEDS),
  });
  const make = (context: Parameters<typeof onHosts>[0]) =>
    onHosts(context, { source, workspace: '/var/lib/chaos', port: 7769, bound: 10_000, sudo: false, hostClock: false });
  await bench({ system, nodes: ['n1'], needs: NEEDS, make }, async ({ cluster, until, failures }) => {
    const host = (cluster as RemoteCluster).host('n1');
    const last = async () => {
      const { stdout } = await host.run(['sh', '-c', 'tail -n 1 /var/lib/chaos/runs/*/n1/logs/node.log']);
      const [pid = 0, time = 0, length = 0] = stdout.trim().split(' ').map(Number);
      return { pid, time, length };
    };
    await until(async () => (await last()).length > 5);
    const slow = await cluster.faults.disk(['n1'], { kind: 'slow', delay: DELAY });
    await until(async () => (await last()).time >= DELAY);
    await slow.heal();
    await until(async () => (await last()).time < DELAY);
    if (hasLazyfs()) {
      const before = await last();
      const lost = await cluster.faults.disk(['n1'], { kind: 'lose-unsynced' });
      expect(cluster.isDown('n1')).toBe(true);
      await lost.heal();
      await until(async () => (await last()).pid !== before.pid);
      expect((await last()).length).toBeLessThan(before.length);
    }
    expect(failures).toEqual([]);
  });
});

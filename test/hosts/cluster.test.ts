// What a cluster on hosts can do, measured from inside them: every fault has its effect, and none is left when it has healed.
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../framework/contracts/cluster.js';
import { ContainerSource } from '../../framework/deploy/container/source.js';
import type { HostSource } from '../../framework/deploy/host/host.js';
import { LabSource } from '../../framework/deploy/lab/source.js';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';

const NEEDS = ['kill', 'pause', 'partition', 'loss', 'rate', 'clock', 'disk', 'files', 'power'] as const;

/** A connection to the node's port: that it is refused shows, too, that packets travel. */
const REACH =
  'const s=require("net").connect(7710,process.argv[1]);const t=setTimeout(()=>process.exit(1),700);' +
  's.on("connect",()=>process.exit(0)).on("error",e=>process.exit(e.code==="ECONNREFUSED"?0:1));';

interface World {
  name: string;
  source: () => HostSource;
}

let runs = 0;
const WORLDS: World[] = [
  {
    name: 'a lab',
    source: () => new LabSource({ id: `ct${process.pid}-${runs++}`, options: {}, keep: false, watch: true }),
  },
  {
    name: 'containers of Podman',
    source: () =>
      new ContainerSource({
        run: `ct${process.pid}-${runs++}`,
        options: { engine: 'podman', image: { from: 'scratch-with-node' } },
      }),
  },
];

interface HostBench extends Bench {
  hosts: RemoteCluster;
  /** Whether packets of one host arrive at another. */
  reaches(from: string, to: string): Promise<boolean>;
  /** Lines of the process list there that name our program. */
  states(node: string): Promise<string[]>;
  rules(node: string): Promise<string>;
}

function onWorld({ source }: World, body: (b: HostBench) => Promise<void>): Promise<void> {
  const settings = { workspace: '/var/lib/chaos', port: 7710, bound: 10_000, sudo: false, hostClock: false };
  return bench({ needs: NEEDS, make: (context) => onHosts(context, { source: source(), ...settings }) }, async (b) => {
    const hosts = b.cluster as RemoteCluster;
    const run = async (node: string, ...command: [string, ...string[]]) => hosts.host(node).run(command);
    await body({
      ...b,
      hosts,
      reaches: async (from, to) => (await run(from, process.execPath, '-e', REACH, hosts.host(to).address)).code === 0,
      states: async (node) => {
        const script = 'for f in /proc/[0-9]*/stat; do read -r line < "$f" && echo "$line"; done 2>/dev/null; true';
        const { stdout } = await run(node, 'sh', '-c', script);
        return stdout.split('\n').filter((line) => line.includes('(node)'));
      },
      rules: async (node) => (await run(node, 'sh', '-c', 'PATH=$PATH:/usr/sbin:/sbin iptables -S')).stdout,
    });
    expect(b.failures).toEqual([]);
  });
}

describe.each(WORLDS)('a cluster in $name', (world) => {
  it('cuts links one way and both ways, counted, and leaves no rule', () =>
    onWorld(world, async (b) => {
      const { faults } = b.cluster;
      expect(await b.reaches('n1', 'n2')).toBe(true);
      const untouched = await b.rules('n2');
      const oneWay = await faults.cut([['n1', 'n2']]);
      // A connection needs both ways; what n1 sends to n3 is another matter.
      expect(await b.reaches('n1', 'n2')).toBe(false);
      expect(await b.reaches('n1', 'n3')).toBe(true);
      const both = await faults.cut([
        ['n1', 'n2'],
        ['n2', 'n1'],
      ]);
      await oneWay.heal();
      expect(await b.reaches('n2', 'n1')).toBe(false);
      expect(await b.rules('n1')).toContain('CHAOS');
      await both.heal();
      expect(await b.reaches('n1', 'n2')).toBe(true);
      expect(await b.reaches('n2', 'n1')).toBe(true);
      expect(await b.rules('n2')).toBe(untouched);
      await b.until(async () => {
        await b.ask('n1', { type: 'ping', to: 'n2', text: 'again' });
        return JSON.stringify(await b.items('n2')).includes('again');
      });
    }));

  it('loses what it was told to, and everything arrives afterwards', () =>
    onWorld(world, async (b) => {
      const effect = await b.cluster.faults.degrade([['n1', 'n2']], { loss: 1 });
      expect(await b.reaches('n1', 'n2')).toBe(false);
      expect(await b.reaches('n1', 'n3')).toBe(true);
      await effect.heal();
      expect(await b.reaches('n1', 'n2')).toBe(true);
    }));

  it('kills, pauses, and turns hosts off, each healing only itself', () =>
    onWorld(world, async (b) => {
      const { faults } = b.cluster;
      await b.ask('n1', { type: 'append', item: 'a' });
      const pause = await faults.pause(['n1']);
      expect((await b.states('n1')).filter((line) => / T /.test(line)).length).toBeGreaterThan(0);
      expect(await b.ask('n1', { type: 'read' }, 100)).toBeNull();
      await pause.heal();
      expect((await b.states('n1')).filter((line) => / T /.test(line))).toEqual([]);
      expect(await b.items('n1')).toEqual(['a']);

      const kill = await faults.kill(['n1']);
      const cut = await faults.cut([['n2', 'n1']]);
      const off = await faults.power!(['n1']);
      expect(b.cluster.isDown('n1')).toBe(true);
      await kill.heal();
      expect(b.cluster.isDown('n1')).toBe(true);
      await off.heal();
      expect(await b.items('n1')).toEqual(['a']);
      // What is in force on its links is in force again.
      expect(await b.reaches('n2', 'n1')).toBe(false);
      await cut.heal();
      expect(await b.reaches('n2', 'n1')).toBe(true);
      expect(b.events.filter((event) => event.kind === 'exit' && !event.fault)).toEqual([]);
    }));

  it('breaks clocks and disks of reference nodes', () =>
    onWorld(world, async (b) => {
      const { faults } = b.cluster;
      await b.ask('n1', { type: 'append', item: 'a' });
      const jump = await faults.clock(['n1'], { offset: 60_000 });
      expect(((await b.ask('n1', { type: 'read' })) as { now?: number } | null)?.now).toBeGreaterThan(
        Date.now() + 50_000,
      );
      await jump.heal();
      const disks: (() => Promise<Effect>)[] = [
        () => faults.disk(['n1'], { kind: 'bit-flip', position: 0.5 }),
        () => faults.disk(['n1'], { kind: 'torn-tail' }),
        () => faults.disk(['n1'], { kind: 'lose-unsynced' }),
        () => faults.disk(['n1'], { kind: 'truncate', position: 0.5 }),
      ];
      for (const break_ of disks) {
        const effect = await break_();
        expect(await b.ask('n1', { type: 'read' }, 100)).toBeNull();
        await effect.heal();
        expect(await b.items('n1')).toEqual(['a']);
      }
      const readOnly = await faults.disk(['n1'], { kind: 'read-only' });
      expect(await b.ask('n1', { type: 'append', item: 'b' }, 100)).toBeNull();
      await b.until(() => b.cluster.isDown('n1'));
      await readOnly.heal();
      expect(await b.items('n1')).toEqual(['a']);
      expect(b.events.filter((event) => event.kind === 'exit' && !event.fault)).toEqual([]);
    }));
});

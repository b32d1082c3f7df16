// Hosts that have next to nothing: Node and the tools that faults need come from this machine, and are not sent twice.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Capability } from '../../framework/contracts/capability.js';
import { findEngine } from '../../framework/deploy/container/engine.js';
import { ContainerSource } from '../../framework/deploy/container/source.js';
import { type TarEntry, tarOf } from '../../framework/deploy/container/tar.js';
import { attachCommand, helperProgram } from '../../framework/deploy/helper/bundle.js';
import { HelperClient } from '../../framework/deploy/helper/client.js';
import type { Host, HostSource } from '../../framework/deploy/host/host.js';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { ForeignLife, Installations } from '../../framework/deploy/remote/foreign-life.js';
import { healHosts } from '../../framework/deploy/remote/heal.js';
import { type OnHostsSettings, onHosts } from '../../framework/deploy/remote/on-hosts.js';
import { preflight } from '../../framework/deploy/remote/preflight.js';
import type { Wants } from '../../framework/deploy/remote/preflight-checks.js';
import { equip, type Provision, withVariables } from '../../framework/deploy/remote/provisions.js';
import { makeToolbox } from '../../framework/deploy/remote/toolbox.js';
import { SSH_OPTIONS, type SshOptions } from '../../framework/deploy/ssh/options.js';
import { SshSource } from '../../framework/deploy/ssh/source.js';
import { NO_WISH } from '../../framework/deploy/wish.js';
import { resolveOptions } from '../../framework/plan/values.js';
import { createRandom } from '../../framework/time/random.js';
import { realWorld } from '../../framework/time/real.js';
import { SshHosts } from './support/ssh-hosts.js';

const PORT = 7710;

let runs = 0;
let cuts = 0;

interface Asked {
  needs: readonly Capability[];
  source: HostSource;
  settings: Partial<OnHostsSettings> & Pick<OnHostsSettings, 'workspace'>;
  nodes: readonly string[];
}

interface ToolsBench extends Bench {
  hosts: RemoteCluster;
  /** What a person was told. */
  lines: readonly string[];
}

function onBareHosts({ needs, source, settings, nodes }: Asked, body: (b: ToolsBench) => Promise<void>): Promise<void> {
  const lines: string[] = [];
  const full = { source, port: PORT, bound: 10_000, sudo: false, hostClock: false, ...settings };
  const make: Parameters<typeof bench>[0]['make'] = (context) =>
    onHosts({ ...context, say: (line) => lines.push(line) }, full);
  return bench({ needs, nodes, make }, async (b) => {
    await body({ ...b, hosts: b.cluster as RemoteCluster, lines });
    expect(b.failures).toEqual([]);
  });
}

/** Words that a table has for one host, by the head of their column. */
function row(lines: readonly string[], host: string): string {
  return lines.find((line) => new RegExp(`^${host} `).test(line)) ?? '';
}

/** What n1 sends reaches n2 while nothing is cut, does not while it is, and does again afterwards. */
async function cutsAndHeals({ cluster, ask, items, until }: ToolsBench): Promise<void> {
  const mark = `${cuts++}`;
  const ping = (text: string) => ask('n1', { type: 'ping', to: 'n2', text: text + mark });
  const arrived = async (text: string) => JSON.stringify(await items('n2')).includes(text + mark);
  // What is sent before nodes have found each other, or found out that a link carries again, may be lost.
  const arrives = (text: string) =>
    until(async () => {
      await ping(text);
      return arrived(text);
    });
  await arrives('before');
  const cut = await cluster.faults.cut([
    ['n1', 'n2'],
    ['n2', 'n1'],
  ]);
  await ping('lost');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await arrived('lost')).toBe(false);
  await cut.heal();
  await arrives('after');
}

describe('containers of busybox alone', () => {
  const image = `localhost/chaos-tools-${process.pid}:1`;

  beforeAll(async () => {
    const engine = await findEngine('podman');
    const box = await makeToolbox(['busybox']);
    const [{ file, size }] = box.programs as [(typeof box.programs)[0]];
    const [busybox, ...args] = box.commandFor('busybox', box.folder);
    const applets = execFileSync(busybox, [...args, '--list'], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => /^[^/\s]+$/.test(name) && name !== 'busybox');
    const entries: TarEntry[] = [
      { kind: 'file', path: 'bin/busybox', from: join(box.folder, file), size, mode: 0o755 },
      ...applets.map((name): TarEntry => ({ kind: 'link', path: `bin/${name}`, to: 'busybox' })),
      { kind: 'text', path: 'etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\n' },
      ...['proc', 'sys', 'dev', 'tmp', 'var'].map((path): TarEntry => ({ kind: 'folder', path })),
    ];
    const input = Readable.from(tarOf(entries), { objectMode: false });
    const { code, stderr } = await engine.try(['import', '-', image], { input });
    expect(code, stderr).toBe(0);
  });

  afterAll(async () => {
    const engine = await findEngine('podman');
    await engine.try(['image', 'rm', '--force', image]);
    expect((await engine.try(['images', '--format', '{{.Repository}}'])).stdout).not.toContain('chaos-tools');
    expect((await engine.try(['ps', '--all', '--format', '{{.Names}}'])).stdout).not.toContain(`tt${process.pid}`);
  });

  const world = (needs: readonly Capability[]): Asked => ({
    needs,
    nodes: ['n1', 'n2', 'n3'],
    source: new ContainerSource({ run: `tt${process.pid}-${runs++}`, options: { engine: 'podman', image } }),
    settings: { workspace: '/var/lib/chaos' },
  });

  it('run a cluster whose links are cut, slowed and lossy, and whose packets are recorded', () => {
    const asked = world(['partition', 'loss', 'rate', 'kill', 'pause', 'power']);
    return onBareHosts({ ...asked, settings: { ...asked.settings, capture: true } }, async (b) => {
      expect(b.lines.join('\n')).toMatch(/iptables, nft, tc and tcpdump of this machine are used there/);
      expect(b.lines.join('\n')).toMatch(/^n1, n2 and n3: Node of this machine is used there$/m);
      expect(row(b.lines, 'n1')).toMatch(/none, uploaded .*brought +brought +brought/);
      await cutsAndHeals(b);
      await (await b.cluster.faults.degrade([['n1', 'n2']], { loss: 0.5, rate: 1e6 })).heal();
      await (await b.cluster.faults.kill(['n1'])).heal();
      await (await b.cluster.faults.pause(['n1'])).heal();
      const off = await b.cluster.faults.power!(['n1']);
      await off.heal();
      await cutsAndHeals(b);
    });
  });
});

describe('hosts over SSH whose tools are not there', () => {
  const made = new SshHosts(9);
  const workspace = '/var/tmp/chaos-tools';
  const sources: SshSource[] = [];

  beforeAll(() => made.make([{ only: [] }, { only: ['tc'] }]));
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.close();
  });
  afterAll(async () => {
    await made.remove();
    expect(made.left()).toEqual([]);
  });

  function ssh(...hosts: string[]): SshSource {
    const given = { hosts, user: 'root', key: made.key, 'host-keys': 'accept', folder: workspace };
    const source = new SshSource(resolveOptions(SSH_OPTIONS, given, 'deployment ssh') as unknown as SshOptions);
    sources.push(source);
    return source;
  }

  async function attached(host: Host, env: Provision['env'], run: string): Promise<HelperClient> {
    const program = `${workspace}/helper.mjs`;
    await host.upload(Buffer.from(await helperProgram()), program);
    const command = attachCommand(withVariables(env, ['node']), program, `${workspace}/helper`);
    const quiet = { onEvent: () => {}, onLost: () => {} };
    return HelperClient.attach(host, command, { run, bound: 60_000, keep: false, ...quiet });
  }

  const rules = (number: number) =>
    made.prints(number, 'iptables', '-S') + made.prints(number, 'tc', 'qdisc', 'show', 'dev', 'eth0');

  it('are cut off, and nothing is sent twice', async () => {
    for (const turn of ['first', 'second']) {
      const asked = {
        needs: ['partition', 'rate'] as const,
        nodes: ['n1', 'n2'],
        source: ssh('10.69.0.1', '10.69.0.2'),
        settings: { workspace },
      };
      await onBareHosts(asked, async (b) => {
        expect(b.lines).toContain('n1: iptables, nft and tc of this machine are used there');
        expect(b.lines).toContain('n2: iptables and nft of this machine are used there');
        expect(row(b.lines, 'n1')).toMatch(/ v\d+\S+ .*brought +brought$/);
        expect(row(b.lines, 'n2')).toMatch(/brought +ok$/);
        const host = b.hosts.host('n1');
        const { stdout } = await host.run([
          'sh',
          '-c',
          'cd "$1" && ls -d */toolbox/bin/nft',
          'sh',
          `${workspace}/staged`,
        ]);
        expect(stdout.trim().split('\n'), turn).toHaveLength(1);
        const cut = await b.cluster.faults.cut([['n1', 'n2']]);
        expect(rules(2)).toMatch(/CHAOS/);
        await cut.heal();
        await cutsAndHeals(b);
        const slow = await b.cluster.faults.degrade([['n1', 'n2']], { rate: 1e6 });
        expect(rules(1)).toMatch(/htb c405/);
        await slow.heal();
      });
      expect(rules(1) + rules(2)).not.toMatch(/CHAOS|c405/);
    }
  });

  it('are healed after a run that died there', async () => {
    const host = [...(await ssh('10.69.0.1').open(['n1'])).values()][0]!;
    const wants: Wants = { workspace, ports: [], needs: ['partition', 'rate'], nodes: 'own', sudo: false };
    const [{ env }] = (await equip(await preflight([host], wants), wants, false)) as [Provision];
    const client = await attached(host, env, 'tools-1');
    await client.request('network', { links: [{ peer: '10.69.0.2', cut: true, quality: { rate: 1_000_000 } }] });
    await host.run(['kill', '-KILL', String(client.hello.pid)]);
    await client.close().catch(() => {});
    expect(rules(1)).toMatch(/CHAOS[\s\S]*c405/);
    const [healing] = await healHosts([host], { workspace, sudo: false });
    expect(healing).toMatchObject({ problems: [], done: [expect.stringContaining('run tools-1 is ended')] });
    expect(rules(1)).not.toMatch(/CHAOS|c405/);
  });

  it('are given libfaketime for the clocks of their programs', async () => {
    const host = [...(await ssh('10.69.0.1').open(['n1'])).values()][0]!;
    // In the mounts of this host alone.
    const hide = 'for folder in /usr/lib/*/faketime; do mount -t tmpfs tmpfs "$folder"; done';
    expect(await host.run(['sh', '-c', hide])).toMatchObject({ code: 0, stderr: '' });
    const wants: Wants = { workspace, ports: [], needs: ['clock'], nodes: 'foreign', sudo: false };
    const [{ env, report, note }] = (await equip(await preflight([host], wants), wants, false)) as [Provision];
    expect(note).toBe('libfaketime of this machine is used there');
    expect(report.checks.find(({ name }) => name === 'clock')).toEqual({ name: 'clock', cell: 'brought' });

    const client = await attached(host, env, 'tools-2');
    const home = `${workspace}/runs/x`;
    const life = new ForeignLife({
      place: { id: 'n1', number: 1, address: '10.69.0.1', port: 1, data: home, logs: `${home}/logs`, files: home },
      lifecycle: { start: { command: ['sh', '-c', 'while :; do date +%s; sleep 0.2; done'] } },
      station: { host, isRoot: true, request: (name, ask) => client.request(name, ask) },
      bridge: null,
      clockRun: 'tools-2',
      installations: new Installations(),
      clock: realWorld().clock,
      listener: { onReady: () => {}, note: () => {} },
    });
    const isAhead = async (seconds: number) => {
      for (let turn = 0; turn < 100; turn++) {
        const { stdout } = await host.run(['tail', '-n', '1', `${home}/logs/node.log`]);
        if (stdout !== '' && Math.abs(Number(stdout) - Date.now() / 1000 - seconds) < 60) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    };
    await life.prepare();
    await life.start(NO_WISH, createRandom(1, 'test'));
    expect(await isAhead(0)).toBe(true);
    await life.tell('clock', { ...NO_WISH, clock: [{ offset: 3_600_000 }] });
    expect(await isAhead(3600)).toBe(true);
    await life.tell('clock', NO_WISH);
    expect(await isAhead(0)).toBe(true);
    await life.close();
    await client.close();
    await host.run(['rm', '-rf', home]);
  });
});

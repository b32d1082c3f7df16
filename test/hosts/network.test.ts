// Faults of links on real hosts (namespaces), through real iptables, nft and tc: their effect is measured from inside.

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HelperModule } from '../../framework/deploy/helper/modules.js';
import { lackOf, networkAbilities, parseAbilities } from '../../framework/deploy/helper/network/abilities.js';
import { ABILITIES_COMMAND } from '../../framework/deploy/helper/network/abilities-script.js';
import { type NetworkOptions, networkModule } from '../../framework/deploy/helper/network/index.js';
import { type Run, runHere } from '../../framework/deploy/helper/network/run.js';
import type { LinkState } from '../../framework/deploy/helper/protocol.js';
import { makeHosts, removeHosts, type TestHost } from './support/network-hosts.js';

let hosts: TestHost[];
let modules: HelperModule[] = [];

function moduleWith(host: TestHost, options: NetworkOptions = {}): HelperModule {
  const module = networkModule(host.context(), { run: host.run, host: host.name, ...options });
  modules.push(module);
  return module;
}

async function declare(module: HelperModule, links: readonly LinkState[]): Promise<void> {
  await module.handle.network!({ links });
}

/** All rules of a host, without counters and the times in comments. */
async function rules(host: TestHost): Promise<string> {
  const listings = await Promise.all([
    host.prints('iptables-save'),
    host.prints('ip6tables-save'),
    host.prints('iptables-legacy-save'),
    host.prints('ip6tables-legacy-save'),
    host.prints('nft', '-s', 'list', 'ruleset'),
    host.prints('tc', 'qdisc', 'show'),
  ]);
  return listings
    .join('')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\[\d+:\d+\]/g, '')
    .replaceAll(/refcnt \d+/g, '');
}

/** A user's own chains, like those of Kubernetes. */
const FOREIGN = `*filter
:KUBE-FORWARD - [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -m comment --comment "kubernetes health check" -j KUBE-FIREWALL
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL -s 10.99.0.0/16 -p tcp -m tcp --dport 81 -j DROP
-A FORWARD -j KUBE-FORWARD
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
COMMIT
*nat
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 6443
COMMIT
`;

beforeAll(async () => {
  hosts = await makeHosts(5);
  // Agents are up when they answer, and addresses are known once something has been sent.
  await Promise.all(hosts.map((host) => host.ask('count', { text: '' })));
  for (const host of hosts) expect(await host.arriving(hosts[0]!)).toBe(3);
});

afterEach(async () => {
  for (const module of modules) await module.restore();
  modules = [];
  for (const host of hosts) {
    expect(await rules(host)).not.toMatch(/CHAOS|chaosplan|c405/);
    expect(host.remembered.get('network') ?? null).toBeNull();
  }
});

afterAll(async () => {
  await removeHosts(hosts);
  expect((await runHere(['ip', 'netns', 'list'])).stdout).not.toMatch(/^h3-/m);
});

/** Where programs of these names are the older iptables, which knows nothing of nft. */
let legacy: string;

function underLegacy(run: Run): Run {
  return (command, options) => run(['env', `PATH=${legacy}:${process.env['PATH']}`, ...command], options);
}

beforeAll(() => {
  legacy = mkdtempSync(join(tmpdir(), 'h3-legacy-'));
  for (const name of ['iptables', 'iptables-restore', 'iptables-save', 'ip6tables', 'ip6tables-restore']) {
    symlinkSync(`/usr/sbin/${name.replace('tables', 'tables-legacy')}`, join(legacy, name));
  }
});

afterAll(() => rmSync(legacy, { recursive: true }));

const KINDS = [
  { kind: 'iptables', tool: 'iptables', under: (run: Run) => run },
  { kind: 'the older iptables', tool: 'iptables', under: underLegacy },
  { kind: 'nft', tool: 'nft', under: (run: Run) => run },
] as const;

for (const { kind, tool, under } of KINDS) {
  describe(`through ${kind}`, () => {
    const moduleOn = (host: TestHost, options: NetworkOptions) =>
      moduleWith(host, { run: under(host.run), ...options });
    const flush = async (host: TestHost) => {
      await host.prints('nft', 'flush', 'ruleset');
      for (const program of ['iptables-legacy', 'ip6tables-legacy']) {
        for (const option of ['-F', '-X']) await host.prints(program, option);
      }
    };

    it('cuts both ways, one way and several at once, counts what it dropped, and heals', async () => {
      const [a, b, c] = hosts as [TestHost, TestHost, TestHost];
      const [onA, onB] = [moduleOn(a, { tool }), moduleOn(b, { tool })];
      await declare(onA, [{ peer: b.address, cut: true }]);
      expect(await b.arriving(a)).toBe(0);
      // One way: what a sends still arrives.
      expect(await a.arriving(b)).toBe(3);
      expect(await onA.dropped!(b.address)).toBe(3);
      expect(await onA.dropped!(c.address)).toBe(0);

      await declare(onB, [{ peer: a.address, cut: true }]);
      expect(await a.arriving(b)).toBe(0);
      expect(await c.arriving(a)).toBe(3);

      await declare(onA, [
        { peer: b.address, cut: true },
        { peer: c.address, cut: true },
      ]);
      expect(await b.arriving(a)).toBe(0);
      expect(await c.arriving(a)).toBe(0);
      // The count of a cut that was there before goes on.
      expect(await onA.dropped!(b.address)).toBe(6);
      expect(await onA.dropped!(c.address)).toBe(3);

      await declare(onA, [{ peer: c.address, cut: true }]);
      expect(await b.arriving(a)).toBe(3);
      expect(await c.arriving(a)).toBe(0);
      await declare(onA, [{ peer: b.address, cut: true }]);
      expect(await onA.dropped!(b.address)).toBe(0);
      await declare(onA, []);
      expect(await c.arriving(a)).toBe(3);
      expect(await rules(a)).not.toMatch(/CHAOS|chaosplan/);
    });

    it('cuts hosts that are reached over IPv6', async () => {
      const [a, b] = hosts as [TestHost, TestHost];
      const module = moduleOn(a, { tool });
      await declare(module, [{ peer: 'fd63:0:0::2', cut: true }]);
      expect(await b.arriving(a, 3, a.address6)).toBe(0);
      // One way, though neither knows the other's neighbour address yet.
      await a.run(['ip', '-6', 'neigh', 'flush', 'all']);
      expect(await a.arriving(b, 3, b.address6)).toBe(3);
      expect(await b.arriving(a)).toBe(3);
      expect(await module.dropped!(b.address6)).toBe(3);
      await declare(module, []);
      expect(await b.arriving(a, 3, a.address6)).toBe(3);
    });

    it('leaves the rules of others as they are', async () => {
      const [a, b] = hosts as [TestHost, TestHost];
      await under(a.run)(['iptables-restore', '--noflush'], { input: FOREIGN });
      await a.run(['nft', '-f', '-'], { input: 'table inet users { chain c { type filter hook input priority 0; } }' });
      const before = await rules(a);
      const module = moduleOn(a, { tool });
      await declare(module, [{ peer: b.address, cut: true, quality: { loss: 0.5 } }]);
      expect(await b.arriving(a)).toBe(0);
      await under(a.run)(['iptables', '-I', 'INPUT', '1', '-s', '10.99.0.1/32', '-j', 'ACCEPT']);
      await declare(module, [
        { peer: b.address, cut: true },
        { peer: '10.63.0.3', cut: true },
      ]);
      expect(await b.arriving(a)).toBe(0);
      await under(a.run)(['iptables', '-D', 'INPUT', '-s', '10.99.0.1/32', '-j', 'ACCEPT']);
      await declare(module, []);
      expect(await rules(a)).toBe(before);
      await flush(a);
    });

    it('loses about as many packets as it should', async () => {
      const [a, b] = hosts as [TestHost, TestHost];
      const module = moduleOn(a, { tool });
      await declare(module, [{ peer: b.address, quality: { loss: 0.3 } }]);
      const arrived = await a.arriving(b, 2000);
      expect(arrived).toBeGreaterThan(1200);
      expect(arrived).toBeLessThan(1600);
      expect(await b.arriving(a, 200)).toBe(200);
      await declare(module, [{ peer: b.address, quality: { loss: 1 } }]);
      expect(await a.arriving(b)).toBe(0);
    });

    it('tells what the kernel has of a loss, and what it should not have', async () => {
      const [a, b] = hosts as [TestHost, TestHost];
      const module = moduleOn(a, { tool });
      const to = [b.address, b.address6, '10.63.0.3'];
      const clean = to.map((address) => ({ to: address, missing: null, lost: null, shaped: null }));
      await declare(module, [
        { peer: b.address, quality: { loss: 1 } },
        { peer: b.address6, quality: { loss: 0.5 } },
      ]);
      expect(await a.arriving(b)).toBe(0);
      const { links, stray } = await module.handle.measured!({ to });
      expect(links.map(({ lost, missing }) => [lost, missing])).toEqual([
        [3, null],
        [0, null],
        [null, null],
      ]);
      expect(stray).toEqual([]);
      await flush(a);
      // Where the kernel has netem, that is what loses packets.
      await a.run(['tc', 'qdisc', 'del', 'dev', 'eth0', 'root']);
      const { links: flushed } = await module.handle.measured!({ to });
      expect(flushed.map(({ missing }) => missing !== null)).toEqual([true, true, false]);
      await declare(module, []);
      expect(await module.handle.measured!({ to })).toEqual({ links: clean, stray: [] });
    });

    it('puts its rules in force again where somebody has removed them', async () => {
      const [a, b, c] = hosts as [TestHost, TestHost, TestHost];
      const module = moduleOn(a, { tool });
      await declare(module, [{ peer: b.address, cut: true }]);
      await flush(a);
      await declare(module, [
        { peer: b.address, cut: true },
        { peer: c.address, cut: true },
      ]);
      expect(await b.arriving(a)).toBe(0);
      expect(await c.arriving(a)).toBe(0);
    });

    it('is cleaned by the next helper when this one was killed', async () => {
      const [a, b] = hosts as [TestHost, TestHost];
      await declare(networkModule(a.context(), { run: under(a.run), tool }), [
        { peer: b.address, cut: true, quality: { rate: 1e6 } },
      ]);
      expect(await b.arriving(a)).toBe(0);
      const next = moduleOn(a, { tool });
      await next.recover!(a.remembered.get('network'));
      expect(await b.arriving(a)).toBe(3);
      expect(await rules(a)).not.toMatch(/CHAOS|chaosplan|c405/);
    });

    it('takes the last of two changes in quick succession', async () => {
      const [a, b] = hosts as [TestHost, TestHost];
      const module = moduleOn(a, { tool });
      for (let turn = 0; turn < 5; turn++) {
        await declare(module, [{ peer: b.address, cut: true }]);
        await declare(module, []);
      }
      expect(await b.arriving(a)).toBe(3);
      await declare(module, []);
      await declare(module, [{ peer: b.address, cut: true }]);
      expect(await b.arriving(a)).toBe(0);
    });
  });
}

/** Bits a second that arrive, measured over a while that begins once the first burst is through. */
async function rateOf(from: TestHost, to: TestHost): Promise<number> {
  const time = 1800;
  const streamed = from.ask('stream', { to: to.address, time: time + 600 });
  await sleep(500);
  const [before, begun] = [(await to.ask('bytes', { from: from.address }))['bytes']!, performance.now()];
  await sleep(time);
  const [after, ended] = [(await to.ask('bytes', { from: from.address }))['bytes']!, performance.now()];
  await streamed;
  return ((after - before) * 8000) / (ended - begun);
}

describe('through tc', () => {
  it('limits the rate of one link and leaves the others as they are', async () => {
    const [a, b, c] = hosts as [TestHost, TestHost, TestHost];
    const module = moduleWith(a);
    await declare(module, [{ peer: b.address, quality: { rate: 4e6 } }]);
    const slow = await rateOf(a, b);
    expect(slow).toBeGreaterThan(2.4e6);
    expect(slow).toBeLessThan(5.6e6);
    expect(await rateOf(a, c)).toBeGreaterThan(50e6);
    await declare(module, [
      { peer: b.address, quality: { rate: 16e6 } },
      { peer: c.address, quality: { rate: 2e6, loss: 0.01 } },
    ]);
    const faster = await rateOf(a, b);
    expect(faster).toBeGreaterThan(9.6e6);
    expect(faster).toBeLessThan(22.4e6);
    await declare(module, [{ peer: c.address, quality: { rate: 2e6 } }]);
    expect(await rateOf(a, b)).toBeGreaterThan(50e6);
    await declare(module, []);
    expect(await a.prints('tc', 'qdisc', 'show')).not.toContain('htb');
  });

  it('refuses a device with a queueing discipline of somebody else, and leaves that', async () => {
    const [a, b] = hosts as [TestHost, TestHost];
    await a.prints(
      'tc',
      'qdisc',
      'add',
      'dev',
      'eth0',
      'root',
      'handle',
      '7:',
      'tbf',
      'rate',
      '1gbit',
      'burst',
      '64kb',
      'latency',
      '50ms',
    );
    const before = await rules(a);
    const module = moduleWith(a);
    const refused = declare(module, [{ peer: b.address, cut: true, quality: { rate: 1e6 } }]);
    await expect(refused).rejects.toMatchObject({
      code: 'fault-unsupported',
      message: 'h3-1 has a queueing discipline of its own on eth0 (tbf 7:), which must not be replaced',
    });
    expect(await b.arriving(a)).toBe(3);
    await module.restore();
    expect(await rules(a)).toBe(before);
    await a.prints('tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
  });

  it('makes its classes again on a device that has lost them', async () => {
    const [a, b] = hosts as [TestHost, TestHost];
    const module = moduleWith(a);
    await declare(module, [{ peer: b.address, quality: { rate: 1e6 } }]);
    await a.prints('tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
    await declare(module, [{ peer: b.address, quality: { rate: 2e6 } }]);
    expect(await a.prints('tc', 'class', 'show', 'dev', 'eth0')).toContain('rate 2Mbit');
    await a.prints('tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
    await declare(module, []);
  });
});

it('uses nft where iptables cannot deal with a table that somebody has made with nft', async () => {
  const [a, b] = hosts as [TestHost, TestHost];
  const input = 'table ip filter {\nchain INPUT {\ntype filter hook input priority 5; policy accept;\n}\n}\n';
  await a.prints('nft', 'flush', 'ruleset');
  await a.run(['nft', '-f', '-'], { input });
  const before = await a.prints('nft', '-s', 'list', 'table', 'ip', 'filter');
  const module = moduleWith(a);
  await declare(module, [{ peer: b.address, cut: true }]);
  expect(await b.arriving(a)).toBe(0);
  expect(await module.dropped!(b.address)).toBe(3);
  expect(await a.prints('nft', 'list', 'tables')).toContain('inet chaosplan');
  await declare(module, [{ peer: b.address6, cut: true }]);
  expect(await b.arriving(a)).toBe(3);
  await declare(module, []);
  expect(await rules(a)).not.toMatch(/CHAOS|chaosplan/);
  expect(await a.prints('nft', '-s', 'list', 'table', 'ip', 'filter')).toBe(before);
  await a.prints('nft', 'flush', 'ruleset');
});

it('finds out what can be done, and refuses what cannot, with the reason, before it changes anything', async () => {
  const [a, b] = hosts as [TestHost, TestHost];
  const abilities = await networkAbilities(a.run);
  expect(abilities).toMatchObject({ iptables: true, ip6tables: true, nft: true, statistic: true, numgen: true });
  expect(abilities).toMatchObject({ tc: true, htb: true, u32: true });
  expect(await rules(a)).not.toMatch(/CHAOS|chaosplan/);
  expect(lackOf('partition', abilities)).toBeNull();
  expect(lackOf('rate', abilities)).toBeNull();
  const module = moduleWith(a);
  const declared = declare(module, [{ peer: b.address, cut: true, quality: { corrupt: 0.1 } }]);
  // With netem the kernel offers all of it.
  if (abilities.netem === true) await declared;
  else {
    await expect(declared).rejects.toMatchObject({
      code: 'fault-unsupported',
      message: expect.stringMatching(/^h3-1 cannot corrupt packets; missing: .*netem.*sch_netem/),
      hint: expect.stringContaining('modprobe sch_netem'),
    });
    expect(await b.arriving(a)).toBe(3);
    expect(await rules(a)).not.toMatch(/CHAOS|chaosplan/);
  }
  // Nor is anything asked of somebody who is not root.
  const nobody = await runHere(['setpriv', '--reuid=65534', '--clear-groups', '--inh-caps=-all', ...ABILITIES_COMMAND]);
  expect(lackOf('partition', parseAbilities(nobody.stdout, 'untold'))?.missing).toMatch(/iptables/);
});

it('finds out the same in a host that can make no namespace, and leaves nothing there', async () => {
  const [a] = hosts as [TestHost];
  const confined = await networkAbilities((command) =>
    a.run(['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin', ...command]),
  );
  expect(confined).toEqual(await networkAbilities(a.run));
  expect(await rules(a)).not.toMatch(/CHAOS|chaosplan/);
  expect(await a.prints('ip', 'link')).not.toContain('chtry');
});

it('cuts five hosts apart at once within a moment', async () => {
  const on = hosts.map((host) => moduleWith(host));
  const others = hosts.map((host) => hosts.filter((other) => other !== host));
  const times: number[] = [];
  for (let turn = 0; turn < 50; turn++) {
    const begun = performance.now();
    await Promise.all(
      on.map((module, i) =>
        declare(
          module,
          others[i]!.map(({ address }) => ({ peer: address, cut: true })),
        ),
      ),
    );
    times.push(performance.now() - begun);
    await Promise.all(on.map((module) => declare(module, [])));
  }
  times.sort((x, y) => x - y);
  console.log(`five hosts cut apart: p50 ${times[25]!.toFixed(1)} ms, p95 ${times[47]!.toFixed(1)} ms`);
  expect(times[47]).toBeLessThan(500);
});

// Poor links on real hosts are seen to be poor, and to be clean again; a host whose tools say yes and do nothing is found out.
import { describe, expect, it } from 'vitest';
import type { LinkQuality } from '../../framework/contracts/cluster.js';
import { LabSource } from '../../framework/deploy/lab/source.js';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';

const LINK = [['n1', 'n2']] as const;

interface HostBench extends Bench {
  run(node: string, script: string): Promise<string>;
  /** Rules and queues of n1. */
  inForce(): Promise<string>;
  /** What a program of n1 becomes: its input goes through this script of sed first. */
  replace(program: string, sed: string): Promise<void>;
  restore(program: string): Promise<void>;
  notes(): string[];
  degrade(quality: LinkQuality): ReturnType<RemoteCluster['faults']['degrade']>;
}

let runs = 0;

function inLab(body: (b: HostBench) => Promise<void>): Promise<void> {
  const source = new LabSource({ id: `lq${process.pid}-${runs++}`, options: {}, keep: false, watch: true });
  const settings = { workspace: '/var/lib/chaos', port: 7710, bound: 10_000, sudo: false, hostClock: false };
  const make = (context: Parameters<typeof onHosts>[0]) => onHosts(context, { source, ...settings });
  return bench({ needs: ['loss', 'rate', 'power'], nodes: ['n1', 'n2'], make }, async (b) => {
    const cluster = b.cluster as RemoteCluster;
    const run = async (node: string, script: string) => {
      const { code, stdout, stderr } = await cluster
        .host(node)
        .run(['sh', '-c', `PATH=$PATH:/usr/sbin:/sbin\n${script}`]);
      expect(code, stderr).toBe(0);
      return stdout;
    };
    await body({
      ...b,
      run,
      inForce: () => run('n1', 'iptables -S; tc qdisc show'),
      replace: async (program, sed) => {
        // Stands before the real one on the PATH, and hands on what is left.
        const text = `#!/bin/sh\\nif [ "$1" = -batch ] || [ ${program} != tc ]; then sed "${sed}" | /usr/sbin/${program} "$@"\\nelse exec /usr/sbin/${program} "$@"; fi\\n`;
        await run('n1', `printf '${text}' >/usr/local/sbin/${program} && chmod 755 /usr/local/sbin/${program}`);
      },
      restore: async (program) => void (await run('n1', `rm /usr/local/sbin/${program}`)),
      notes: () =>
        b.events.flatMap((event) => (event.kind === 'note' && event.clock === undefined ? [event.detail] : [])),
      degrade: (quality) => cluster.faults.degrade(LINK, quality),
    });
    expect(b.failures).toEqual([]);
  });
}

describe('a poor link', () => {
  it('is seen to be poor, soon, and clean afterwards', () =>
    inLab(async (b) => {
      const untouched = await b.inForce();
      for (const quality of [{ loss: 0.3 }, { loss: 0.05 }, { loss: 1 }, { rate: 1e6 }, { rate: 64e3, loss: 0.2 }]) {
        const begun = performance.now();
        const effect = await b.degrade(quality);
        const took = performance.now() - begun;
        expect(took, JSON.stringify(quality)).toBeLessThan(2000);
        console.log(`${JSON.stringify(quality)}: in force and seen after ${took.toFixed(0)} ms`);
        expect(await b.inForce()).not.toBe(untouched);
        await effect.heal();
        expect(await b.inForce()).toBe(untouched);
      }
      expect(b.notes()).toEqual([]);
    }));

  it('may be so in ways that overlap', () =>
    inLab(async (b) => {
      const untouched = await b.inForce();
      const [loss, rate] = [await b.degrade({ loss: 0.2 }), await b.degrade({ rate: 2e6 })];
      const more = await b.degrade({ loss: 0.5 });
      await loss.heal();
      const cut = await b.cluster.faults.cut([
        ['n1', 'n2'],
        ['n2', 'n1'],
      ]);
      // Behind a cut it cannot be seen to arrive, and is what it is all the same.
      const behind = await b.degrade({ rate: 1e6 });
      for (const effect of [more, rate, cut, behind]) await effect.heal();
      expect(await b.inForce()).toBe(untouched);
    }));

  it('is told in a note where that is too rare to be seen', () =>
    inLab(async (b) => {
      const effect = await b.degrade({ loss: 1e-7 });
      expect(await b.inForce()).toContain('statistic');
      await effect.heal();
      const notes = b.notes();
      expect(notes).toEqual(['its host loses 0.00001 % of what is sent to n2; none of 1200 probes was']);
    }));

  it('is no failure where nothing can be seen because the network itself carries nothing', () =>
    inLab(async (b) => {
      const { address } = (b.cluster as RemoteCluster).host('n2');
      // By a way where nobody answers.
      const way = `${address}/32 via ${address.replace(/\d+$/, '250')} dev eth0`;
      await b.run('n1', `ip route add ${way}`);
      const effect = await b.degrade({ rate: 1e6 });
      await b.run('n1', `ip route del ${way}`);
      await effect.heal();
      const notes = b.notes();
      expect(notes).toEqual(['whether the link to n2 is poor cannot be seen: nothing arrives there']);
    }));

  it.each<[string, string, string, LinkQuality, RegExp]>([
    [
      'rules that vanish',
      'iptables-restore',
      '/^-A CHAOS-OUT/d',
      { loss: 0.3 },
      /the rule that loses packets .*not there/,
    ],
    [
      'chains nobody jumps to',
      'iptables-restore',
      '/OUTPUT 1/d',
      { loss: 1 },
      /the rule that loses packets .*not there/,
    ],
    [
      'rules that never match',
      'iptables-restore',
      's/0[.]3[0-9]*/0.000000001/',
      { loss: 0.3 },
      /none of \d+ packets was lost/,
    ],
    ['classes that vanish', 'tc', '/c405:/d', { rate: 1e6 }, /the queue for what is sent to .* is not there/],
    ['another rate', 'tc', 's/1000000bit/9000000bit/', { rate: 1e6 }, /is 9000000 bit.s instead of 1000000/],
    ['classes that nothing enters', 'tc', '/^filter/d', { rate: 1e6 }, /nothing that is sent there goes through/],
  ])('is not taken for granted: %s', (_, program, sed, quality, why) =>
    inLab(async (b) => {
      const untouched = await b.inForce();
      await b.replace(program, sed);
      const refused = b.degrade(quality);
      await expect(refused).rejects.toMatchObject({ code: 'fault-not-observed', message: expect.stringMatching(why) });
      await expect(refused).rejects.toThrow(/^the poor link from ssh \S+ to ssh \S+ has no effect: /);
      await b.restore(program);
      expect(await b.inForce()).toBe(untouched);
      const effect = await b.degrade(quality);
      await effect.heal();
      expect(await b.inForce()).toBe(untouched);
    }),
  );

  it.each<[string, string, string, LinkQuality, RegExp]>([
    ['rules that stay', 'iptables-restore', '/^-[DFX]/d', { loss: 0.3 }, /still has a rule that loses packets to/],
    ['queues that stay', 'tc', '/^qdisc del/d', { rate: 1e6 }, /still has the queues of chaos on eth0/],
  ])('has not healed without a look: %s', (_, program, sed, quality, why) =>
    inLab(async (b) => {
      const untouched = await b.inForce();
      const effect = await b.degrade(quality);
      await b.replace(program, sed);
      await expect(effect.heal()).rejects.toMatchObject({ code: 'not-healed', message: expect.stringMatching(why) });
      await b.restore(program);
      expect(await b.inForce()).not.toBe(untouched);
    }),
  );
});

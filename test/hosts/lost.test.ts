// Hosts that die and connections that break in the middle of a run: told by name, and nothing is left on those that live.
import { describe, expect, it } from 'vitest';
import { ChaosError } from '../../framework/contracts/error.js';
import { LabSource } from '../../framework/deploy/lab/source.js';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';

let runs = 0;

function inLab(body: (b: Bench, source: LabSource, hosts: RemoteCluster) => Promise<void>): Promise<void> {
  const source = new LabSource({ id: `lost${process.pid}-${runs++}`, options: {}, keep: false, watch: true });
  const settings = { workspace: '/var/tmp/chaos', port: 7710, bound: 5000, sudo: false, hostClock: false };
  return bench({ needs: ['partition', 'kill'], make: (context) => onHosts(context, { source, ...settings }) }, (b) =>
    body(b, source, b.cluster as RemoteCluster),
  );
}

/** Ends every process there that serves a connection of ours, as a network that drops it would. */
const HANG_UP = `for f in /proc/[0-9]*; do
  c=$(tr '\\0' ' ' < $f/cmdline 2>/dev/null)
  case $c in *helper.mjs*attach*) kill -9 "\${f#/proc/}" ;; esac
done; true`;

describe('a cluster on hosts', () => {
  it('goes on when a control connection drops: what should be in force is, and heals', () =>
    inLab(async (b, _source, hosts) => {
      const rules = async () => (await hosts.host('n2').run(['iptables', '-S'])).stdout;
      const cut = await b.cluster.faults.cut([['n1', 'n2']]);
      await hosts.host('n2').run(['sh', '-c', HANG_UP]);
      // Until it is back, faults there cannot be had.
      await b.until(async () => {
        const effect = await b.cluster.faults.kill(['n2']).catch(() => null);
        await effect?.heal();
        return effect !== null;
      });
      expect(await rules()).toContain('CHAOS');
      await cut.heal();
      expect(await rules()).not.toContain('CHAOS');
      expect(await b.items('n2')).toEqual([]);
      expect(b.failures).toEqual([]);
    }));

  it('says which host has died, and heals the others', () =>
    inLab(async (b, source, hosts) => {
      const cut = await b.cluster.faults.cut([
        ['n1', 'n2'],
        ['n3', 'n2'],
      ]);
      // Nobody of ours has asked for that.
      await source.powerOff('n1');
      await b.until(() => b.failures.length > 0);
      const [error] = b.failures as [ChaosError];
      expect(error).toBeInstanceOf(ChaosError);
      expect(error.code).toBe('host-lost');
      expect(error.message).toContain('n1');
      expect(error.hint ?? '').not.toBe('');
      await cut.heal().catch(() => {});
      expect((await hosts.host('n2').run(['iptables', '-S'])).stdout).not.toContain('CHAOS');
      // The run is about to end: its end must not hang, and brings home what can be had.
      await b.cluster.stop().catch(() => {});
    }));
});

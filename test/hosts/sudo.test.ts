// Hosts where nobody logs in as root: what needs root goes through a real sudo, or is refused with the reason.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Capability } from '../../framework/contracts/capability.js';
import { bench } from '../../framework/deploy/local/testing/bench.js';
import type { RemoteCluster } from '../../framework/deploy/remote/cluster.js';
import { onHosts } from '../../framework/deploy/remote/on-hosts.js';
import { SSH_OPTIONS, type SshOptions } from '../../framework/deploy/ssh/options.js';
import { SshSource } from '../../framework/deploy/ssh/source.js';
import { resolveOptions } from '../../framework/plan/values.js';
import { PLAIN_USER, SshHosts } from './support/ssh-hosts.js';

const WORKSPACE = '/var/tmp/chaos-sudo';
const ALLOWED = `${PLAIN_USER} ALL=(ALL) NOPASSWD: ALL`;
/** With a password, which the user does not have. */
const ASKED = `${PLAIN_USER} ALL=(ALL) ALL`;

const made = new SshHosts(8);
const sources: SshSource[] = [];

beforeAll(() => made.make([{ sudoers: ALLOWED }, { sudoers: ALLOWED }, { sudoers: ASKED }, { sudoers: '# nobody' }]));
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
});
afterAll(async () => {
  await made.remove();
  expect(made.left()).toEqual([]);
});

function ssh(hosts: readonly string[]): SshSource {
  const given = { hosts, user: PLAIN_USER, key: made.key, 'host-keys': 'accept', folder: WORKSPACE };
  const source = new SshSource(resolveOptions(SSH_OPTIONS, given, 'deployment ssh') as unknown as SshOptions);
  sources.push(source);
  return source;
}

interface Cluster {
  cluster: RemoteCluster;
  lines: readonly string[];
  ask: (node: string, body: { type: string }, timeout?: number) => Promise<unknown>;
}

function onThese(hosts: readonly string[], needs: Capability[], sudo: boolean, body: (c: Cluster) => Promise<void>) {
  const lines: string[] = [];
  const settings = { workspace: WORKSPACE, port: 7710, bound: 10_000, sudo, hostClock: false };
  const nodes = hosts.map((_, index) => `n${index + 1}`);
  const make: Parameters<typeof bench>[0]['make'] = (context) =>
    onHosts({ ...context, say: (line) => lines.push(line) }, { source: ssh(hosts), ...settings });
  return bench({ needs, nodes, make }, async (b) => {
    await body({ cluster: b.cluster as RemoteCluster, lines, ask: b.ask });
    expect(b.failures).toEqual([]);
  });
}

const BOTH = ['10.68.0.1', '10.68.0.2'];
const rules = (number: number) => made.prints(number, 'iptables', '-S');

it('a user whom sudo lets cuts links, makes them poor and pauses nodes, and nothing is left', () =>
  onThese(BOTH, ['partition', 'loss', 'pause', 'kill'], true, async ({ cluster, lines, ask }) => {
    expect(lines.find((line) => line.startsWith('n1 '))).toMatch(new RegExp(`${PLAIN_USER} +sudo `));
    const { faults } = cluster;
    const user = async (pid: string) => (await cluster.host('n1').run(['ps', '-o', 'user=', '-p', pid])).stdout.trim();
    const { stdout } = await cluster.host('n1').run(['pgrep', '-f', `${WORKSPACE}/helper`]);
    expect(await user(stdout.trim().split('\n')[0]!)).toBe('root');

    const cut = await faults.cut([
      ['n1', 'n2'],
      ['n2', 'n1'],
    ]);
    expect(rules(1)).toMatch(/CHAOS-IN -s 10\.68\.0\.2/);
    await cut.heal();
    const poor = await faults.degrade([['n1', 'n2']], { loss: 0.5 });
    await poor.heal();
    expect(rules(1)).not.toContain('CHAOS');

    const pause = await faults.pause(['n2']);
    expect(await ask('n2', { type: 'read' }, 200)).toBeNull();
    await pause.heal();
    expect(await ask('n2', { type: 'read' })).not.toBeNull();
    await (await faults.kill(['n2'])).heal();
    expect(await ask('n2', { type: 'read' })).not.toBeNull();
  }));

it('what such a run leaves in the workspace, the next one of the same user can use', () =>
  onThese(BOTH, ['partition', 'pause'], true, async ({ cluster }) => {
    await (await cluster.faults.cut([['n1', 'n2']])).heal();
    expect(rules(2)).not.toContain('CHAOS');
  }));

it('a sudo that refuses is in nobody’s way where nothing needs root', () =>
  onThese(['10.68.0.3'], ['pause'], true, async ({ cluster, ask }) => {
    const pause = await cluster.faults.pause(['n1']);
    expect(await ask('n1', { type: 'read' }, 200)).toBeNull();
    await pause.heal();
  }));

it.each([
  ['asks for a password', '10.68.0.3', true, /a password is required/],
  ['knows no such user', '10.68.0.4', true, /a password is required|not in the sudoers/],
  ['is not to be used', '10.68.0.1', false, /the plan says "sudo: false"/],
])('where sudo %s, the host, the reason and the remedy are told before anything starts', async (_, host, sudo, why) => {
  const refused = onThese([BOTH[1]!, host], ['partition'], sudo, async () => {});
  await expect(refused).rejects.toMatchObject({ code: 'preflight' });
  const error = (await refused.catch((reason: unknown) => reason)) as Error;
  expect(error.message).toMatch(why);
  const line = error.message.split('\n').find((one) => one.includes(`ssh ${PLAIN_USER}@${host}:22`));
  expect(line).toMatch(/n2 .*partition needs root there, and /);
  expect(error.message).toMatch(/Log in as root/);
  if (sudo) {
    expect(error.message).toContain(`visudo: ${PLAIN_USER} ALL=(ALL) NOPASSWD: ALL`);
    expect(error.message).not.toContain(`@${BOTH[1]}:22`);
  }
});

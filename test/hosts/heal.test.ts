// What a run that died leaves on hosts is healed: by a new helper, by hand where there is none, and in spite of hosts that are down.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { helperProgram } from '../../framework/deploy/helper/bundle.js';
import { HelperClient } from '../../framework/deploy/helper/client.js';
import type { Host } from '../../framework/deploy/host/host.js';
import { healHosts } from '../../framework/deploy/remote/heal.js';
import { preflight, refusal } from '../../framework/deploy/remote/preflight.js';
import { healOverSsh } from '../../framework/deploy/ssh/heal.js';
import { SSH_OPTIONS, type SshOptions } from '../../framework/deploy/ssh/options.js';
import { SshSource } from '../../framework/deploy/ssh/source.js';
import { resolveOptions } from '../../framework/plan/values.js';
import { SshHosts } from './support/ssh-hosts.js';

const WORKSPACE = '/var/tmp/chaos-test';
const made = new SshHosts(5);
let source: SshSource;
let host: Host;

beforeAll(() => made.make([{}, {}]));
beforeEach(async () => {
  source = new SshSource(optionsOf(['10.65.0.1']));
  host = [...(await source.open(['n1'])).values()][0]!;
});
afterEach(async () => {
  await host.run(['rm', '-rf', WORKSPACE]);
  await source.close();
});
afterAll(async () => {
  await made.remove();
  expect(made.left()).toEqual([]);
});

function optionsOf(hosts: readonly string[]): SshOptions {
  const given = { hosts, user: 'root', key: made.key, 'host-keys': 'accept', folder: WORKSPACE };
  return resolveOptions(SSH_OPTIONS, given, 'deployment ssh') as unknown as SshOptions;
}

/** A node that runs there, frozen, and a cut of everything from h5-2; then nobody who would take that back. */
async function abandoned(): Promise<{ run: string; helper: number }> {
  const run = `test-${randomBytes(3).toString('hex')}`;
  await host.upload(Buffer.from(await helperProgram()), `${WORKSPACE}/helper.mjs`);
  const command = ['node', `${WORKSPACE}/helper.mjs`, 'attach', `${WORKSPACE}/helper`] as const;
  const quiet = { onEvent: () => {}, onLost: () => {} };
  const client = await HelperClient.attach(host, command, { run, bound: 60_000, keep: false, ...quiet });
  const log = `${WORKSPACE}/node.log`;
  await client.request('start', { node: 'n1', command: ['sleep', '1000.65'], env: {}, log });
  await client.request('freeze', { node: 'n1', frozen: true });
  await client.request('network', { links: [{ peer: '10.65.0.2', cut: true, quality: { rate: 1_000_000 } }] });
  const helper = client.hello.pid;
  await host.run(['kill', '-KILL', String(helper)]);
  await client.close().catch(() => {});
  expect(inForce()).toBe(true);
  expect(await states()).toEqual(['T']);
  return { run, helper };
}

function inForce(): boolean {
  const rules = made.prints(1, 'iptables', '-S') + made.prints(1, 'nft', 'list', 'tables');
  const shaping = made.prints(1, 'tc', 'qdisc', 'show');
  return /CHAOS|chaosplan/.test(rules) || /c405/.test(shaping);
}

/** Of the node's processes. */
async function states(): Promise<string[]> {
  const { stdout } = await host.run(['sh', '-c', 'ps -C sleep -o state=,args= | grep "1000[.]65" || true']);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.trim()[0]!]));
}

const heal = async (hosts: Iterable<Host> = [host]) =>
  (await healHosts(hosts, { workspace: WORKSPACE, sudo: true }))[0]!;

describe('healing hosts', () => {
  it('where there is nothing says so, and leaves nothing', async () => {
    await expect(healOverSsh(optionsOf(['10.65.0.1', '10.65.0.2']), ['n1', 'n2'])).resolves.toEqual([
      'n1 (ssh root@10.65.0.1:22): nothing to heal',
      'n2 (ssh root@10.65.0.2:22): nothing to heal',
    ]);
    expect((await host.run(['ls', '-A', '/var/tmp'])).stdout).toBe('');
  });

  it('a new helper takes back what a dead one had in force, and ends its nodes', async () => {
    const { run } = await abandoned();
    const { done, problems } = await heal();
    expect(problems).toEqual([]);
    expect(done).toEqual([expect.stringMatching(new RegExp(`^run ${run} is ended \\(.*network.*\\)$`))]);
    expect(inForce()).toBe(false);
    expect(await states()).toEqual([]);
    expect(await heal()).toMatchObject({ done: [], problems: [] });
  });

  it('without a helper and without what it remembered the rules go all the same, and what is frozen wakes', async () => {
    await abandoned();
    await host.run(['rm', '-rf', `${WORKSPACE}/helper`]);
    made.prints(1, 'iptables', '-A', 'INPUT', '-s', '10.65.0.77', '-j', 'DROP');
    const { done, problems } = await heal();
    expect(problems).toEqual([]);
    expect(done.join('; ')).toMatch(
      /removed chain CHAOS-IN of iptables.*removed shaping of eth0.*woke 1 process of nodes.*1 process/,
    );
    expect(inForce()).toBe(false);
    expect(await states()).toEqual(['S']);
    // What is not ours stays.
    expect(made.prints(1, 'iptables', '-S')).toContain('-A INPUT -s 10.65.0.77/32 -j DROP');
    made.prints(1, 'iptables', '-F', 'INPUT');
    await host.run(['pkill', '-f', '1000[.]65']);
  });

  it('a host that is down hides nothing about the others', async () => {
    await abandoned();
    const hosts = ['10.65.0.1', '10.65.0.98'];
    const error = await healOverSsh(optionsOf(hosts), ['n1', 'n2']).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'heal' });
    expect(String(error)).toMatch(
      /1 of 2 hosts .*\n +n1 .* is ended.*\n +n2 \(ssh root@10\.65\.0\.98:22\): not healed: it cannot be reached/,
    );
    expect(inForce()).toBe(false);
  });

  it('a host on which a run goes on is refused to another one, until it is healed', async () => {
    await host.upload(Buffer.from(await helperProgram()), `${WORKSPACE}/helper.mjs`);
    const command = ['node', `${WORKSPACE}/helper.mjs`, 'attach', `${WORKSPACE}/helper`] as const;
    const quiet = { onEvent: () => {}, onLost: () => {} };
    const client = await HelperClient.attach(host, command, { run: 'first', bound: 60_000, keep: false, ...quiet });
    const look = async () =>
      refusal(await preflight([host], { workspace: WORKSPACE, ports: [], needs: [], nodes: 'own', sudo: true }))
        ?.message;
    expect(await look()).toMatch(/another run \(first\) uses it[\s\S]*chaos heal/);
    await heal();
    expect(await look()).toBeUndefined();
    await client.close().catch(() => {});
  });
});

// Hosts over SSH for real: an sshd each, in a network of its own; what a person is told when one of them is not ready.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChaosError } from '../../framework/contracts/error.js';
import type { Host } from '../../framework/deploy/host/host.js';
import { type HostReport, nodeOf, preflight, refusal } from '../../framework/deploy/remote/preflight.js';
import type { Wants } from '../../framework/deploy/remote/preflight-checks.js';
import { preflightTable } from '../../framework/deploy/remote/preflight-table.js';
import { SSH_OPTIONS, type SshOptions } from '../../framework/deploy/ssh/options.js';
import { SshSource, workspaceOf } from '../../framework/deploy/ssh/source.js';
import { resolveOptions } from '../../framework/plan/values.js';
import { PASSPHRASE, PLAIN_USER, SshHosts } from './support/ssh-hosts.js';

/** h7-1 is fine; h7-2 lacks tools, and its clock is two hours ahead; h7-3 has no room. */
const MAKINGS = [
  {},
  {
    only: ['ip', 'tc'],
    programs: { date: '#!/bin/sh\nexec /usr/bin/date -d "2 hours" "$@"\n' },
  },
  { room: '1m' },
];
const NODES = ['n1', 'n2', 'n3'];
const HOSTS = ['10.67.0.1', '10.67.0.2', '10.67.0.3'];

const made = new SshHosts(7);
const sources: SshSource[] = [];

beforeAll(() => made.make(MAKINGS));
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  rmSync(made.knownHosts, { force: true });
});
afterAll(async () => {
  await made.remove();
  expect(made.left()).toEqual([]);
});

interface Asked extends Partial<Wants> {
  nodes?: 'own' | 'foreign';
}

function optionsOf(given: Record<string, unknown>): SshOptions {
  const common = { user: 'root', key: made.key, 'known-hosts': made.knownHosts, 'host-keys': 'accept' };
  return resolveOptions(SSH_OPTIONS, { ...common, ...given }, 'deployment ssh') as unknown as SshOptions;
}

async function open(given: Record<string, unknown>): Promise<ReadonlyMap<string, Host>> {
  const source = new SshSource(optionsOf(given));
  sources.push(source);
  const hosts = given['hosts'];
  return source.open(Array.isArray(hosts) ? NODES.slice(0, hosts.length) : NODES);
}

async function look(given: Record<string, unknown>, asked: Asked = {}): Promise<HostReport[]> {
  const wants: Wants = {
    workspace: workspaceOf(optionsOf(given)),
    ports: [7710],
    needs: ['partition'],
    nodes: 'own',
    sudo: true,
    ...asked,
  };
  return preflight((await open(given)).values(), wants);
}

const cells = ({ checks }: HostReport) => Object.fromEntries(checks.map(({ name, cell }) => [name, cell]));

function refused(reports: readonly HostReport[]): string {
  const error = refusal(reports) as ChaosError;
  expect(error).toMatchObject({ code: 'preflight' });
  return error.message;
}

describe('a host that is ready', () => {
  it('is told in a table, and nothing is left there', async () => {
    const reports = await look(
      { hosts: ['10.67.0.1'] },
      { needs: ['partition', 'loss', 'rate', 'kill', 'clock', 'reports'] },
    );
    expect(refusal(reports)).toBeNull();
    const [head, , row] = preflightTable(reports);
    expect(head).toMatch(
      /host +address +user +root +system +room +node +port +in use +time +partition +loss +rate +kill +clock/,
    );
    expect(row).toMatch(
      /^n1 +10\.67\.0\.1 +root +yes .*4\d\d MB free +v20\.\S+ +7710 free +no +[-+]\d+ ms ±\d+ ms( +ok){5}$/,
    );
    expect(nodeOf(reports[0]!)?.[0]).toMatch(/\/node$/);
    const { stdout } = await [...(await open({ hosts: ['10.67.0.1'] })).values()][0]!.run(['ls', '-A', '/var/tmp']);
    expect(stdout).toBe('');
    expect(made.prints(1, 'iptables', '-S')).not.toMatch(/CHAOS/);
  });

  it('may be reached through another one, and be listed in a file', async () => {
    const file = join(made.folder, 'hosts.yaml');
    writeFileSync(file, `- { host: 10.67.0.2, key: key, jump: root@10.67.0.1 }\n- { host: 10.67.0.3, key: key }\n`);
    const source = new SshSource(optionsOf({ 'hosts-file': file, key: '/nowhere' }));
    sources.push(source);
    const [behind] = [...(await source.open(['n1', 'n2'])).values()];
    const { stdout } = await behind!.run(['sh', '-c', 'hostname; echo "$SSH_CONNECTION"']);
    expect(stdout).toMatch(/^h7-2\n10\.67\.0\.1 /);
  });

  it('may want a passphrase, which is in a variable and in no message', async () => {
    process.env['CHAOS_TEST_PHRASE'] = PASSPHRASE;
    const locked = { hosts: ['10.67.0.1'], key: made.lockedKey };
    expect(refusal(await look({ ...locked, 'passphrase-env': 'CHAOS_TEST_PHRASE' }))).toBeNull();
    process.env['CHAOS_TEST_PHRASE'] = 'wrong words';
    const told = refused(await look({ ...locked, 'passphrase-env': 'CHAOS_TEST_PHRASE' }));
    delete process.env['CHAOS_TEST_PHRASE'];
    expect(told).toContain('does not open with the passphrase');
    expect(told).not.toContain('wrong words');
    expect(refused(await look(locked))).toContain('needs its passphrase');
  });

  it('is entered with a command line without secrets', async () => {
    await open({ hosts: ['10.67.0.1', { host: '10.67.0.2', port: 2222, jump: 'gate' }] });
    expect(sources[0]!.entrance('n1')).toBe('ssh root@10.67.0.1');
    expect(sources[0]!.entrance('n2')).toBe('ssh -p 2222 -J root@gate root@10.67.0.2');
  });
});

describe('hosts that are not', () => {
  it('are all named in one error, each with its remedy, and hide nothing about others', async () => {
    const reports = await look({ hosts: [...HOSTS.slice(0, 2), '10.67.0.99'] }, { needs: ['partition'] });
    expect(cells(reports[0]!)['partition']).toBe('ok');
    expect(reports[2]!.checks).toHaveLength(1);
    const told = refused(reports);
    expect(told).toMatch(/2 of 3 hosts are not ready/);
    expect(told).toMatch(/n2 \(ssh root@10\.67\.0\.2:22\): partition cannot be had there; missing: iptables/);
    expect(told).toContain('apt-get install iptables');
    expect(told).toMatch(/n3 \(ssh root@10\.67\.0\.99:22\): it cannot be reached/);
    expect(preflightTable(reports)[4]).toMatch(/^n3 +10\.67\.0\.99 .*not reached/);
  });

  it('nobody listens there', async () => {
    expect(refused(await look({ hosts: ['10.67.0.1:2022'] }))).toMatch(
      /n1 .*10\.67\.0\.1:2022\): it cannot be reached/,
    );
  });

  it('a key that the host does not want', async () => {
    const told = refused(await look({ hosts: ['10.67.0.1'], key: made.otherKey }));
    expect(told).toContain('n1 (ssh root@10.67.0.1:22)');
    expect(told).not.toContain(made.otherKey);
  });

  it('a key that is not there', async () => {
    const told = refused(await look({ hosts: ['10.67.0.1'], key: '/nowhere/secret-key' }));
    expect(told).toContain('ENOENT');
    expect(told).not.toContain('secret-key');
  });

  it('a host key that is not known, is known, was accepted, has changed', async () => {
    const known = { hosts: ['10.67.0.1'], 'host-keys': 'known' };
    expect(refused(await look(known))).toMatch(/not known[\s\S]*accept-new/);
    writeFileSync(made.knownHosts, made.knownLine(1));
    expect(refusal(await look(known))).toBeNull();
    const second = { hosts: ['10.67.0.2'], 'host-keys': 'accept-new' };
    expect(refusal(await look(second, { needs: [] }))).toBeNull();
    expect(refusal(await look({ ...second, 'host-keys': 'known' }, { needs: [] }))).toBeNull();
    writeFileSync(made.knownHosts, made.knownLine(2).replace('10.67.0.2', '10.67.0.1'));
    appendFileSync(made.knownHosts, made.knownLine(2));
    expect(refused(await look({ ...known, 'host-keys': 'accept-new' }))).toMatch(
      /another key than before[\s\S]*ssh-keygen -R/,
    );
  });

  it('a user without sudo, where a fault needs root; without such faults that is fine', async () => {
    const plain = { hosts: ['10.67.0.1'], user: PLAIN_USER };
    const reports = await look(plain);
    expect(reports[0]!.checks.map(({ problem }) => problem?.what)).not.toContainEqual(
      expect.stringContaining('reached'),
    );
    expect(cells(reports[0]!)).toMatchObject({ user: PLAIN_USER, root: 'no sudo', partition: 'needs root' });
    expect(refused(reports)).toMatch(
      /partition needs root there, and there is no sudo\.\n +Log in as root, or install sudo/,
    );
    expect(refusal(await look(plain, { needs: ['kill', 'pause'] }))).toBeNull();
    expect(refused(await look(plain, { sudo: false }))).toContain('sudo: false');
  });

  it('a disk without room, and a folder that is no folder or of somebody else', async () => {
    expect(refused(await look({ hosts: ['10.67.0.3'] }, { needs: [] }))).toMatch(
      /n1 .*\/var\/tmp has only 1 MB left, and 200 MB are needed\.\n +Make room there/,
    );
    const [host] = (await open({ hosts: ['10.67.0.1'] })).values();
    await host!.run(['mkdir', '/var/tmp/of-root']);
    await host!.run(['chown', PLAIN_USER, '/var/tmp/of-root']);
    await host!.run(['ln', '-s', '/etc', '/var/tmp/link']);
    const folder = (path: string) => look({ hosts: ['10.67.0.1'], folder: path }, { needs: [] });
    expect(refused(await folder('/var/tmp/of-root'))).toContain('belongs to somebody else');
    expect(refused(await folder('/var/tmp/link'))).toContain('no folder');
    expect(refused(await folder('/proc/chaos'))).toContain('nothing can be written in /proc');
    await host!.run(['rm', '-r', '/var/tmp/of-root', '/var/tmp/link']);
  });

  it('a port that is taken', async () => {
    expect(refused(await look({ hosts: ['10.67.0.1'] }, { ports: [22] }))).toMatch(/port 22 is taken there/);
  });

  it('libfaketime is wanted by foreign programs only', async () => {
    const reports = await look({ hosts: ['10.67.0.1'] }, { needs: ['clock'], nodes: 'foreign', hostClock: true });
    expect(cells(reports[0]!)['clock']).toBe('ok');
  });

  it('a clock that differs is a warning, and says why it matters', async () => {
    const reports = await look({ hosts: HOSTS.slice(0, 2) }, { needs: [] });
    expect(refusal(reports)).toBeNull();
    const warnings = preflightTable(reports).filter((line) => line.startsWith('warning'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/n2 .* by \+2\.0 h .*NTP/);
  });

  it('an address that is not its own', async () => {
    const told = refused(await look({ hosts: [{ host: '10.67.0.1', address: '10.67.0.77' }] }, { needs: [] }));
    expect(told).toMatch(/10\.67\.0\.77 is no address of its own.* it has 10\.67\.0\.1\.\n.*"address"/);
  });

  it('two names for one host', async () => {
    await expect(open({ hosts: ['10.67.0.1', { host: '10.67.0.2', address: '10.67.0.1' }] })).rejects.toThrow(
      /have the same address, 10\.67\.0\.1/,
    );
    await expect(open({ hosts: ['10.67.0.1', 'localhost'] })).rejects.toThrow(/127\.0\.0\.1.* no other host/);
  });
});

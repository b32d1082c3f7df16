import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Abilities } from '../helper/network/abilities.js';
import { CommandHost } from '../host/command-host.js';
import type { Host } from '../host/host.js';
import { nodeOf, preflight, refusal } from './preflight.js';
import { bytes, type Check, checksOf, type Wants } from './preflight-checks.js';
import { clockDifference, type Facts, parseFacts } from './preflight-facts.js';
import { installText } from './preflight-packages.js';
import { preflightTable } from './preflight-table.js';

const WANTS: Wants = { workspace: '/var/tmp/chaos-me', ports: [7710], needs: [], nodes: 'own', sudo: true };

/** What a good host prints; `other` replaces lines by their keys, null leaves them out. */
function printed(other: Readonly<Record<string, string | null>> = {}): string {
  const lines = {
    system: 'Linux',
    kernel: '6.1.0',
    arch: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    user: 'me',
    uid: '1000',
    root: 'sudo',
    capabilities: '000001ffffffffff',
    uids: '0 0 4294967295',
    os: 'debian ',
    memory: '4000000',
    cores: '2',
    libc: 'glibc 2.36',
    at: '/var/tmp',
    free: '1000000',
    execute: 'yes',
    helper: '',
    node: '/usr/bin/node',
    'node-version': 'v20.19.0',
    'tool-iptables': '/usr/sbin/iptables',
    ...other,
  };
  const told = Object.entries(lines).flatMap(([key, value]) => (value === null ? [] : [`${key} ${value}`]));
  return ['Welcome!', 'chaos-preflight-begin', ...told, 'chaos-preflight-end', 'Bye'].join('\n');
}

const factsOf = (other?: Readonly<Record<string, string | null>>): Facts => parseFacts(printed(other))!;

const ABLE: Abilities = {
  iptables: true,
  ip6tables: true,
  nft: true,
  statistic: true,
  statistic6: true,
  numgen: true,
  tc: true,
  htb: true,
  u32: true,
  netem: true,
};

function check(
  name: string,
  other: Readonly<Record<string, string | null>>,
  wants: Partial<Wants> = {},
  abilities = ABLE,
): Check {
  const found = { facts: factsOf(other), abilities, clock: null };
  return checksOf(found, { ...WANTS, ...wants }).find((each) => each.name === name)!;
}

describe('facts', () => {
  it('are read from between what a login shell prints', () => {
    expect(factsOf()).toMatchObject({
      system: 'Linux',
      user: 'me',
      uid: 1000,
      os: ['debian'],
      memory: 4_096_000_000,
      root: { way: 'sudo', contained: false },
      workspace: { at: '/var/tmp', free: 1_024_000_000, mode: null, owner: null, readOnly: null, executes: true },
      node: { path: '/usr/bin/node', version: 'v20.19.0' },
      helper: null,
      busy: [],
    });
  });

  it('are none when the script did not end, and survive what a hostile host prints', () => {
    expect(parseFacts('')).toBeNull();
    expect(parseFacts(printed().replace('chaos-preflight-end', ''))).toBeNull();
    const odd = parseFacts(
      'chaos-preflight-begin\n\n__proto__ x\nuid -3\nfree x\ncapabilities zz\nroot\nchaos-preflight-end',
    )!;
    expect(odd).toMatchObject({ uid: -1, workspace: { free: null }, root: { way: 'refused', capabilities: null } });
    expect(() => checksOf({ facts: odd, abilities: null, clock: null }, WANTS)).not.toThrow();
  });

  it('the difference of clocks comes with what is not known about it', () => {
    expect(clockDifference('1700000000250000000\n', 1_700_000_000_000, 1_700_000_000_100)).toEqual({
      offset: 200,
      uncertainty: 50,
    });
    expect(clockDifference('1700000000%N', 1_700_000_000_400, 1_700_000_000_600)).toEqual({
      offset: 5,
      uncertainty: 605,
    });
    expect(clockDifference('date: not found', 0, 1)).toBeNull();
  });
});

describe('checks', () => {
  it('find nothing wrong with a good host', () => {
    const found = { facts: factsOf(), abilities: ABLE, clock: { offset: -3, uncertainty: 1 } };
    const checks = checksOf(found, { ...WANTS, needs: ['partition', 'clock', 'kill', 'reports'] });
    expect(checks.filter(({ problem, warning }) => problem ?? warning)).toEqual([]);
    expect(checks.map(({ name, cell }) => `${name}: ${cell}`).slice(3)).toEqual([
      'room: 1 GB free',
      'node: v20.19.0',
      'port: 7710 free',
      'in use: no',
      'time: -3 ms ±1 ms',
      'partition: ok',
      'clock: ok',
      'kill: ok',
    ]);
  });

  it.each<[string, Record<string, string | null>, Partial<Wants>, string, RegExp]>([
    [
      'root',
      { root: 'refused sudo: a password is required' },
      { needs: ['loss'] },
      'sudo refuses',
      /loss needs root there.*password is required/,
    ],
    ['root', { root: 'off' }, { needs: ['loss', 'partition'] }, 'no', /partition and loss need root/],
    ['root', { root: 'no-sudo' }, { root: true }, 'no sudo', /there is no sudo/],
    ['system', { system: 'FreeBSD' }, {}, 'FreeBSD', /it runs FreeBSD/],
    ['room', { free: '1000' }, {}, '1 MB free', /only 1 MB left/],
    ['room', { write: 'sh: 1: cannot create x: Read-only file system' }, {}, 'read-only', /Read-only file system/],
    ['room', { owner: 'lrwxrwxrwx 1000' }, {}, 'no folder', /no folder/],
    ['room', { owner: 'drwxr-xr-x 1001' }, {}, 'of another', /somebody else \(user 1001\)/],
    ['node', { node: null, arch: 'mips64' }, {}, 'none', /mips64/],
    ['node', { 'node-version': 'v16.3.0', execute: 'no' }, {}, 'v16.3.0', /noexec/],
    ['port', { busy: '7710' }, {}, '7710 taken', /port 7710 is taken/],
    ['in use', { helper: '77 run-1' }, {}, 'yes', /another run \(run-1\)/],
    ['clock', {}, { needs: ['clock'], nodes: 'foreign' }, 'no libfaketime', /libfaketime/],
    [
      'clock',
      { uids: '0 100000 65536' },
      { needs: ['clock'], nodes: 'foreign', hostClock: true },
      'no SYS_TIME',
      /SYS_TIME/,
    ],
  ])('%s: %o', (name, other, wants, cell, what) => {
    const found = check(name, other, wants);
    expect(found.cell).toBe(cell);
    expect(found.problem?.what).toMatch(what);
    expect(found.problem?.remedy).not.toBe('');
  });

  it('a fault is refused with the tool that is missing, and how it is installed', () => {
    const none: Abilities = {
      ...ABLE,
      nft: 'nft: not found',
      iptables: 'iptables: not found',
      tc: 'tc: not found',
      netem: 'Error: unknown',
    };
    const partition = check('partition', { os: 'rhel fedora' }, { needs: ['partition'] }, none);
    expect(partition).toMatchObject({
      cell: 'no iptables',
      problem: { remedy: expect.stringContaining('dnf install iptables-nft') },
    });
    expect(check('packet', {}, { needs: ['packet'] }, { ...ABLE, netem: 'unknown' }).cell).toBe('no netem');
    const contained = check('partition', { capabilities: '00000000a80425fb' }, { needs: ['partition'] }, none);
    expect(contained).toMatchObject({
      cell: 'no NET_ADMIN',
      problem: { remedy: expect.stringContaining('--cap-add') },
    });
    expect(check('partition', { root: 'off' }, { needs: ['partition'] })).toEqual({
      name: 'partition',
      cell: 'needs root',
    });
  });

  it('Node is uploaded where there is none, or an old one', () => {
    expect(check('node', { node: null })).toEqual({ name: 'node', cell: 'none, uploaded' });
    expect(check('node', { 'node-version': 'v12.22.0' }).cell).toBe('v12.22.0, uploaded');
  });

  it('sizes and packages read well', () => {
    expect([0, 999, 1e6, 1.55e9, 2e10, 3e15].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1 MB',
      '1.6 GB',
      '20 GB',
      '3000 TB',
    ]);
    expect(installText('tc', ['unheard-of'])).toBe('apt-get install iproute2 or dnf install iproute-tc');
    expect(installText('netem', ['debian'])).toBeNull();
  });
});

describe('this machine', () => {
  let folder: string;
  let host: Host;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chaos-preflight-'));
    host = new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'this machine', prefix: [] });
  });
  afterEach(async () => {
    await host.close();
    rmSync(folder, { recursive: true });
  });

  const look = async (wants: Partial<Wants>) => (await preflight([host], { ...WANTS, ports: [], ...wants }))[0]!;

  it('is looked at without a trace', async () => {
    const report = await look({ workspace: join(folder, 'a b/$(touch x)/c') });
    expect(report.facts).toMatchObject({
      user: userInfo().username,
      workspace: { at: folder, readOnly: null, executes: true },
    });
    expect(nodeOf(report)?.[0]).toMatch(/node$/);
    expect(readdirSync(folder)).toEqual([]);
    expect(preflightTable([report])[2]).toMatch(/^n1 +127\.0\.0\.1 +\S+/);
  });

  it('hosts with the same problem stand together', async () => {
    const gone = ['n2', 'n3'].map(
      (name) => new CommandHost({ name, address: '10.0.0.9', title: 'no machine', prefix: ['chaos-no-such-program'] }),
    );
    const error = refusal(await preflight([host, ...gone], { ...WANTS, ports: [], workspace: folder }))!;
    expect(error.message).toMatch(
      /^2 of 3 hosts are not ready for this plan:\n {2}n2 \(no machine\), n3 \(no machine\): .*\n.*$/,
    );
  });

  it('a port on which somebody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { facts } = await look({ workspace: folder, ports: [port, 1] });
    server.close();
    expect(facts?.busy).toEqual([port]);
  });

  it('a workspace that is a link, or a file', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    writeFileSync(join(folder, 'file'), '');
    for (const [path, word] of [
      ['real', undefined],
      ['link', /no folder/],
      ['file', /no folder/],
      ['file/x', /not a folder/],
    ] as const) {
      const report = await look({ workspace: join(folder, path) });
      const problem = report.checks.find(({ name }) => name === 'room')?.problem?.what;
      if (word === undefined) expect(problem).toBeUndefined();
      else expect(problem).toMatch(word);
    }
  });

  it('a host that is not there is told in the words of its error, beside the others', async () => {
    const gone = new CommandHost({
      name: 'n2',
      address: '10.0.0.9',
      title: 'no machine',
      prefix: ['chaos-no-such-program'],
    });
    const reports = await preflight([host, gone], { ...WANTS, ports: [], workspace: folder });
    const error = refusal(reports)!;
    expect(error.message).toMatch(
      /^1 of 2 hosts is not ready for this plan:\n {2}n2 \(no machine\): it cannot be reached: .*\.\n {4}Install/,
    );
    expect(preflightTable(reports)[3]).toMatch(/^n2 +10\.0\.0\.9 .*not reached/);
  });
});

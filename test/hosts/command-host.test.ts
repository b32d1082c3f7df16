// Hosts behind a command: a network namespace through nsenter, and containers through podman, one of them without a shell.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandHost } from '../../framework/deploy/host/command-host.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'h1-command-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a namespace', () => {
  let inside: ChildProcess;
  let host: CommandHost;

  beforeAll(async () => {
    inside = spawn('unshare', ['--net', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc', 'sleep', '600']);
    await sleep(300);
    const pid = execFileSync('pgrep', ['-P', String(inside.pid)])
      .toString()
      .trim();
    host = new CommandHost({
      name: 'n1',
      address: '10.61.0.1',
      title: 'namespace',
      prefix: ['nsenter', '-t', pid, '-a', '--'],
    });
  });

  afterAll(() => {
    inside.kill('SIGKILL');
  });

  it('runs commands inside', async () => {
    const output = await host.run(['sh', '-c', 'hostname h1-inside; hostname; echo "$A"; id -u'], {
      env: { A: 'b c' },
      root: true,
    });
    expect(output.stdout).toBe('h1-inside\nb c\n0\n');
    expect((await host.run(['no-such-program'])).code).toBe(127);
    expect((await host.run(['ls', '/sys/class/net'])).code).toBe(0);
  });

  it('ends what takes too long', async () => {
    const running = host.run(['sh', '-c', 'setsid sleep 71 & sleep 71'], { timeout: 700 });
    await expect(running).rejects.toMatchObject({ code: 'host-timeout' });
    expect((await host.run(['pgrep', '-x', '-f', 'sleep 71'])).stdout).toBe('');
  });

  it('says when what it stands in is not there', async () => {
    const none = new CommandHost({
      name: 'n2',
      address: '',
      title: 'namespace',
      prefix: ['nsenter', '-t', '4194304', '-n', '--'],
    });
    await expect(none.run(['true'])).rejects.toMatchObject({
      code: 'host-unreachable',
      message: expect.stringContaining('n2'),
    });
  });
});

describe('a container', () => {
  const NAME = `h1-${process.pid}`;
  const prefix = (name: string) => ['podman', 'exec', '-i', name];

  beforeAll(() => {
    const config = join(folder, 'containers.conf');
    const limits = 'default_ulimits=["nofile=1024:1024","nproc=4096:4096"]';
    const engine = 'runtime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"';
    writeFileSync(config, `[containers]\n${limits}\n[engine]\n${engine}\n`);
    process.env['CONTAINERS_CONF'] = config;
    container(`${NAME}-full`, [
      'sh',
      'sleep',
      'cat',
      'env',
      'id',
      'ps',
      'grep',
      'tar',
      'mkdir',
      'mv',
      'rm',
      'wc',
      'chmod',
      'stat',
      'setsid',
      'kill',
      'true',
      'date',
      'printf',
    ]);
    container(`${NAME}-bare`, ['sleep', 'true', 'echo']);
  }, 60_000);

  afterAll(() => {
    for (const kind of ['full', 'bare']) {
      execFileSync('podman', ['rm', '-f', '-t', '0', `${NAME}-${kind}`], { stdio: 'ignore' });
      execFileSync('podman', ['rmi', '-f', `localhost/${NAME}-${kind}`], { stdio: 'ignore' });
    }
    expect(execFileSync('podman', ['ps', '-a', '--format', '{{.Names}}']).toString()).not.toContain(NAME);
    delete process.env['CONTAINERS_CONF'];
  }, 60_000);

  /** One with busybox and nothing else, under these names; it sleeps. */
  function container(name: string, programs: readonly string[]): void {
    const root = join(folder, name);
    for (const path of ['bin', 'tmp', 'proc', 'etc']) mkdirSync(join(root, path), { recursive: true });
    copyFileSync('/bin/busybox', join(root, 'bin', 'sleep'));
    for (const program of programs.filter((other) => other !== 'sleep'))
      symlinkSync('sleep', join(root, 'bin', program));
    const archive = join(folder, `${name}.tar`);
    execFileSync('tar', ['-c', '-f', archive, '-C', root, '.']);
    execFileSync('podman', ['import', archive, `localhost/${name}`], { stdio: 'ignore' });
    const options = ['--name', name, '--network', 'none', '--stop-timeout', '0'];
    execFileSync('podman', ['run', '-d', ...options, `localhost/${name}`, '/bin/sleep', '600'], { stdio: 'ignore' });
  }

  it('runs commands of busybox, moves files and keeps daemons', async () => {
    const host = new CommandHost({
      name: 'n1',
      address: '',
      title: 'container',
      prefix: prefix(`${NAME}-full`),
      root: true,
    });
    const odd = "it's\\0101 %s\n";
    const output = await host.run(['sh', '-c', 'printf "%s|%s|" "$1" "$ODD"; pwd; cat', 'sh', odd], {
      env: { ODD: odd },
      cwd: '/tmp',
      input: 'in',
    });
    expect(output).toMatchObject({ code: 0, stdout: `${odd}|${odd}|/tmp\nin` });
    expect((await host.run(['no-such-program'])).code).toBe(127);
    expect((await host.run(['true'], { cwd: '/none' })).code).toBe(125);

    const source = join(folder, 'source');
    mkdirSync(join(source, 'a'), { recursive: true });
    writeFileSync(join(source, 'a', 'file'), 'x'.repeat(1_000_000), { mode: 0o755 });
    await host.upload(source, '/tmp/tree');
    await host.upload(join(source, 'a', 'file'), '/tmp/one/file');
    await host.download('/tmp/tree', join(folder, 'back'));
    await host.download('/tmp/one/file', join(folder, 'one'));
    expect(readFileSync(join(folder, 'back', 'a', 'file'), 'utf8')).toHaveLength(1_000_000);
    expect(readFileSync(join(folder, 'one'), 'utf8')).toHaveLength(1_000_000);
    await expect(host.download('/none', join(folder, 'none'))).rejects.toMatchObject({ code: 'host-file' });

    const daemon = await host.spawn(['sh', '-c', 'echo up; sleep 600'], { log: '/tmp/log/daemon' });
    expect(await daemon.status()).toBeNull();
    await daemon.signal('SIGKILL');
    for (let turn = 0; turn < 50 && (await daemon.status()) === null; turn++) await sleep(50);
    expect(await daemon.status()).toBe(137);
    expect((await host.run(['cat', '/tmp/log/daemon'])).stdout).toBe('up\n');
  });

  it('ends what takes too long, inside too', async () => {
    const host = new CommandHost({ name: 'n1', address: '', title: 'container', prefix: prefix(`${NAME}-full`) });
    const running = host.run(['sh', '-c', 'setsid sleep 72 & sleep 72'], { timeout: 1_000 });
    await expect(running).rejects.toMatchObject({ code: 'host-timeout' });
    expect((await host.run(['sh', '-c', 'ps | grep "[s]leep 72"'])).stdout).toBe('');
  });

  it('without a shell runs programs, and says what it cannot do', async () => {
    const host = new CommandHost({
      name: 'n1',
      address: '',
      title: 'container',
      prefix: prefix(`${NAME}-bare`),
      root: true,
    });
    expect((await host.run(['echo', 'a b'])).stdout).toBe('a b\n');
    expect((await host.run(['no-such-program'])).code).toBe(127);
    const refused = { code: 'host-no-shell', message: expect.stringContaining('n1') };
    const fresh = new CommandHost({ name: 'n1', address: '', title: 'container', prefix: prefix(`${NAME}-bare`) });
    await expect(fresh.upload(Buffer.from('x'), '/tmp/x')).rejects.toMatchObject(refused);
    await expect(host.run(['true'], { env: { A: 'b' } })).rejects.toMatchObject(refused);
    await expect(host.upload(Buffer.from('x'), '/tmp/x')).rejects.toMatchObject(refused);
  });

  it('that is not there, or has ended, cannot be reached', async () => {
    const none = new CommandHost({ name: 'n9', address: '', title: 'container', prefix: prefix('h1-none') });
    const refused = { code: 'host-unreachable', message: expect.stringContaining('n9') };
    await expect(none.run(['true'])).rejects.toMatchObject(refused);
    const ended = new CommandHost({ name: 'n9', address: '', title: 'container', prefix: prefix(`${NAME}-bare`) });
    execFileSync('podman', ['kill', `${NAME}-bare`], { stdio: 'ignore' });
    await expect(ended.run(['true'])).rejects.toMatchObject(refused);
    await expect(ended.upload(Buffer.from('x'), '/tmp/x')).rejects.toMatchObject(refused);
  });
});

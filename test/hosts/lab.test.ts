// Labs for real: hosts with their own network, processes, disks and sshd, in no time, and nothing of them afterwards.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../framework/deploy/host/host.js';
import { linkOf } from '../../framework/deploy/lab/addresses.js';
import { Lab } from '../../framework/deploy/lab/lab.js';
import { cleanLabs } from '../../framework/deploy/lab/remove.js';
import { LabSource } from '../../framework/deploy/lab/source.js';
import { type LabRecord, labFolders, listRecords } from '../../framework/deploy/lab/state.js';
import { chaos, MAIN, ROOT, start } from '../support/chaos.js';

const execute = promisify(execFile);
const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** Others may have labs on this machine, too: ours are known by their names. */
const OURS = `test-${process.pid}`;
const ids: string[] = [];
function called(name: string): string {
  const id = `${OURS}-${name}`;
  ids.push(id);
  return id;
}

function recordOf(id: string): LabRecord {
  return listRecords(labFolders().state).find((record) => record.id === id)!;
}

/** What our labs would leave, wherever they could. */
async function traces(): Promise<string[]> {
  const network = readFileSync('/proc/net/dev', 'utf8');
  const links = ids.map(linkOf).filter((link) => network.includes(`${link}:`));
  const own = ids.flatMap((id) => [`/run/chaos-lab/${id}`, `/var/lib/chaos-lab/${id}`]);
  const folders = [...own, '/tmp/chaos-lab-65534', '/var/tmp/chaos-lab-65534'];
  const claims = listFolder('/run/chaos-lab').filter((path) => targetOf(path)?.startsWith(OURS));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').match(new RegExp(`\\S*${OURS}\\S*`, 'g')) ?? [];
  const processes = readdirSync('/proc').flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      return line.includes(OURS) || line.includes('chaos-lab-65534') ? [`${pid} ${line.slice(0, 200)}`] : [];
    } catch {
      return [];
    }
  });
  return [...links, ...folders.filter((path) => existsSync(path)), ...claims, ...mounts, ...processes];
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

async function nothingLeft(): Promise<void> {
  for (let turn = 0; turn < 300 && (await traces()).length > 0; turn++)
    await new Promise((done) => setTimeout(done, 10));
  expect(await traces()).toEqual([]);
}

/** A source of hosts that is closed after each test, also after one that failed. */
const sources: LabSource[] = [];
function source(name: string, options: { disk?: number } = {}): LabSource {
  const made = new LabSource({ id: called(name), options, keep: false, watch: true });
  sources.push(made);
  return made;
}

const quiet = () => {};

async function output(host: Host, ...command: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await host.run(command);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout.trim();
}

afterEach(async () => {
  await Promise.all(sources.splice(0).map((each) => each.close()));
});
beforeAll(nothingLeft);
afterAll(nothingLeft);

describe('a lab', () => {
  it('of five hosts is up within 5 s and down within 2 s, again and again', async () => {
    const times: { up: number; down: number }[] = [];
    for (let round = 0; round < 5; round++) {
      const made = new Lab(called('speed'), NAMES);
      const began = performance.now();
      await made.up();
      const up = performance.now() - began;
      await made.down();
      times.push({ up, down: performance.now() - began - up });
      expect(await traces()).toEqual([]);
    }
    console.log(times.map(({ up, down }) => `up ${up.toFixed(0)} ms, down ${down.toFixed(0)} ms`).join('\n'));
    for (const { up, down } of times) {
      expect(up).toBeLessThan(5000);
      expect(down).toBeLessThan(2000);
    }
  });

  it('has hosts that nothing joins but their network', async () => {
    const hosts = await source('own').open(NAMES, quiet);
    const all = [...hosts.values()];
    expect(await Promise.all(all.map((host) => output(host, 'hostname')))).toEqual(NAMES);
    const [n1, n2] = [hosts.get('n1')!, hosts.get('n2')!];
    expect(n1.title).toBe(`ssh root@${n1.address}:22`);

    // Processes: the same program on all hosts, killed by its name on one.
    for (const host of all) await host.spawn(['sleep', '54321'], { log: '/var/log/sleep.log' });
    await output(n1, 'pkill', '-f', 'sleep 54321');
    const alive = async (host: Host) => (await host.run(['pgrep', '-f', 'sleep 54321'])).code === 0;
    for (let turn = 0; turn < 100 && (await alive(n1)); turn++) await new Promise((done) => setTimeout(done, 20));
    expect([await alive(n1), await alive(n2)]).toEqual([false, true]);

    // Disks.
    for (const path of ['/etc/only-n1', '/var/lib/chaos/only-n1', '/usr/only-n1', '/dev/shm/only-n1', '/tmp/only-n1']) {
      await n1.upload(Buffer.from('x'), path);
      expect((await n2.run(['test', '-e', path])).code).toBe(1);
      expect(existsSync(path)).toBe(false);
    }
    expect(await output(n1, 'ls', '-A', '/var/lib/chaos-lab')).toBe('');

    // Networks: by names, and rules of one are not rules of another.
    const greet = 'for name; do exec 3<>/dev/tcp/$name/22 && read -r line <&3 && echo "$name ${line%%-*}"; done';
    for (const greeted of await Promise.all(all.map((host) => output(host, 'bash', '-c', greet, 'bash', ...NAMES)))) {
      expect(greeted.split('\n')).toEqual(NAMES.map((name) => `${name} SSH`));
    }
    await output(n1, 'iptables', '-A', 'INPUT', '-s', n2.address, '-j', 'DROP');
    expect(await output(n2, 'iptables', '-S', 'INPUT')).toBe('-P INPUT ACCEPT');
    const knock = ['timeout', '1', 'bash', '-c', 'exec 3<>/dev/tcp/n1/22'] as const;
    expect((await n2.run(knock)).code).toBe(124);
    expect((await hosts.get('n3')!.run(knock)).code).toBe(0);
    expect((await execute('iptables', ['-S'])).stdout).not.toContain(n2.address);
  });

  it('keeps hosts from doing to the machine what is not theirs', async () => {
    const host = (await source('bounds').open(['n1'], quiet)).get('n1')!;
    expect((await host.run(['date', '-s', '+1 hour'])).code).not.toBe(0);
    const trigger = 'f=/proc/sysrq-trigger; [ ! -e $f ] || [ "$(stat -c %t $f)" = "$(stat -c %t /dev/null)" ]';
    await output(host, 'sh', '-c', trigger);
    expect(await output(host, 'sh', '-c', 'ls -d /dev/vd* /dev/sd* /dev/nvme* 2>/dev/null; :')).toBe('');
  });

  it('has hosts that collect processes which nobody else waits for', async () => {
    const host = (await source('zombies').open(['n1'], quiet)).get('n1')!;
    await output(host, 'sh', '-c', 'for i in 1 2 3; do (sleep 0.2 &); done; (sleep 100 & kill -9 $!)');
    await output(host, 'sleep', '1');
    expect(await output(host, 'sh', '-c', 'cat /proc/[0-9]*/stat | grep -c " Z " || true')).toBe('0');
  });

  it('lets in nobody without its key, and its hosts are who they say', async () => {
    const made = source('keys');
    await made.open(['n1', 'n2'], quiet);
    const record = recordOf(`${OURS}-keys`);
    const [address] = record.hosts.map((host) => host.address);
    const config = join(record.state, 'ssh_config');
    expect((await execute('ssh', ['-F', config, 'n2', 'hostname'])).stdout).toBe('n2\n');
    const own = ['-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${join(record.state, 'known_hosts')}`];
    await expect(execute('ssh', ['-F', 'none', ...own, `root@${address}`, 'true'])).rejects.toThrow(
      /Permission denied/,
    );
    // The other host's key in the place of its own.
    const swapped = join(record.state, 'swapped');
    const script = 'sed -e "/^n1,/d" -e "s/^n2,[^ ]*/$2/" "$1/known_hosts" >"$1/swapped"';
    await execute('sh', ['-c', script, 'sh', record.state, address!]);
    const wrong = ['-F', config, '-o', `UserKnownHostsFile=${swapped}`, 'n1', 'true'];
    await expect(execute('ssh', wrong)).rejects.toThrow(/verification failed|IDENTIFICATION HAS CHANGED/);
    expect((await execute('sh', ['-c', 'stat -c %a "$1" "$1"/key', 'sh', record.state])).stdout).toBe('700\n600\n');
  });

  it('may have data disks that fill up, and that a power cut does not empty', async () => {
    const made = source('disk', { disk: 4 * 1024 * 1024 });
    const host = (await made.open(['n1'], quiet)).get('n1')!;
    await host.upload(Buffer.from('kept'), '/var/lib/chaos/kept');
    const full = await host.run(['dd', 'if=/dev/zero', 'of=/var/lib/chaos/big', 'bs=1M', 'count=8']);
    expect(full.stderr).toContain('No space left on device');
    await output(host, 'rm', '/var/lib/chaos/big');
    await output(host, 'mount', '-o', 'remount,ro', '/var/lib/chaos');
    expect((await host.run(['touch', '/var/lib/chaos/x'])).stderr).toContain('Read-only file system');
    await made.powerOff('n1');
    await made.powerOn('n1');
    expect(await output(host, 'cat', '/var/lib/chaos/kept')).toBe('kept');
    await output(host, 'touch', '/var/lib/chaos/x');
  });

  it('cuts the power of a host: the disk stays, all else is as after a start', async () => {
    const made = source('power');
    const hosts = await made.open(['n1', 'n2'], quiet);
    const [n1, n2] = [hosts.get('n1')!, hosts.get('n2')!];
    const card = await output(n1, 'cat', '/sys/class/net/eth0/address');
    await n1.upload(Buffer.from('disk'), '/var/lib/chaos/file');
    await n1.upload(Buffer.from('memory'), '/tmp/file');
    await output(n1, 'iptables', '-A', 'INPUT', '-s', n2.address, '-j', 'DROP');
    const running = await n1.open(['sleep', '1000']);
    for (const stream of [running.stdout, running.stderr]) stream.resume();
    await made.powerOff('n1');
    await made.powerOff('n1');
    expect(await running.exited).toEqual({ code: null, signal: null });
    await expect(n1.run(['true'])).rejects.toMatchObject({ code: 'host-unreachable' });
    expect((await n2.run(['timeout', '1', 'bash', '-c', 'exec 3<>/dev/tcp/n1/22'])).code).not.toBe(0);
    await made.powerOn('n1');
    await made.powerOn('n1');
    expect(await output(n1, 'cat', '/var/lib/chaos/file')).toBe('disk');
    expect(await output(n1, 'ls', '-A', '/tmp')).toBe('');
    expect(await output(n1, 'iptables', '-S', 'INPUT')).toBe('-P INPUT ACCEPT');
    expect(await output(n1, 'cat', '/sys/class/net/eth0/address')).toBe(card);
    expect((await n1.run(['pgrep', 'sleep', '-a'])).stdout).not.toContain('1000');
    await output(n2, 'bash', '-c', 'exec 3<>/dev/tcp/n1/22');
  });

  it('turns on a host that turned itself off', async () => {
    const made = source('suicide');
    const host = (await made.open(['n1'], quiet)).get('n1')!;
    await host.run(['sh', '-c', 'echo gone >/var/lib/chaos/note; kill -9 -1'], { timeout: 5000 }).catch(() => {});
    await made.powerOff('n1');
    await made.powerOn('n1');
    expect(await output(host, 'cat', '/var/lib/chaos/note')).toBe('gone');
  });

  it('stands beside others, made at the same moment', async () => {
    const made = ['a', 'b', 'c'].map((name) => source(name));
    const opened = await Promise.all(made.map((each) => each.open(['n1', 'n2'], quiet)));
    const addresses = opened.flatMap((hosts) => [...hosts.values()].map((host) => host.address));
    expect(new Set(addresses).size).toBe(6);
    const [one, two] = [opened[0]!.get('n1')!, opened[1]!.get('n1')!];
    const knock = ['timeout', '1', 'bash', '-c', 'exec 3<>/dev/tcp/$0/22', two.address] as const;
    expect((await one.run(knock)).code).not.toBe(0);
    await made[0]!.close();
    expect(await output(two, 'hostname')).toBe('n1');
  });
});

describe('a lab that cannot be made', () => {
  it('leaves nothing, and what stood in its way as it was', async () => {
    const probe = new Lab(called('taken'), ['n1']);
    await probe.up();
    const { link } = probe.record;
    expect(link.length).toBeLessThanOrEqual(15);
    await probe.down();
    await execute('ip', ['link', 'add', link, 'type', 'bridge']);
    try {
      await expect(new Lab(called('taken'), ['n1', 'n2']).up()).rejects.toThrow(/File exists/);
    } finally {
      await execute('ip', ['link', 'show', link]);
      await execute('ip', ['link', 'del', link]);
    }
    expect(await traces()).toEqual([]);
  });

  it('says so when there is one of that name, which stays', async () => {
    const hosts = await source('twice').open(['n1'], quiet);
    await expect(source('twice').open(['n1'], quiet)).rejects.toMatchObject({ code: 'lab-exists' });
    expect(await output(hosts.get('n1')!, 'hostname')).toBe('n1');
  });

  it.each([[[]], [['n1', 'bad name']], [['-x']], [['n1; reboot']]])('refuses hosts called %j', async (names) => {
    await expect(new Lab(called('names'), names).up()).rejects.toMatchObject({ kind: 'usage' });
    expect(await traces()).toEqual([]);
  });

  it.each([0, 5, 60, 150])('because it is removed %i ms after it was begun leaves nothing', async (delay) => {
    const made = new Lab(called('interrupted'), NAMES);
    const up = made.up().then(
      () => 'up',
      (error: { code: string }) => error.code,
    );
    await new Promise((done) => setTimeout(done, delay));
    await made.down();
    expect(['up', 'interrupted']).toContain(await up);
    await nothingLeft();
  });
});

describe('the end of the process that made a lab', () => {
  const PROGRAM = `
    const { LabSource } = await import(process.argv[1]);
    const source = new LabSource({ id: process.argv[2], options: {}, keep: process.argv[3] === 'keep', watch: true });
    await source.open(['n1', 'n2'], () => {});
    console.log('up');
    setInterval(() => {}, 1000);
  `;
  const LAB_SOURCE = join(ROOT, 'dist/framework/deploy/lab/source.js');

  async function maker(name: string, keep: 'keep' | 'remove') {
    const id = called(name);
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, LAB_SOURCE, id, keep], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), ended]);
    return async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await ended;
    };
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)('by %s is the end of the lab', async (signal) => {
    const kill = await maker('killed', 'remove');
    expect(recordOf(`${OURS}-killed`).hosts).toHaveLength(2);
    await kill(signal);
    await nothingLeft();
  });

  it('is not the end of a lab that shall stay, which anybody can remove', async () => {
    const kill = await maker('kept', 'keep');
    await kill('SIGKILL');
    await new Promise((done) => setTimeout(done, 300));
    expect((await cleanLabs(false)).join()).not.toContain(OURS);
    const named = ['--name', `${OURS}-kept`];
    expect((await chaos(['lab', 'shell', ...named, 'n2', '--', 'hostname'], { cwd: ROOT })).out).toBe('n2\n');
    expect(await chaos(['lab', 'down', ...named], { cwd: ROOT })).toMatchObject({
      code: 0,
      out: `removed lab ${OURS}-kept with 2 hosts\n`,
    });
    await nothingLeft();
  });

  it('leaves, when the rack dies with it, only what clean finds', async () => {
    const kill = await maker('clean', 'keep');
    const record = recordOf(`${OURS}-clean`);
    await kill('SIGKILL');
    process.kill(record.rack!.pid, 'SIGKILL');
    await new Promise((done) => setTimeout(done, 300));
    expect((await cleanLabs(true)).filter((line) => line.includes(OURS))).toHaveLength(1);
    expect(existsSync(record.disks)).toBe(true);
    expect((await cleanLabs(false)).filter((line) => line.includes(OURS))).toHaveLength(1);
    await nothingLeft();
  });
});

describe('chaos lab', () => {
  const run = (...args: string[]) => chaos(['lab', ...args], { cwd: ROOT });

  it('makes, shows, enters and removes hosts', async () => {
    const named = ['--name', called('cli')];
    try {
      const up = await run('up', '2', ...named, '--disk', '2MB');
      expect(up).toMatchObject({ code: 0, err: '' });
      expect(up.out).toMatch(/n2 +10\.55\.\d+\.2 +npx chaos lab shell n2 --name test-\d+-cli\n/);
      expect(up.out).toMatch(/deploy:\n {2}use: ssh\n {2}hosts: \[10\.55\.\d+\.1, 10\.55\.\d+\.2\]\n {2}user: root\n/);
      expect((await run('status')).out).toMatch(/test-\d+-cli +n1 +10\.55\.\d+\.1 +on/);
      expect(JSON.parse((await run('status', '--json', ...named)).out)).toHaveLength(2);
      const script = 'hostname; exit 7';
      expect(await run('shell', ...named, 'n1', '--', 'sh', '-c', script)).toMatchObject({ code: 7, out: 'n1\n' });
      const type = ['findmnt', '-no', 'FSTYPE', '/var/lib/chaos'];
      expect((await run('shell', ...named, 'n2', '--', ...type)).out).toBe('tmpfs\n');
      expect(await run('shell', ...named, 'n3')).toMatchObject({
        code: 254,
        err: expect.stringContaining('there are: n1, n2'),
      });
      expect(await run('up', '2', ...named)).toMatchObject({
        code: 254,
        err: expect.stringContaining('already a lab'),
      });
    } finally {
      expect(await run('down', ...named)).toMatchObject({ code: 0 });
    }
    expect((await run('status')).out).not.toContain(OURS);
    await nothingLeft();
  });

  it.each([
    [['up'], 'how many hosts'],
    [['up', 'x'], 'no number'],
    [['up', '2', '--disk', 'big'], 'no size'],
    [['up', '2', '--disk', '1kB'], 'too small'],
    [['up', '1000'], '1 to 200'],
    [['fly'], 'there are: up, down, status, shell'],
    [['down', '--name', 'test-none'], 'make one with'],
    [['shell'], 'which host'],
  ])('%j is refused', async (args, says) => {
    const { code, err } = await run(...args);
    expect(code).toBe(254);
    expect(err.replace('choose one with', 'make one with')).toContain(says);
  });

  it('says so where a file system cannot hold the disks of hosts', async () => {
    const base = mkdtempSync(join(tmpdir(), 'chaos-lab-overlay-'));
    const script = `cd "$1" && mkdir upper work over
      mount -t overlay -o lowerdir=/usr/share,upperdir=upper,workdir=work overlay over && shift && exec "$@"`;
    const up = [process.execPath, MAIN, 'lab', 'up', '2', '--name', called('overlay'), '--folder', join(base, 'over')];
    try {
      const ended = execute('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', base, ...up]);
      await expect(ended).rejects.toMatchObject({
        code: 255,
        stderr: expect.stringMatching(/host n1.*the file system of .*; host n2 .*\n.*choose another folder/),
      });
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
    await nothingLeft();
  });

  it('removes what it has made of a lab when it is interrupted', async () => {
    const id = called('ctrl-c');
    const running = start(['lab', 'up', '40', '--name', id], { cwd: ROOT });
    while (!existsSync(`/run/chaos-lab/${id}`)) await new Promise((done) => setTimeout(done, 5));
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    await nothingLeft();
  });
});

describe('a plain user', () => {
  /** As `nobody`, with no right at all. */
  const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', process.execPath];
  const plain = (...args: string[]) =>
    execute('setpriv', [...NOBODY, ...args], { cwd: '/', env: { PATH: process.env['PATH']!, HOME: '/nonexistent' } });
  const run = (...args: string[]) => plain(MAIN, 'lab', ...args);

  it('makes a lab that is entered without sshd, from a process with no rights', async () => {
    try {
      const up = await run('up', '3', '--disk', '1MB');
      expect(up.stdout).toContain('These hosts have no sshd');
      expect((await run('status')).stdout).toMatch(/n3 +10\.55\.0\.3 +on +npx chaos lab shell n3\n/);
      const script = 'id -u; hostname; echo x >/etc/mine && echo y >/var/lib/chaos/mine && cat /etc/mine';
      expect((await run('shell', 'n2', '--', 'sh', '-c', script)).stdout).toBe('0\nn2\nx\n');
      expect((await run('shell', 'n1', '--', 'sh', '-c', 'cat /etc/mine; :')).stdout).toBe('');
      expect((await run('shell', 'n1', '--', 'getent', 'hosts', 'n3')).stdout).toContain('10.55.0.3');
      // Nobody sees labs of others.
      expect((await chaos(['lab', 'status'], { cwd: ROOT })).out).not.toMatch(/^lab +n1 /m);
    } finally {
      expect((await run('down')).stdout).toBe('removed lab lab with 3 hosts\n');
    }
    expect((await run('down', '--all')).stdout).toBe('there is no lab\n');
    expect((await run('status')).stdout).toMatch(
      /^there is no lab; make one with: npx chaos lab up 5(; root has one: sudo npx chaos lab status)?\n$/,
    );
    await nothingLeft();
  });

  const PROGRAM = `
    const [folder] = process.argv.slice(1);
    const { runAgainInside } = await import(folder + '/rootless.js');
    const { LabSource } = await import(folder + '/source.js');
    const code = await runAgainInside();
    if (code !== null) process.exit(code);
    const source = new LabSource({ id: 'test-plain', options: {}, keep: false, watch: true });
    try {
      const hosts = await source.open(['n1', 'n2'], () => {});
      const host = hosts.get('n1');
      await host.upload(Buffer.from('kept'), '/var/lib/chaos/file');
      const { createServer, connect } = await import('node:net');
      const knock = (port) => new Promise((done) => {
        const socket = connect({ host: host.address, port }, () => done('open'));
        socket.on('error', (error) => done(error.code));
      });
      const shut = await knock(7000);
      await source.powerOff('n1');
      await source.powerOn('n1');
      const { stdout } = await host.run(['cat', '/var/lib/chaos/file']);
      console.log(JSON.stringify({ stdout, shut, title: host.title }));
      if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
    } finally {
      await source.close();
    }
    process.exit(3);
  `;
  const LAB_FOLDER = join(ROOT, 'dist/framework/deploy/lab');

  it('runs on inside a user namespace, from where the hosts are in reach', async () => {
    const ended = plain('--input-type=module', '-e', PROGRAM, LAB_FOLDER);
    await expect(ended).rejects.toMatchObject({
      code: 3,
      stdout: `${JSON.stringify({ stdout: 'kept', shut: 'ECONNREFUSED', title: 'lab host at 10.55.0.1' })}\n`,
    });
    await nothingLeft();
  });

  it('has systems run there by the commands that everybody uses', async () => {
    const verify = [MAIN, 'verify', 'raft', '--deploy', 'lab'];
    const { stdout } = await plain(...verify).catch((error: { stdout: string }) => error);
    expect(stdout).toContain('pass  every node answers: 3 nodes\n');
    await nothingLeft();
  });

  it('leaves nothing when that process is killed', async () => {
    await expect(plain('--input-type=module', '-e', PROGRAM, LAB_FOLDER, 'die')).rejects.toMatchObject({ code: 255 });
    await nothingLeft();
  });

  it('is no better off as root of a user namespace that has the network of the machine', async () => {
    const id = called('half-root');
    const half = (...args: string[]) =>
      execute('unshare', ['--user', '--map-root-user', process.execPath, MAIN, 'lab', ...args, '--name', id]);
    try {
      expect((await half('up', '2')).stdout).toContain('These hosts have no sshd');
    } finally {
      await half('down');
    }
    await nothingLeft();
    const closed = ['sh', '-c', 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"', 'sh', process.execPath, MAIN];
    const ended = execute('unshare', ['--user', '--map-root-user', ...closed, 'lab', 'up', '2', '--name', id]);
    await expect(ended).rejects.toMatchObject({
      code: 255,
      stderr: expect.stringMatching(
        /root in a user namespace, without rights over the network.*\n.*run as root of the machine/,
      ),
    });
    await nothingLeft();
  });

  it('has tools found that PATH does not name', async () => {
    const bare = { cwd: '/', env: { PATH: '/nonexistent', HOME: '/nonexistent' } };
    const user = (...args: string[]) => execute('/usr/bin/setpriv', [...NOBODY, MAIN, 'lab', ...args], bare);
    try {
      expect((await user('up', '1')).stdout).toContain('These hosts have no sshd');
      expect((await user('shell', 'n1', '--', 'hostname')).stdout).toBe('n1\n');
    } finally {
      await user('down');
    }
    await nothingLeft();
  });

  it('is told what is missing where the kernel allows no such namespaces', async () => {
    // A user namespace has a limit of its own, which binds whoever is in it.
    const script =
      'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all -- "$@"';
    const flags = ['--user', '--map-user=1000', '--map-group=1000', '--keep-caps', '--', 'sh', '-c', script, 'sh'];
    const ended = execute('unshare', [...flags, process.execPath, MAIN, 'lab', 'up', '2']);
    await expect(ended).rejects.toMatchObject({
      code: 255,
      stderr: expect.stringMatching(/user\.max_user_namespaces=0 forbids.*\n.*deploy: local/),
    });
    await nothingLeft();
  });
});

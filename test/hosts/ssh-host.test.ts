// Commands, transfers and daemons through a real sshd; every way in which one cannot be reached, or is lost.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../../framework/deploy/host/errors.js';
import { SshHost } from '../../framework/deploy/host/ssh-host.js';
import type { SshTarget } from '../../framework/deploy/host/ssh-target.js';
import { waitForFile, waitForHost, waitForPort } from '../../framework/deploy/host/waits.js';
import { freePort, killQuietly, makeKey, runs, Sshd } from '../support/sshd.js';

const USER = `h1-${process.pid}`;
const PASSWORD = 'open sesame: "quoted" \\ $HOME';

let sshd: Sshd;
let folder: string;
const hosts: SshHost[] = [];

function targetOf(server: Sshd, rest: Partial<SshTarget> = {}): SshTarget {
  return {
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    key: server.key,
    hostKeys: 'known',
    knownHosts: server.knownHosts,
    ...rest,
  };
}

/** A host that is closed after the test. */
function hostOf(connection: SshTarget): SshHost {
  const host = new SshHost({ name: 'n1', address: '127.0.0.1', connection });
  hosts.push(host);
  return host;
}

function without(target: SshTarget, ...names: (keyof SshTarget)[]): SshTarget {
  return Object.fromEntries(
    Object.entries(target).filter(([name]) => !names.includes(name as keyof SshTarget)),
  ) as unknown as SshTarget;
}

/** The error of a host that cannot be reached; everything it says. */
async function refusal(connection: SshTarget): Promise<{ code: string; message: string; hint: string }> {
  const error = await hostOf(connection)
    .run(['true'])
    .then(
      () => new Error('it let us in'),
      (reason) => reason,
    );
  expect(error.message).toContain('n1');
  expect(`${error.message} ${error.hint}`).not.toContain(connection.key ?? '/nothing');
  expect(`${error.message} ${error.hint}`).not.toContain(connection.password ?? '/nothing');
  return error;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function gone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 200 && runs(pid); turn++) await sleep(10);
  return !runs(pid);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'h1-ssh-'));
  sshd = await Sshd.start();
});

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

afterAll(async () => {
  await sshd.remove();
  rmSync(folder, { recursive: true, force: true });
  const left = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && runs(Number(name)) && isOurs(Number(name)));
  expect(left).toEqual([]);
});

/** Commands of ours carry a mark; the servers were started with files of ours. */
function isOurs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(sshd.folder);
  } catch {
    return false;
  }
}

describe('commands', () => {
  it('arrive as they are, with environment, folder and input', async () => {
    const host = hostOf(targetOf(sshd));
    const words = ['', "it's", '$(id)', 'a\nb', '*', '\\', '🙂'];
    const output = await host.run(['sh', '-c', 'printf "%s|" "$@" "$ODD" "$PWD"; cat; exit 3', 'sh', ...words], {
      env: { ODD: "x'y\n" },
      cwd: '/usr',
      input: 'rest\n',
    });
    expect(output.stdout).toBe(`${words.map((word) => `${word}|`).join('')}x'y\n|/usr|rest\n`);
    expect(output.code).toBe(3);
  });

  it('tell signals, missing programs and folders', async () => {
    const host = hostOf(targetOf(sshd));
    expect(await host.run(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect((await host.run(['no-such-program'])).code).toBe(127);
    expect((await host.run(['true'], { cwd: '/none' })).code).toBe(125);
    await expect(must(host, ['no-such-program'])).rejects.toMatchObject({ code: 'host-no-program' });
  });

  it('pass 50 MB through unharmed', async () => {
    const host = hostOf(targetOf(sshd));
    const bytes = randomBytes(50 * 1024 * 1024);
    const pipe = await host.open(['cat']);
    pipe.stderr.resume();
    pipe.stdin.end(bytes);
    const hash = createHash('sha256');
    for await (const chunk of pipe.stdout) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await pipe.exited).toEqual({ code: 0, signal: null });
  });

  it('share one connection, at most as many at once as servers take', async () => {
    const host = hostOf(targetOf(sshd));
    const outputs = await Promise.all(
      Array.from({ length: 12 }, (_, index) => host.run(['sh', '-c', 'sleep 0.2; echo "$1"', 'sh', String(index)])),
    );
    expect(outputs.map((output) => Number(output.stdout))).toEqual([...Array(12).keys()]);
    expect(sshd.sessions()).toHaveLength(1);
  });

  it('end with all that they started when they take too long', async () => {
    const host = hostOf(targetOf(sshd));
    const file = join(folder, 'pids');
    const script = 'sleep 60 & echo $! >"$1"; setsid sleep 60 & echo $! >>"$1"; echo $$ >>"$1"; wait';
    const running = host.run(['sh', '-c', script, 'sh', file], { timeout: 1_500 });
    await expect(running).rejects.toMatchObject({ code: 'host-timeout' });
    const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    expect(pids).toHaveLength(3);
    for (const pid of pids) expect(await gone(pid)).toBe(true);
  });

  it('do not wait for what they left behind with their output', async () => {
    const output = await hostOf(targetOf(sshd)).run(['sh', '-c', 'sleep 60 & echo $!']);
    const pid = Number(output.stdout);
    expect(runs(pid)).toBe(true);
    killQuietly(pid, 'SIGKILL');
  });

  it('end when they read and their pipe is closed', async () => {
    const host = hostOf(targetOf(sshd));
    const pipe = await host.open(['sh', '-c', 'echo $$; exec cat']);
    const pid = await new Promise<number>((resolve) => pipe.stdout.once('data', (chunk) => resolve(Number(chunk))));
    pipe.close();
    await pipe.exited;
    expect(await gone(pid)).toBe(true);
  });

  it('are refused when they are too long for a command line', async () => {
    const running = hostOf(targetOf(sshd)).run(['true', 'x'.repeat(140_000)]);
    await expect(running).rejects.toMatchObject({ code: 'host-command' });
  });

  it('take their turns where the server allows two', async () => {
    const strict = await Sshd.start({ config: ['MaxSessions 2'] });
    try {
      const host = hostOf(targetOf(strict));
      const many = await Promise.all(Array.from({ length: 6 }, () => host.run(['echo', 'x'])));
      expect(many.every((output) => output.stdout === 'x\n')).toBe(true);
      const pipes = [await host.open(['cat']), await host.open(['cat']), await host.open(['cat'])];
      expect((await host.run(['echo', 'y'])).stdout).toBe('y\n');
      for (const pipe of pipes) pipe.close();
    } finally {
      await strict.remove();
    }
  });
});

describe('files', () => {
  it('of 100 MB arrive whole, without an sftp server', async () => {
    const host = hostOf(targetOf(sshd));
    const [source, there, back] = ['s', 't', 'b'].map((name) => join(folder, name)) as [string, string, string];
    const bytes = randomBytes(100 * 1024 * 1024);
    writeFileSync(source, bytes, { mode: 0o640 });
    await host.run(['true']);
    const began = performance.now();
    await host.upload(source, there);
    console.log(`upload of 100 MB: ${Math.round(performance.now() - began)} ms`);
    const sum = createHash('sha256').update(bytes).digest('hex');
    expect((await host.run(['sha256sum', there])).stdout).toContain(sum);
    expect(statSync(there).mode & 0o777).toBe(0o640);
    await host.download(there, back);
    expect(readFileSync(back).equals(bytes)).toBe(true);
    for (const file of [source, there, back]) rmSync(file);
  });

  it('in folders arrive with links and modes', async () => {
    const host = hostOf(targetOf(sshd));
    const source = join(folder, 'tree');
    mkdirSync(join(source, 'a'), { recursive: true });
    writeFileSync(join(source, 'a', "it's"), 'text');
    chmodSync(join(source, 'a', "it's"), 0o755);
    symlinkSync('nothing', join(source, 'link'));
    await host.upload(source, join(folder, 'there', 'tree'));
    await host.download(join(folder, 'there', 'tree'), join(folder, 'back'));
    expect(readFileSync(join(folder, 'back', 'a', "it's"), 'utf8')).toBe('text');
    expect(statSync(join(folder, 'back', 'a', "it's")).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(folder, 'back', 'link'))).toBe('nothing');
  });

  it('wait for their turn when there are many', async () => {
    const host = hostOf(targetOf(sshd));
    const names = Array.from({ length: 20 }, (_, index) => join(folder, `many-${index}`));
    await Promise.all(names.map((name) => host.upload(Buffer.from(name), name)));
    expect(names.map((name) => readFileSync(name, 'utf8'))).toEqual(names);
    expect(sshd.sessions()).toHaveLength(1);
  });

  it('leave what was there when the connection is lost on the way', async () => {
    const host = hostOf(targetOf(sshd));
    const [there, back] = [join(folder, 'kept'), join(folder, 'kept-here')];
    await host.upload(Buffer.from('before'), there);
    writeFileSync(back, 'before');
    writeFileSync(join(folder, 'big'), Buffer.alloc(300 * 1024 * 1024));
    for (const move of [
      () => host.upload(join(folder, 'big'), there),
      () => host.download(join(folder, 'big'), back),
    ]) {
      const moving = move();
      const cut = sleep(400).then(() => sshd.cut());
      await expect(moving).rejects.toMatchObject({ code: expect.stringMatching(/^host-(lost|file)$/) });
      await cut;
    }
    rmSync(join(folder, 'big'));
    await sleep(200);
    expect(readFileSync(there, 'utf8')).toBe('before');
    expect(readFileSync(back, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('daemons', () => {
  it('go on when the connection ends', async () => {
    const host = hostOf(targetOf(sshd));
    const log = join(folder, 'daemon.log');
    const daemon = await host.spawn(['sh', '-c', 'echo "$A"; sleep 60'], { log, env: { A: 'b' } });
    expect(await daemon.status()).toBeNull();
    sshd.cut();
    await sleep(200);
    expect(runs(daemon.pid)).toBe(true);
    expect(await daemon.status()).toBeNull();
    await daemon.signal('SIGTERM');
    await waitForFile(host, `${log}.status`, { timeout: 5_000 });
    expect(await daemon.status()).toBe(143);
    expect(readFileSync(log, 'utf8')).toBe('b\n');
  });
});

describe('lost connections', () => {
  it('end what may have happened with an error, and are made again', async () => {
    const host = hostOf(targetOf(sshd));
    const running = host.run(['sleep', '4']);
    const pipe = await host.open(['cat']);
    pipe.stdout.resume();
    await sleep(500);
    sshd.cut();
    await expect(running).rejects.toMatchObject({ code: 'host-lost', message: expect.stringContaining('n1') });
    expect(await pipe.exited).toEqual({ code: null, signal: null });
    expect((await host.run(['echo', 'again'])).stdout).toBe('again\n');
  });

  it('repeat what may be repeated', async () => {
    const host = hostOf(targetOf(sshd));
    const file = join(folder, 'count');
    const running = host.run(['sh', '-c', 'echo x >>"$1"; sleep 1; echo done', 'sh', file], { repeatable: true });
    await waitForFile(hostOf(targetOf(sshd)), file, { timeout: 5_000 });
    sshd.cut();
    expect((await running).stdout).toBe('done\n');
    expect(readFileSync(file, 'utf8')).toBe('x\nx\n');
  });

  it('are noticed when the other side falls silent', async () => {
    const host = hostOf(targetOf(sshd));
    await host.run(['true']);
    const frozen = sshd.sessions();
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    try {
      await expect(host.run(['true'])).rejects.toMatchObject({ code: 'host-lost' });
      expect(performance.now() - began).toBeLessThan(12_000);
    } finally {
      for (const pid of frozen) killQuietly(pid, 'SIGKILL');
    }
    expect((await host.run(['echo', 'again'])).stdout).toBe('again\n');
  });

  it('are waited for until the host is back', async () => {
    const server = await Sshd.start();
    try {
      const host = hostOf(targetOf(server));
      await host.run(['true']);
      await server.stop();
      await expect(host.run(['true'])).rejects.toMatchObject({ code: expect.stringMatching(/lost|unreachable/) });
      const waiting = Promise.all([
        waitForHost(host, { timeout: 20_000 }),
        waitForPort(host, server.port, { timeout: 20_000 }),
      ]);
      await sleep(300);
      await server.restart();
      await waiting;
    } finally {
      await server.remove();
    }
  });

  it('do not come back after we closed them', async () => {
    const host = hostOf(targetOf(sshd));
    const begun = join(folder, 'begun');
    const running = host.run(['sh', '-c', 'touch "$1"; sleep 4', 'sh', begun]);
    await waitForFile(hostOf(targetOf(sshd)), begun, { timeout: 20_000 });
    await host.close();
    await expect(running).rejects.toMatchObject({ code: 'host-lost' });
    await expect(host.run(['true'])).rejects.toMatchObject({ code: 'host-closed' });
  });
});

describe('a host that cannot be reached says why', () => {
  it('refused, unknown name, silent, no ssh', async () => {
    const refused = await refusal(targetOf(sshd, { port: await freePort() }));
    expect(refused).toMatchObject({ code: 'host-unreachable', message: expect.stringContaining('nothing listens') });
    const unknown = await refusal(targetOf(sshd, { host: 'no-such-host.invalid' }));
    expect(unknown).toMatchObject({ code: 'host-unreachable', message: expect.stringContaining('no-such-host') });
    const mute = createServer((socket) => socket.on('error', () => {}));
    const late = await refusal(targetOf(sshd, { port: await listening(mute), timeout: 300 }));
    expect(late).toMatchObject({ code: 'host-unreachable', message: expect.stringContaining('within 300 ms') });
    const host = hostOf(targetOf(sshd, { port: (mute.address() as AddressInfo).port }));
    const given = host.run(['true']).catch((error) => error);
    await sleep(100);
    const began = performance.now();
    await host.close();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await given).toMatchObject({ code: 'host-closed' });
    mute.close();
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const other = await refusal(targetOf(sshd, { port: await listening(web) }));
    expect(other.code).toBe('host-unreachable');
    web.close();
  });

  it('too many connections at once pass by themselves', async () => {
    const busy = await Sshd.start({ config: ['MaxStartups 2'] });
    try {
      const outputs = await Promise.all(Array.from({ length: 4 }, () => hostOf(targetOf(busy)).run(['echo', 'in'])));
      expect(outputs.every((output) => output.stdout === 'in\n')).toBe(true);
    } finally {
      await busy.remove();
    }
  });
});

describe('keys of hosts', () => {
  it('that are unknown, changed or revoked are refused', async () => {
    const other = join(folder, 'known-other');
    const line = `[127.0.0.1]:${sshd.port}`;
    expect(await refusal(targetOf(sshd, { knownHosts: join(folder, 'none') }))).toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining('SHA256:'),
      hint: expect.stringContaining('accept-new'),
    });
    makeKey(join(folder, 'another'), 'ed25519');
    writeFileSync(other, `${line} ${readFileSync(join(folder, 'another.pub'), 'utf8')}`);
    for (const hostKeys of ['known', 'accept-new'] as const) {
      expect(await refusal(targetOf(sshd, { knownHosts: other, hostKeys }))).toMatchObject({
        code: 'host-key-changed',
        hint: expect.stringContaining(`ssh-keygen -R '${line}'`),
      });
    }
    writeFileSync(other, `@revoked * ${sshd.publicKey()}\n${line} ${sshd.publicKey()}\n`);
    expect(await refusal(targetOf(sshd, { knownHosts: other }))).toMatchObject({ code: 'host-key-revoked' });
    expect((await hostOf(targetOf(sshd, { knownHosts: other, hostKeys: 'accept' })).run(['true'])).code).toBe(0);
  });

  it('that are new are remembered as OpenSSH does', async () => {
    const file = join(folder, 'new', 'known');
    expect((await hostOf(targetOf(sshd, { knownHosts: file, hostKeys: 'accept-new' })).run(['true'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${sshd.publicKey()}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    expect(readFileSync(file, 'utf8')).toContain('|1|');
    expect((await hostOf(targetOf(sshd, { knownHosts: file })).run(['true'])).code).toBe(0);
    const ssh = ['-o', `UserKnownHostsFile=${file}`, '-o', 'BatchMode=yes', '-i', sshd.key, '-p', String(sshd.port)];
    expect(execFileSync('ssh', [...ssh, 'root@127.0.0.1', 'echo', 'same']).toString()).toBe('same\n');
  });

  it('of the type that is known are asked for', async () => {
    const several = await Sshd.start({ types: ['ed25519', 'ecdsa', 'rsa'] });
    try {
      for (const type of ['rsa', 'ecdsa', 'ed25519']) {
        several.trust(type);
        expect((await hostOf(targetOf(several)).run(['true'])).code).toBe(0);
      }
    } finally {
      await several.remove();
    }
  });
});

describe('logins', () => {
  let strict: Sshd;
  let agent: ChildProcess;

  beforeAll(async () => {
    strict = await Sshd.start({ config: ['PasswordAuthentication yes', 'AllowTcpForwarding yes'] });
    execFileSync('useradd', ['-M', '-N', '-d', folder, '-s', '/bin/sh', USER]);
    execFileSync('chpasswd', ['-c', 'SHA512'], { input: `${USER}:${PASSWORD}\n` });
    chmodSync(folder, 0o755);
    const socket = join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    for (let turn = 0; turn < 100 && !existsSync(socket); turn++) await sleep(20);
    process.env['SSH_AUTH_SOCK'] = socket;
  });

  afterAll(async () => {
    delete process.env['SSH_AUTH_SOCK'];
    agent.kill('SIGKILL');
    execFileSync('userdel', [USER], { stdio: 'ignore' });
    await strict.remove();
  });

  it('by a key with a passphrase', async () => {
    const key = join(folder, 'locked');
    makeKey(key, 'ed25519', 'open');
    strict.authorize(`${key}.pub`);
    expect((await hostOf(targetOf(strict, { key, passphrase: 'open' })).run(['true'])).code).toBe(0);
    const none = await refusal(targetOf(strict, { key }));
    expect(none).toMatchObject({ code: 'host-key-file', message: expect.stringContaining('needs its passphrase') });
    const wrong = await refusal(targetOf(strict, { key, passphrase: 'shut' }));
    expect(wrong).toMatchObject({ code: 'host-key-file', message: expect.stringContaining('does not open') });
  });

  it('by a wrong key, none, or a public one are refused with what to do', async () => {
    const key = join(folder, 'wrong');
    makeKey(key, 'ed25519');
    expect(await refusal(targetOf(strict, { key }))).toMatchObject({
      code: 'host-denied',
      message: expect.stringMatching(/with key; it takes publickey/),
      hint: expect.stringContaining('authorized_keys'),
    });
    expect(await refusal(targetOf(strict, { key: join(folder, 'absent') }))).toMatchObject({ code: 'host-key-file' });
    expect(await refusal(targetOf(strict, { key: `${key}.pub` }))).toMatchObject({ code: 'host-key-file' });
  });

  it('by an rsa and an ecdsa key', async () => {
    for (const type of ['rsa', 'ecdsa']) {
      const key = join(folder, `user-${type}`);
      makeKey(key, type);
      strict.authorize(`${key}.pub`);
      expect((await hostOf(targetOf(strict, { key })).run(['true'])).code).toBe(0);
    }
  });

  it('by an agent', async () => {
    const byAgent = without(targetOf(strict, { agent: true }), 'key');
    expect((await refusal(byAgent)).code).toBe('host-denied');
    execFileSync('ssh-add', ['-q', strict.key], { stdio: 'ignore' });
    expect((await hostOf(byAgent).run(['true'])).code).toBe(0);
    const socket = process.env['SSH_AUTH_SOCK'];
    process.env['SSH_AUTH_SOCK'] = join(folder, 'no-agent');
    expect(await refusal(byAgent)).toMatchObject({
      code: 'host-denied',
      message: expect.stringContaining('agent does not answer'),
    });
    delete process.env['SSH_AUTH_SOCK'];
    expect((await refusal(byAgent)).code).toBe('host-no-agent');
    process.env['SSH_AUTH_SOCK'] = socket;
  });

  it('by a password, and what its user may not do', async () => {
    const byPassword = without(targetOf(strict, { user: USER, password: PASSWORD }), 'key');
    const host = hostOf(byPassword);
    expect((await host.run(['id', '-un'])).stdout.trim()).toBe(USER);
    await expect(host.run(['true'], { root: true })).rejects.toMatchObject({
      code: 'host-no-sudo',
      message: expect.stringContaining('n1'),
    });
    await expect(host.upload(Buffer.from('x'), '/root/h1-x')).rejects.toMatchObject({
      code: 'host-file',
      message: expect.stringMatching(/permission denied/i),
    });
    await expect(host.download('/etc/shadow', join(folder, 'shadow'))).rejects.toMatchObject({ code: 'host-file' });
    expect(existsSync(join(folder, 'shadow'))).toBe(false);
    expect((await refusal({ ...byPassword, password: 'wrong' })).code).toBe('host-denied');
  });

  it('through a jump host', async () => {
    const jump = targetOf(strict);
    const quiet = async () => {
      for (let turn = 0; turn < 200 && strict.sessions().length > 0; turn++) await sleep(20);
      return strict.sessions().length === 0;
    };
    expect(await quiet()).toBe(true);
    const host = hostOf(targetOf(sshd, { jump }));
    expect((await host.run(['echo', 'far'])).stdout).toBe('far\n');
    expect(strict.sessions()).toHaveLength(1);
    strict.cut();
    await sleep(100);
    expect((await host.run(['echo', 'again'], { repeatable: true })).stdout).toBe('again\n');
    await host.close();
    expect(await quiet()).toBe(true);
    expect(await refusal(targetOf(sshd, { jump, port: await freePort() }))).toMatchObject({
      code: 'host-unreachable',
      message: expect.stringContaining('jump host'),
    });
    expect(await refusal(targetOf(sshd, { jump: { ...jump, knownHosts: join(folder, 'none') } }))).toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining('jump host'),
    });
    expect(await quiet()).toBe(true);
  });
});

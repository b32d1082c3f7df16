import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandHost } from './command-host.js';
import { must } from './errors.js';

const here = new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'this machine', prefix: [] });
/** The same machine, as hosts elsewhere are reached. */
const piped = new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'env', prefix: ['env'] });
let root: string;
let folder: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'chaos-host-'));
  folder = root;
});

afterAll(async () => {
  await here.close();
  rmSync(root, { recursive: true, force: true });
});

/** True when a process runs; one that nobody has waited for yet does not. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 100 && runs(pid); turn++) await sleep(10);
  return !runs(pid);
}

describe('run', () => {
  it('takes arguments as they are', async () => {
    const words = ['', "it's", '$(id)', 'a\nb', '*', '\\', '🙂'];
    const output = await here.run(['printf', '%s|', ...words]);
    expect(output).toEqual({ code: 0, signal: null, stdout: words.map((word) => `${word}|`).join(''), stderr: '' });
  });

  it('gives the environment as it is, and not to ps', async () => {
    const env = {
      PLAIN: 'x',
      ODD: 'a b\\0101\n"\'$HOME%s é\n\n',
      EMPTY: '',
      chaos_x: '7',
      PATH: process.env['PATH'] ?? '',
    };
    const script = 'printf "%s|" "$PLAIN" "$ODD" "$EMPTY" "$chaos_x"; tr "\\0" " " </proc/$$/cmdline';
    const output = await here.run(['sh', '-c', script], { env, input: 'rest' });
    expect(output.stdout).toContain(`x|${env.ODD}||7|`);
    expect(output.stdout).not.toContain('x ');
  });

  it('leaves the input after the environment to the command', async () => {
    const output = await here.run(['cat'], { env: { A: 'b' }, input: 'first\nsecond\n' });
    expect(output.stdout).toBe('first\nsecond\n');
  });

  it('refuses names and values that no environment can hold, without showing the value', async () => {
    await expect(here.run(['true'], { env: { 'A B': 'x' } })).rejects.toMatchObject({ code: 'host-environment' });
    const refused = here.run(['true'], { env: { A: 'hidden\0' } });
    await expect(refused).rejects.toMatchObject({
      code: 'host-environment',
      message: expect.not.stringContaining('hidden'),
    });
  });

  it('enters a folder, and says when it cannot', async () => {
    expect((await here.run(['pwd'], { cwd: folder })).stdout.trim()).toBe(folder);
    const output = await here.run(['pwd'], { cwd: join(folder, 'none') });
    expect(output.code).toBe(125);
    expect(output.stderr).toContain('none');
  });

  it('tells the exit code, the signal, and a program that is not there', async () => {
    expect(await here.run(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
      code: 7,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await here.run(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ code: null, signal: 'SIGTERM' });
    const missing = await here.run(['no-such-program']);
    expect(missing.code).toBe(127);
    expect(missing.stderr).toContain('no-such-program');
    await expect(must(here, ['no-such-program'])).rejects.toMatchObject({ code: 'host-no-program' });
    await expect(must(here, ['false'])).rejects.toMatchObject({ code: 'host-command' });
  });

  it('passes 50 MB through unharmed', async () => {
    const size = 50 * 1024 * 1024;
    const pipe = await here.open(['cat']);
    const bytes = randomBytes(size);
    pipe.stdin.end(bytes);
    pipe.stderr.resume();
    const chunks: Buffer[] = [];
    for await (const chunk of pipe.stdout) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(await pipe.exited).toEqual({ code: 0, signal: null });
  });

  it('keeps the first bytes of too much output, and says so', async () => {
    const output = await here.run(['sh', '-c', 'head -c 1000000 /dev/zero | tr "\\0" x; echo end >&2'], { most: 10 });
    expect(output.stdout).toBe('xxxxxxxxxx\n[999990 more bytes are not kept]\n');
    expect(output.stderr).toBe('end\n');
  });

  it('does not mind a command that never reads its input', async () => {
    const output = await here.run(['true'], { input: Buffer.alloc(1 << 22) });
    expect(output.code).toBe(0);
  });

  it('does not wait for what a command left behind with its output', async () => {
    const output = await here.run(['sh', '-c', 'sleep 60 & echo $!']);
    const pid = Number(output.stdout);
    expect(runs(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('ends all that a command started when it takes too long', async () => {
    const file = join(folder, 'pids');
    const script = 'sleep 60 & echo $! >"$1"; setsid sleep 60 & echo $! >>"$1"; echo $$ >>"$1"; wait';
    const running = here.run(['sh', '-c', script, 'sh', file], { timeout: 1_000 });
    await expect(running).rejects.toMatchObject({ code: 'host-timeout', message: expect.stringContaining('n1') });
    const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    expect(pids).toHaveLength(3);
    for (const pid of pids) expect(await gone(pid)).toBe(true);
  });

  it('says when what leads to the host is missing', async () => {
    const lost = new CommandHost({ name: 'n2', address: '', title: 'nowhere', prefix: ['no-such-engine', 'exec'] });
    const running = lost.run(['true']);
    await expect(running).rejects.toMatchObject({ code: 'host-unreachable', message: expect.stringContaining('n2') });
  });

  it('works through a prefix', async () => {
    const through = new CommandHost({ name: 'n2', address: '', title: 'env', prefix: ['env', 'VIA=prefix'] });
    const output = await through.run(['sh', '-c', 'echo "$VIA $A"'], { env: { A: 'b c' } });
    expect(output.stdout).toBe('prefix b c\n');
  });
});

describe('open', () => {
  it('ends a command that reads when it is closed', async () => {
    const pipe = await here.open(['cat']);
    pipe.close();
    expect(await pipe.exited).toEqual({ code: 0, signal: null });
  });
});

describe.each([
  ['to this machine', here],
  ['through a pipe', piped],
])('transfer %s', (way, here) => {
  beforeAll(() => {
    folder = join(root, way);
    mkdirSync(folder);
  });

  it('brings bytes, with a mode, in the place of what was there', async () => {
    const path = join(folder, 'new', 'below', "odd 'name'");
    await here.upload(Buffer.from([0, 255, 10]), path, { mode: 0o600 });
    await here.upload('x'.repeat(3) && Buffer.from('abc'), path, { mode: 0o750 });
    expect(readFileSync(path, 'utf8')).toBe('abc');
    expect(statSync(path).mode & 0o7777).toBe(0o750);
    expect(readdirSync(join(folder, 'new', 'below'))).toHaveLength(1);
  });

  it('brings a large file there and back', async () => {
    const bytes = randomBytes(20 * 1024 * 1024);
    const [source, there, back] = ['large', 'large-there', 'large-back'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(source, bytes, { mode: 0o711 });
    await here.upload(source, there);
    await here.download(there, back);
    expect(readFileSync(back).equals(bytes)).toBe(true);
    expect(statSync(back).mode & 0o777).toBe(0o711);
  });

  it('brings an empty file', async () => {
    await here.upload(new Uint8Array(), join(folder, 'empty'));
    await here.download(join(folder, 'empty'), join(folder, 'empty-back'));
    expect(readFileSync(join(folder, 'empty-back'), 'utf8')).toBe('');
  });

  it('brings a folder there and back, with links and modes', async () => {
    const source = join(folder, 'tree');
    mkdirSync(join(source, 'a', 'b'), { recursive: true });
    writeFileSync(join(source, 'a', 'b', 'file\nname'), 'text');
    chmodSync(join(source, 'a', 'b', 'file\nname'), 0o666);
    symlinkSync('b/nothing', join(source, 'a', 'link'));
    mkdirSync(join(source, 'empty'));
    await here.upload(source, join(folder, 'tree-there'));
    await here.download(join(folder, 'tree-there'), join(folder, 'tree-back'));
    const back = join(folder, 'tree-back');
    expect(readFileSync(join(back, 'a', 'b', 'file\nname'), 'utf8')).toBe('text');
    expect(readlinkSync(join(back, 'a', 'link'))).toBe('b/nothing');
    expect(lstatSync(join(back, 'empty')).isDirectory()).toBe(true);
  });

  it('says what is wrong with a path', async () => {
    const none = here.download(join(folder, 'none'), join(folder, 'x'));
    await expect(none).rejects.toMatchObject({
      code: 'host-file',
      message: expect.stringMatching(/n1.*(there is no|no such file)/),
    });
    expect(existsSync(join(folder, 'x'))).toBe(false);
    await expect(here.upload('relative', 'x/y')).rejects.toMatchObject({ code: 'host-file' });
    await expect(here.upload(join(folder, 'none'), '/tmp/x')).rejects.toMatchObject({ code: 'host-file' });
    await expect(here.upload(Buffer.from('x'), folder)).rejects.toMatchObject({
      code: 'host-file',
      message: expect.stringContaining('is a folder'),
    });
    await expect(here.upload(Buffer.from('x'), '/dev/null/x')).rejects.toMatchObject({ code: 'host-file' });
    await expect(here.download('/etc/hostname', '/dev/null/x')).rejects.toMatchObject({ code: 'host-file' });
    await expect(here.upload(Buffer.alloc(1 << 20), '/dev/full/x')).rejects.toMatchObject({ code: 'host-file' });
  });
});

describe('spawn', () => {
  const wait = async (check: () => Promise<boolean>) => {
    for (let turn = 0; turn < 250 && !(await check()); turn++) await sleep(20);
  };

  it('starts what goes on alone, and tells how it ended', async () => {
    const log = join(folder, 'daemon', 'log');
    const daemon = await here.spawn(['sh', '-c', 'echo "$WHO"; pwd; read line; sleep 0.8; echo late >&2; exit 9'], {
      log,
      env: { WHO: "it's me" },
      cwd: folder,
    });
    expect(runs(daemon.pid)).toBe(true);
    expect(await daemon.status()).toBeNull();
    await wait(async () => (await daemon.status()) !== null);
    expect(await daemon.status()).toBe(9);
    expect(readFileSync(log, 'utf8')).toBe(`it's me\n${folder}\nlate\n`);
    expect(Number(readFileSync(`${log}.pid`, 'utf8'))).toBe(daemon.pid);
    expect(Number(readFileSync(`${log}.status`, 'utf8'))).toBe(9);
    await daemon.signal('SIGTERM');
  });

  it('appends to the log and signals the whole group', async () => {
    const log = join(folder, 'group.log');
    writeFileSync(log, 'before\n');
    const daemon = await here.spawn(['sh', '-c', 'sleep 60 & echo $!; wait'], { log });
    await wait(async () => readFileSync(log, 'utf8').split('\n').length > 2);
    const child = Number(readFileSync(log, 'utf8').split('\n')[1]);
    expect(runs(child)).toBe(true);
    await daemon.signal('SIGKILL');
    expect(await gone(child)).toBe(true);
    await wait(async () => (await daemon.status()) !== null);
    expect(await daemon.status()).toBe(137);
  });

  it('tells of a program that is not there, and of a log that cannot be written', async () => {
    const log = join(folder, 'missing.log');
    const daemon = await here.spawn(['no-such-program'], { log });
    await wait(async () => (await daemon.status()) !== null);
    expect(await daemon.status()).toBe(127);
    expect(readFileSync(log, 'utf8')).toContain('no-such-program');
    const refused = here.spawn(['true'], { log: '/proc/none/log' });
    await expect(refused).rejects.toMatchObject({ code: 'host-file', message: expect.stringContaining('n1') });
  });
});

// What a helper does for a control process that is there: every request, and what is wrong with some.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FileLog } from '../../node/process/log-file.js';
import { processRow } from './process-table.js';
import type { ReplyLine } from './protocol.js';
import { type Attached, isStill, until, Workshop } from './testing/workshop.js';

let shop: Workshop;
let attached: Attached;

const gone = (pids: readonly number[]) => until(() => pids.every((pid) => processRow(pid) === null));
const kill = (node = 'n1') => attached.client.request('signal', { node, signal: 'SIGKILL' });

beforeAll(async () => {
  shop = new Workshop();
  await shop.open();
  attached = await shop.attach();
});

afterEach(async () => {
  await attached.client.request('signal', { node: 'n1', signal: 'SIGKILL' });
  expect(shop.marked()).toEqual([]);
  attached.events.length = 0;
  expect(attached.lost).toEqual([]);
});

afterAll(async () => {
  expect(await shop.close()).toEqual([]);
});

describe('the folder of a helper', () => {
  it('is for its user alone', () => {
    expect(statSync(shop.helper).mode & 0o777).toBe(0o700);
    for (const name of ['helper.log', 'helper.state']) {
      expect(statSync(join(shop.helper, name)).mode & 0o077).toBe(0);
    }
  });
});

describe('processes of a node', () => {
  it('are started, frozen, woken and killed together, and their end is told with the last lines of the log', async () => {
    const { client, events } = attached;
    const { pid } = await client.request('start', shop.shell('echo one; echo two >&2; sleep 99 & sleep 99'));
    expect(await until(() => shop.marked().length === 3)).toBe(true);
    const pids = shop.marked();
    const stopped = () => pids.map(isStill);
    expect(await client.request('freeze', { node: 'n1', frozen: true })).toEqual({ processes: 3, observed: true });
    expect(stopped()).toEqual([true, true, true]);
    expect(await client.request('freeze', { node: 'n1', frozen: false })).toEqual({ processes: 3, observed: true });
    expect(pids.some((id) => processRow(id)?.stopped)).toBe(false);
    expect(await kill()).toEqual({ processes: 3 });
    expect(pids.map((id) => processRow(id))).toEqual([null, null, null]);
    expect(events).toEqual([{ event: 'exit', node: 'n1', pid, code: null, signal: 'SIGKILL', lines: ['one', 'two'] }]);
  });

  it('end by themselves or by a signal that they may handle', async () => {
    const { client, events } = attached;
    await client.request('start', shop.shell('exit 7'));
    expect(await until(() => events.length === 1)).toBe(true);
    expect(events[0]).toMatchObject({ event: 'exit', node: 'n1', code: 7, signal: null });
    await client.request('start', shop.shell('trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done'));
    expect(await until(() => shop.logText().includes('ready'))).toBe(true);
    await client.request('signal', { node: 'n1', signal: 'SIGTERM' });
    expect(await until(() => events.length === 2)).toBe(true);
    expect(events[1]).toMatchObject({ code: 3, signal: null });
  });

  it('see the environment that was asked for, the folder, and no shell', async () => {
    const { client, events } = attached;
    const command = ['env', 'A=$(id) `id`; "', 'sh', '-c', 'echo "$A|$B|$CHAOS_NODE|$PWD"'] as const;
    await client.request('start', { node: 'n1', command, env: { B: 'b c' }, cwd: shop.folder, log: shop.log });
    expect(await until(() => events.length === 1)).toBe(true);
    expect(shop.logText()).toContain(`$(id) \`id\`; "|b c|${shop.run}/n1|${shop.folder}\n`);
  });

  it('are found when they left their group, their session and their parent', async () => {
    const { client } = attached;
    await client.request(
      'start',
      shop.shell('(setsid sleep 99 &) ; (setsid sh -c "sleep 99 & sleep 99" &) ; sleep 99'),
    );
    expect(await until(() => shop.marked().length === 6)).toBe(true);
    const pids = shop.marked();
    expect(await client.request('freeze', { node: 'n1', frozen: true })).toEqual({ processes: 6, observed: true });
    expect(pids.every(isStill)).toBe(true);
    // What is stopped can be killed as it is.
    expect(await kill()).toEqual({ processes: 6 });
    expect(await gone(pids)).toBe(true);
  });

  it('are found when they drop their environment, too', async () => {
    const { client } = attached;
    const ask = shop.shell('(env -i setsid sh -c "echo \\$\\$ >> pids; exec sleep 99" & sleep 0.1)');
    const step = { ...ask, cwd: shop.folder, timeout: 5000, most: 1000 };
    await client.request('start', { ...shop.shell('env -i setsid sleep 99; sleep 98'), cwd: shop.folder });
    await client.request('step', step);
    expect(await client.request('freeze', { node: 'n1', frozen: true })).toEqual({ processes: 3, observed: true });
    const [pid] = readFileSync(join(shop.folder, 'pids'), 'utf8').split('\n');
    expect(isStill(Number(pid))).toBe(true);
    expect(await kill()).toEqual({ processes: 3 });
    expect(processRow(Number(pid))).toBe(null);
  });

  it('are all killed and frozen while they fork as fast as they can', async () => {
    const { client } = attached;
    await client.request('start', shop.shell('while :; do (setsid sleep 0.05 &); sleep 0.002; done'));
    await until(() => shop.marked().length > 3);
    const { observed } = await client.request('freeze', { node: 'n1', frozen: true });
    expect(observed).toBe(true);
    const before = shop.marked().sort();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(shop.marked().sort()).toEqual(before);
    expect(await client.request('freeze', { node: 'n1', frozen: false })).toMatchObject({ observed: true });
    expect(await until(() => shop.marked().some((pid) => !before.includes(pid)))).toBe(true);
    await kill();
    expect(shop.marked()).toEqual([]);
  });

  it('run once at a time for each node, and are refused with the reason', async () => {
    const { client } = attached;
    const fails = (ask: object) =>
      client.request('start', { ...shop.shell('sleep 9'), ...ask }).then(
        () => 'started',
        (error: { code: string; message: string; hint: string }) => `${error.code}: ${error.message} (${error.hint})`,
      );
    expect(await fails({ command: ['/no/such-program'] })).toMatch(
      /^not-started: n1 \(this machine\): \/no\/such-program .*no such program.*Install/,
    );
    expect(await fails({ cwd: '/no/such' })).toContain('there is no folder /no/such');
    expect(await fails({ log: '/dev/null/log' })).toContain('host-file');
    const plain = join(shop.folder, 'plain');
    writeFileSync(plain, 'hello');
    expect(await fails({ command: [plain] })).toContain('may not be executed');
    chmodSync(plain, 0o755);
    expect(await fails({})).toBe('started');
    expect(await fails({})).toMatch(/^node-running: /);
  });

  it('of two nodes have nothing to do with each other', async () => {
    const { client } = attached;
    await client.request('start', shop.shell('exec sleep 99'));
    const other = await client.request('start', { ...shop.shell('exec sleep 99'), node: 'n11' });
    await kill();
    expect(shop.marked()).toEqual([other.pid]);
    expect(await kill('n11')).toEqual({ processes: 1 });
    expect(await kill('n11')).toEqual({ processes: 0 });
  });
});

describe('a step', () => {
  const step = (script: string, more: object = {}) =>
    attached.client.request('step', { ...shop.shell(script), timeout: 5000, most: 10_000, ...more });

  it('answers with how it ended, its output and what it makes of its input; the log has all of it', async () => {
    expect(await step('cat; echo error >&2; exit 4', { input: 'text ü\n' })).toEqual({
      code: 4,
      signal: null,
      stdout: 'text ü\n',
      stderr: 'error\n',
      late: false,
    });
    expect(await step('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL', late: false });
    expect(await step('exit 0', { input: 'x'.repeat(1 << 20) })).toMatchObject({ code: 0 });
    expect(shop.logText()).toContain('text ü\nerror\n');
  });

  it('keeps the last bytes of its output', async () => {
    const { stdout } = await step('i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done', { most: 100 });
    expect(stdout).toHaveLength(100);
    expect(stdout.endsWith('line 19998\nline 19999\n')).toBe(true);
    expect((await step('head -c 9000000 /dev/zero', { most: 1e9 })).stdout).toHaveLength(2 << 20);
  });

  it('that takes too long is killed with all that it has started, and nothing else', async () => {
    const { pid } = await attached.client.request('start', shop.shell('exec sleep 99'));
    const result = await step('echo begun; (setsid sleep 99 &) ; sleep 99', { timeout: 200 });
    expect(result).toEqual({ code: null, signal: 'SIGKILL', stdout: 'begun\n', stderr: '', late: true });
    expect(shop.marked()).toEqual([pid]);
  });

  it('may leave a daemon behind, whose output goes on to the log', async () => {
    const script = '(setsid sh -c "sleep 0.2; echo later; exec sleep 99" &) ; echo now';
    expect(await step(script)).toMatchObject({ code: 0, stdout: 'now\n' });
    expect(await until(() => shop.logText().includes('later'))).toBe(true);
    expect(await kill()).toEqual({ processes: 1 });
  });

  it('holds up no kill of its node', async () => {
    const waiting = step('sleep 99', { timeout: 20_000 });
    expect(await until(() => shop.marked().length === 2)).toBe(true);
    await kill();
    expect(await waiting).toMatchObject({ signal: 'SIGKILL', late: false });
  });
});

describe('damage', () => {
  it('is done to the log of a dead node, by seed, and a flipped bit is flipped back', async () => {
    const { client } = attached;
    const folder = join(shop.folder, 'data');
    const path = join(folder, 'log');
    const fresh = () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      const log = new FileLog(folder);
      for (let n = 0; n < 20; n++) log.append('', { n });
      log.flush();
      log.sync();
      for (let n = 0; n < 20; n++) log.append('', { n });
      log.flush();
      log.close();
      return readFileSync(path);
    };
    const before = fresh();
    const flip = { kind: 'flip', folder, position: 0.5, flipped: [] } as const;
    const { at } = await client.request('damage', flip);
    expect(readFileSync(path).equals(before)).toBe(false);
    expect((await client.request('damage', { ...flip, flipped: [at!] })).at).toBe(at! + 1);
    for (const each of [at!, at! + 1]) await client.request('damage', { kind: 'unflip', folder, at: each });
    expect(readFileSync(path).equals(before)).toBe(true);
    const { lost } = await client.request('damage', { kind: 'crash', folder, keep: 'prefix', seed: 3 });
    const size = statSync(path).size;
    fresh();
    expect(await client.request('damage', { kind: 'crash', folder, keep: 'prefix', seed: 3 })).toEqual({
      lost,
      at: null,
    });
    expect(statSync(path).size).toBe(size);
    expect((await client.request('damage', { kind: 'crash', folder, keep: 'none', seed: 3 })).lost).toBeGreaterThan(0);
    expect(await client.request('damage', { kind: 'tear', folder, seed: 3 })).toEqual({ lost: 0, at: null });
  });
});

describe('probes', () => {
  it('arrive, are remembered by their source, and tell when the kernel refuses them', async () => {
    const { client } = attached;
    const port = client.hello.probe;
    expect(await client.request('probed', { from: '127.0.0.1' })).toEqual({ text: null, dropped: 0 });
    expect(await client.request('probe', { address: '127.0.0.1', port, text: 'a' })).toEqual({ refused: false });
    const last = async () => (await client.request('probed', { from: '127.0.0.1' })).text;
    expect(await until(async () => (await last()) === 'a')).toBe(true);
    await client.request('probe', { address: '127.0.0.1', port, text: 'b'.repeat(9999) });
    expect(await until(async () => (await last()) === 'b'.repeat(512))).toBe(true);
    // Without leave to do so nobody sends to everybody.
    expect(await client.request('probe', { address: '255.255.255.255', port, text: 'a' })).toEqual({ refused: true });
    await expect(client.request('probe', { address: 'no such host', port, text: 'a' })).rejects.toThrow('n1');
  });
});

describe('lines that are no requests', () => {
  /** Says these lines over a pipe of its own and gives the first answers. */
  async function say(folder: string, lines: readonly string[], answers: number): Promise<ReplyLine[]> {
    const pipe = spawn(process.execPath, [shop.program, 'attach', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    pipe.stdin.write(lines.map((line) => `${line}\n`).join(''));
    let text = '';
    for await (const chunk of pipe.stdout) {
      text += String(chunk);
      if (text.split('\n').length > answers) break;
    }
    pipe.stdin.end();
    if (pipe.exitCode === null) await once(pipe, 'exit');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReplyLine);
  }

  it('are answered with what is wrong, each once, and do no harm', async () => {
    const own = new Workshop();
    const hello = { id: 8, do: 'hello', run: 'r', bound: 20_000, keep: false };
    const lines = [
      'no json',
      '[1]',
      'null',
      '{"id":1}',
      '{"id":2,"do":"constructor"}',
      '{"id":3,"do":"hello","run":"","bound":1,"keep":true}',
      '{"id":4,"do":"hello","run":"a","bound":"1","keep":true}',
      '{"id":5,"do":"start","node":"n1"}',
      '{"id":6,"do":"freeze","node":"n1","frozen":true}',
      'x'.repeat(17 << 20),
      '',
      JSON.stringify(hello),
      '{"id":9,"do":"start","node":"a/b","command":["true"],"env":{},"log":"/tmp/x"}',
      '{"id":10,"do":"start","node":"n1","command":["true\\u0000"],"env":{},"log":"/tmp/x"}',
      '{"id":11,"do":"start","node":"n1","command":[],"env":{},"log":"/tmp/x"}',
      '{"id":12,"do":"start","node":"n1","command":["true"],"env":{"a":1},"log":"/tmp/x"}',
      '{"id":13,"do":"start","node":"n1","command":["true"],"env":{},"log":"x"}',
      '{"id":14,"do":"signal","node":"n1","signal":"SIGSEGV"}',
      '{"id":15,"do":"damage","kind":"melt","folder":"/tmp"}',
      '{"id":16,"do":"end"}',
    ];
    const replies = await say(own.helper, lines, lines.length - 1);
    const brief = replies.map((reply) => {
      if ('event' in reply) return reply.event;
      return 'answer' in reply ? `${reply.id} fine` : `${reply.id} ${reply.error.code}: ${reply.error.message}`;
    });
    const expected = [
      '0 helper-request: a line is no JSON',
      '0 helper-request: a line is no JSON object',
      '0 helper-request: a line is no JSON object',
      '1 helper-request: there is no request undefined',
      '2 helper-request: there is no request "constructor"',
      '3 helper-request: hello needs a name as its run',
      '4 helper-request: hello needs a duration above 0 as its bound',
      '5 helper-request: start needs a program and its arguments as its command',
      '6 helper-not-ready: hello comes first',
      '0 helper-request: a line is too long',
      '8 fine',
      '9 helper-request: start needs a name as its node',
      '10 helper-request: start needs a program and its arguments as its command',
      '11 helper-request: start needs a program and its arguments as its command',
      '12 helper-request: start needs texts by name as its env',
      '13 helper-request: start needs an absolute path as its log',
      '14 helper-request: signal needs one of SIGKILL, SIGTERM, SIGINT as its signal',
      '15 helper-request: damage needs one of crash, tear, flip, unflip, cut, uncut as its kind',
      '16 fine',
    ];
    expect(brief.sort()).toEqual(expected.sort());
    expect(await own.close()).toEqual([]);
  });
});

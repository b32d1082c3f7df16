// How long a helper, its nodes and its faults live, whoever dies.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bootId, processRow } from './process-table.js';
import { isStill, sleep, until, Workshop } from './testing/workshop.js';

const CONTROLLER = fileURLToPath(new URL('./testing/controller.js', import.meta.url));
const SLEEPER = 'sleep 99 & sleep 99';

/** They mostly wait, so they do it together, each with a helper of its own. */
function test(name: string, body: (shop: Workshop) => Promise<void>): void {
  it.concurrent(name, async () => {
    const shop = new Workshop();
    await shop.open();
    let left: number[] = [];
    try {
      await body(shop);
    } finally {
      left = await shop.close();
    }
    expect(left).toEqual([]);
  });
}

const stopped = (pids: readonly number[]) => pids.map(isStill);
const allStopped = (pids: readonly number[]) => pids.every(isStill);
const allAwake = (pids: readonly number[]) => pids.every((pid) => processRow(pid)?.stopped === false);
const allGone = (pids: readonly number[]) => pids.every((pid) => processRow(pid) === null);
const nodeRuns = (shop: Workshop) => until(() => shop.marked().length === 3);

/** A control process of its own, with a frozen node. */
async function controller(
  shop: Workshop,
  bound: number,
  keep: boolean,
): Promise<{ process: ChildProcess; pids: number[] }> {
  const args = [CONTROLLER, shop.program, shop.helper, shop.run, `${bound}`, keep ? 'keep' : 'no', shop.log];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  await until(() => output.includes('"id":3'));
  expect(output).toContain('"observed":true');
  const pids = shop.marked();
  expect(stopped(pids)).toEqual([true, true, true]);
  return { process: child, pids };
}

describe('without its control process', () => {
  test('that was killed, a helper wakes and ends its nodes after the bound, not before, and goes', async (shop) => {
    const { process: control, pids } = await controller(shop, 800, false);
    await sleep(1000);
    expect(stopped(pids)).toEqual([true, true, true]);
    control.kill('SIGKILL');
    await once(control, 'exit');
    const killed = performance.now();
    await sleep(300);
    expect(stopped(pids)).toEqual([true, true, true]);
    expect(await until(() => allGone(pids) && shop.daemons().length === 0)).toBe(true);
    expect(performance.now() - killed).toBeLessThan(2500);
    expect(readdirSync(shop.helper)).toEqual(['helper.log']);
  });

  test('a helper that may keep its nodes only takes back the faults', async (shop) => {
    const { process: control, pids } = await controller(shop, 800, true);
    control.kill('SIGKILL');
    expect(await until(() => allAwake(pids))).toBe(true);
    await sleep(200);
    expect(shop.daemons()).toHaveLength(1);
    const { client } = await shop.attach();
    expect(client.hello.healed).toBe(true);
    expect(await client.request('signal', { node: 'n1', signal: 'SIGKILL' })).toEqual({ processes: 3 });
  });

  test('everything goes on while it comes back in time, also what it has to hear', async (shop) => {
    const first = await shop.attach();
    await first.client.request('start', shop.shell(SLEEPER));
    const short = await first.client.request('start', { ...shop.shell('sleep 0.2; exit 5'), node: 'n2' });
    await nodeRuns(shop);
    const pids = shop.marked().filter((pid) => pid !== short.pid);
    await first.client.request('freeze', { node: 'n1', frozen: true });
    const [attach] = attachesOf(shop);
    process.kill(attach!, 'SIGKILL');
    expect(await until(() => first.lost.length === 1)).toBe(true);
    expect(first.lost[0]).toMatchObject({ code: 'host-lost' });
    expect(first.lost[0]!.message).toMatch(/^n1 \(this machine\): /);
    await expect(first.client.request('pulse', {})).rejects.toMatchObject({ code: 'host-lost' });
    await sleep(300);
    const hello = await first.client.reattach();
    expect(hello).toMatchObject({ pid: first.client.hello.pid, healed: false });
    expect(await until(() => first.events.length === 1)).toBe(true);
    expect(first.events[0]).toMatchObject({ event: 'exit', node: 'n2', code: 5 });
    expect(allStopped(pids.filter((pid) => processRow(pid) !== null))).toBe(true);
    await first.client.request('heal', {});
    expect(
      await until(() => pids.filter((pid) => processRow(pid) !== null).every((pid) => !processRow(pid)?.stopped)),
    ).toBe(true);
    expect(first.lost).toHaveLength(1);
  });
});

function attachesOf({ helper }: Workshop): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('attach') && words.includes(helper) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

describe('a helper that was stopped for longer than the bound', () => {
  test('takes back everything as soon as it goes on, and tells whoever still waits by closing the pipe', async (shop) => {
    const { client, lost } = await shop.attach({ bound: 1000 });
    await client.request('start', shop.shell(SLEEPER));
    await nodeRuns(shop);
    const pids = shop.marked();
    await client.request('freeze', { node: 'n1', frozen: true });
    process.kill(client.hello.pid, 'SIGSTOP');
    await sleep(1200);
    expect(stopped(pids)).toEqual([true, true, true]);
    process.kill(client.hello.pid, 'SIGCONT');
    expect(await until(() => allGone(pids) && shop.daemons().length === 0)).toBe(true);
    expect(await until(() => lost.length === 1)).toBe(true);
    expect(lost[0]).toMatchObject({ code: 'host-lost' });
  });

  test('goes on when it was stopped for less', async (shop) => {
    const { client, lost } = await shop.attach({ bound: 2000 });
    await client.request('start', shop.shell(SLEEPER));
    await nodeRuns(shop);
    process.kill(client.hello.pid, 'SIGSTOP');
    await sleep(300);
    process.kill(client.hello.pid, 'SIGCONT');
    await client.request('freeze', { node: 'n1', frozen: true });
    expect(allStopped(shop.marked())).toBe(true);
    expect(lost).toEqual([]);
  });
});

describe('a helper that was killed', () => {
  test('is replaced by one that takes back its faults and goes on with its nodes', async (shop) => {
    const { client, events, lost } = await shop.attach();
    const { pid } = await client.request('start', shop.shell('echo begun; sleep 99 & sleep 99'));
    await nodeRuns(shop);
    const pids = shop.marked();
    await client.request('freeze', { node: 'n1', frozen: true });
    const first = client.hello.pid;
    process.kill(first, 'SIGKILL');
    expect(await until(() => lost.length === 1)).toBe(true);
    expect(stopped(pids)).toEqual([true, true, true]);
    const hello = await client.reattach();
    expect(hello.healed).toBe(true);
    expect(hello.pid).not.toBe(first);
    expect(allAwake(pids)).toBe(true);
    await expect(client.request('start', shop.shell('true'))).rejects.toMatchObject({ code: 'node-running' });
    expect(await client.request('signal', { node: 'n1', signal: 'SIGKILL' })).toEqual({ processes: 3 });
    expect(events).toEqual([{ event: 'exit', node: 'n1', pid, code: null, signal: null, lines: ['begun'] }]);
    await client.request('start', shop.shell('exec sleep 99'));
  });

  test('never lets its successor touch a process that has got an old id', async (shop) => {
    const foreign = spawn('sleep', ['99'], { detached: true, stdio: 'ignore' });
    foreign.kill('SIGSTOP');
    expect(await until(() => processRow(foreign.pid!)?.stopped === true)).toBe(true);
    const node = (start: string) => ({
      frozen: true,
      known: [[foreign.pid, start]],
      main: { pid: foreign.pid, start, log: shop.log },
    });
    const state = (boot: string, start: string) =>
      JSON.stringify({ boot, owner: { run: 'earlier', keep: false }, modules: { processes: { n1: node(start) } } });
    const { start } = processRow(foreign.pid!)!;
    for (const text of [state(bootId(), '12345'), state('another life', start), '{"boot":']) {
      mkdirSync(shop.helper, { recursive: true });
      writeFileSync(join(shop.helper, 'helper.state'), text);
      const { client } = await shop.attach();
      await client.close();
      expect(processRow(foreign.pid!)?.stopped).toBe(true);
    }
    foreign.kill('SIGKILL');
    await once(foreign, 'exit');
  });
});

describe('one helper and one control process', () => {
  test('come of many that begin at once; the last of them has it', async (shop) => {
    const begun = await Promise.allSettled(Array.from({ length: 4 }, () => shop.attach()));
    const codes = begun.map((each) =>
      each.status === 'rejected' ? (each.reason as { code: string }).code : 'attached',
    );
    expect(codes).toContain('attached');
    expect(codes.filter((code) => code !== 'attached' && code !== 'host-taken')).toEqual([]);
    const many = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    // Who found the folder held goes at once.
    expect(await until(() => shop.daemons().length === 1)).toBe(true);
    expect(new Set(many.map(({ client }) => client.hello.pid)).size).toBe(1);
    expect(await until(() => many.filter(({ client }) => client.connected).length <= 1)).toBe(true);
    const last = await shop.attach();
    expect(await until(() => many.every(({ lost }) => lost.length === 1))).toBe(true);
    expect(many.map(({ lost }) => lost[0]?.code)).toEqual(many.map(() => 'host-taken'));
    expect(await last.client.request('pulse', {})).toEqual({});
  });

  test('of a new run find nothing of the one before, and only what may stay is there', async (shop) => {
    const first = await shop.attach();
    await first.client.request('start', shop.shell(SLEEPER));
    await nodeRuns(shop);
    const pids = shop.marked();
    await first.client.request('freeze', { node: 'n1', frozen: true });
    const second = await shop.attach({ run: `${shop.run}-b` });
    expect(second.client.hello).toMatchObject({ pid: first.client.hello.pid, healed: true });
    expect(allGone(pids)).toBe(true);
    expect(await until(() => first.lost.length === 1)).toBe(true);
    expect(second.events).toEqual([]);
  });
});

describe('the end of a helper', () => {
  test('by SIGTERM takes back everything; signals of terminals do nothing', async (shop) => {
    const { client, lost } = await shop.attach();
    await client.request('start', shop.shell(SLEEPER));
    await nodeRuns(shop);
    const pids = shop.marked();
    await client.request('freeze', { node: 'n1', frozen: true });
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.kill(client.hello.pid, signal);
    await sleep(100);
    await client.request('pulse', {});
    process.kill(client.hello.pid, 'SIGTERM');
    expect(await until(() => allGone(pids) && shop.daemons().length === 0)).toBe(true);
    expect(await until(() => lost.length === 1)).toBe(true);
    expect(existsSync(join(shop.helper, 'helper.state'))).toBe(false);
  });

  test('leaves the nodes to whoever wants to keep them', async (shop) => {
    const { client } = await shop.attach({ bound: 1000 });
    await client.request('start', shop.shell(SLEEPER));
    await nodeRuns(shop);
    const pids = shop.marked();
    await client.request('freeze', { node: 'n1', frozen: true });
    await client.close({ keep: true });
    await sleep(1300);
    expect(allAwake(pids)).toBe(true);
    const { client: cleaner } = await shop.attach({ run: 'clean' });
    expect(allAwake(pids)).toBe(true);
    await cleaner.close();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    expect(await until(() => allGone(pids))).toBe(true);
  });

  test('that cannot begin is told with the reason', async (shop) => {
    writeFileSync(shop.helper, 'a file');
    await expect(shop.attach()).rejects.toMatchObject({
      code: 'helper-not-started',
      message: expect.stringContaining('n1'),
    });
  });
});

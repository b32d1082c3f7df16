// A slow disk of a program that knows nothing of it, by strace: how long its syncs take, and that nothing is left that holds it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DiskFault } from '../../framework/contracts/cluster.js';
import type { HelperClient } from '../../framework/deploy/helper/client.js';
import { environmentOf, processTable } from '../../framework/deploy/helper/process-table.js';
import { sleep, until, Workshop } from '../../framework/deploy/helper/testing/workshop.js';
import { ForeignLife, Installations } from '../../framework/deploy/remote/foreign-life.js';
import { NO_WISH, type Wish } from '../../framework/deploy/wish.js';
import { createRandom } from '../../framework/time/random.js';
import { realWorld } from '../../framework/time/real.js';

/** Two processes, of two threads each, say on a line how long a sync has taken: process, thread, milliseconds. */
const PROGRAM = `
import os, select, threading, time
os.fork()
def work(name):
    file = os.open(f"file-{os.getpid()}-{name}", os.O_WRONLY | os.O_CREAT)
    while True:
        os.write(file, b"x")
        before = time.monotonic()
        os.fsync(file) if name == "a" else os.fdatasync(file)
        os.write(1, f"{os.getpid()} {name} {round(1000 * (time.monotonic() - before))}\\n".encode())
        select.select([], [], [], 0.02)
threading.Thread(target=work, args=["a"]).start()
work("b")
`;

/** In the environment of all that this test starts. */
const OWNER = `CHAOS_TEST_SLOW_DISK=${process.pid}`;
process.env['CHAOS_TEST_SLOW_DISK'] = String(process.pid);

const WORKERS = 4;
const DELAY = 400;
const random = createRandom(1, 'test');
let shop: Workshop;
let client: HelperClient;
let life: ForeignLife;
let notes: string[];

beforeEach(async () => {
  shop = new Workshop();
  notes = [];
  await shop.open();
  ({ client } = await shop.attach({
    bound: 3000,
    onEvent: (event) => void (event.event === 'note' && notes.push(event.detail)),
  }));
  const home = join(shop.folder, 'n1');
  life = new ForeignLife({
    place: {
      id: 'n1',
      number: 1,
      address: '127.0.0.1',
      port: 1,
      data: `${home}/data`,
      logs: `${home}/logs`,
      files: home,
    },
    lifecycle: { start: { command: ['python3', '-c', PROGRAM] } },
    station: { host: shop.host, isRoot: true, request: (name, ask) => client.request(name, ask) },
    bridge: null,
    clockRun: null,
    installations: new Installations(),
    clock: realWorld().clock,
    listener: { onReady: () => {}, note: (detail) => notes.push(detail) },
  });
  await life.prepare();
});

afterEach(async () => {
  await life.close();
  const left = await shop.close();
  expect(left).toEqual([]);
  expect(tracers()).toEqual([]);
  rmSync(shop.folder, { recursive: true, force: true });
});

const wish = (...disk: DiskFault[]): Wish => ({ ...NO_WISH, disk });
const slow = (delay = DELAY): DiskFault => ({ kind: 'slow', delay });
const kill = async () => {
  await client.request('signal', { node: 'n1', signal: 'SIGKILL' });
  await life.crashed('prefix');
};
const log = () => join(shop.folder, 'n1/logs/node.log');

/** Ids of every strace that was started from here, by whomever. */
function tracers(): number[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,comm='], { encoding: 'utf8' }).matchAll(/^ *(\d+) strace$/gm);
  return [...listed].map(([, pid]) => Number(pid)).filter((pid) => environmentOf(pid)?.includes(OWNER));
}

function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Whoever holds a thread of the program. */
function holders(): number[] {
  return shop.marked().flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1');
      return Number(/^TracerPid:\s*(\d+)/m.exec(text)?.[1]);
    }),
  );
}

/** The last syncs of all workers that began from now on, one of each: resolves when each has made two. */
async function syncs(): Promise<number[]> {
  const from = readFileSync(log(), 'utf8').length;
  const found = () => {
    const times = new Map<string, number[]>();
    for (const line of readFileSync(log(), 'utf8').slice(from).split('\n').slice(0, -1)) {
      const [pid, name, time] = line.split(' ');
      times.set(`${pid} ${name}`, [...(times.get(`${pid} ${name}`) ?? []), Number(time)]);
    }
    return [...times.values()].filter((each) => each.length > 1).map((each) => each[1]!);
  };
  await until(() => found().length >= WORKERS);
  return found();
}

const allSlow = (times: readonly number[]) => times.length === WORKERS && times.every((time) => time >= DELAY);
const allFast = (times: readonly number[]) => times.length === WORKERS && times.every((time) => time < DELAY);

it('each sync takes longer while it is slow, of every thread and process, and none afterwards', async () => {
  await life.start(NO_WISH, random);
  expect(allFast(await syncs())).toBe(true);
  await life.tell('disk', wish(slow()));
  expect(holders()).toHaveLength(WORKERS);
  expect(new Set(holders()).has(0)).toBe(false);
  expect(allSlow(await syncs())).toBe(true);
  // Delays add up.
  await life.tell('disk', wish(slow(), slow()));
  expect(Math.min(...(await syncs()))).toBeGreaterThanOrEqual(2 * DELAY);
  await life.tell('disk', NO_WISH);
  expect(new Set(holders())).toEqual(new Set([0]));
  expect(allFast(await syncs())).toBe(true);
  expect(notes).toEqual([]);
});

it('a node that is killed and started again is as slow as before', async () => {
  const fault = wish(slow());
  await life.start(NO_WISH, random);
  await life.tell('disk', fault);
  await kill();
  expect(await until(() => tracers().length === 0)).toBe(true);
  // Declared of a node that does not run.
  await life.tell('disk', wish(slow(DELAY + 1)));
  await life.start(fault, random);
  expect(allSlow(await syncs())).toBe(true);
  expect(notes).toEqual([]);
});

it('a pause holds a slow node, a paused node becomes slow, and both go on', async () => {
  await life.start(NO_WISH, random);
  await syncs();
  const freeze = (frozen: boolean) => client.request('freeze', { node: 'n1', frozen });
  const isStill = async () => {
    await sleep(DELAY + 100);
    const before = readFileSync(log()).length;
    await sleep(DELAY + 100);
    return readFileSync(log()).length === before;
  };
  await life.tell('disk', wish(slow()));
  expect(await freeze(true)).toMatchObject({ observed: true });
  expect(await isStill()).toBe(true);
  await life.tell('disk', NO_WISH);
  expect(await isStill()).toBe(true);
  await life.tell('disk', wish(slow()));
  expect(await isStill()).toBe(true);
  expect(await freeze(false)).toMatchObject({ observed: true });
  expect(allSlow(await syncs())).toBe(true);
  await life.tell('disk', NO_WISH);
  expect(allFast(await syncs())).toBe(true);
});

it('what a helper that was killed has left is let go by the next one, and asked for again', async () => {
  await life.start(NO_WISH, random);
  const fault = wish(slow());
  await life.tell('disk', fault);
  for (const pid of shop.daemons()) process.kill(pid, 'SIGKILL');
  expect(await until(() => !client.connected)).toBe(true);
  expect(tracers()).not.toEqual([]);
  expect((await client.reattach()).healed).toBe(true);
  expect(tracers()).toEqual([]);
  expect(allFast(await syncs())).toBe(true);
  await life.back(fault);
  expect(allSlow(await syncs())).toBe(true);
  await client.request('heal', {});
  expect(allFast(await syncs())).toBe(true);
});

it('checks that come and go meanwhile do not keep it from becoming slow, and are no news', async () => {
  await life.start(NO_WISH, random);
  const step = { node: 'n1', command: ['sh', '-c', 'sleep 0.03; true'], env: {}, log: '/dev/null' } as const;
  let over = false;
  const checks = (async () => {
    while (!over) await client.request('step', { ...step, timeout: 5000, most: 0 });
  })();
  for (let turn = 0; turn < 5; turn++) {
    await life.tell('disk', wish(slow()));
    await life.tell('disk', NO_WISH);
  }
  await life.tell('disk', wish(slow()));
  over = true;
  await checks;
  expect(allSlow(await syncs())).toBe(true);
  expect(notes).toEqual([]);
});

it('after the bound nothing of it is left', async () => {
  await life.start(NO_WISH, random);
  await life.tell('disk', wish(slow()));
  const pipes = [...processTable().keys()].filter((pid) => {
    const words = wordsOf(pid);
    return words.includes('attach') && words.includes(shop.helper);
  });
  for (const pid of pipes) process.kill(pid, 'SIGKILL');
  expect(await until(() => shop.daemons().length === 0, 15_000)).toBe(true);
  expect(tracers()).toEqual([]);
  expect(shop.marked()).toEqual([]);
});

it('says who holds it already', async () => {
  await life.start(NO_WISH, random);
  await syncs();
  const [pid] = shop.marked();
  const other = spawn('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=none', '-p', String(pid)]);
  try {
    expect(await until(() => holders().includes(other.pid!))).toBe(true);
    await expect(life.tell('disk', wish(slow()))).rejects.toMatchObject({
      code: 'fault-unsupported',
      message: expect.stringContaining(`process ${other.pid} traces it already`),
    });
    expect(tracers()).toEqual([other.pid]);
  } finally {
    other.kill('SIGINT');
    await once(other, 'exit');
  }
  expect(allFast(await syncs())).toBe(true);
});

// What a program has not synced is lost when power fails under it, on a real LazyFS: by the helper of its host, whoever ends how.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HelperClient } from '../../framework/deploy/helper/client.js';
import { until, Workshop } from '../../framework/deploy/helper/testing/workshop.js';
import { ForeignLife, Installations } from '../../framework/deploy/remote/foreign-life.js';
import { NO_WISH } from '../../framework/deploy/wish.js';
import { createRandom } from '../../framework/time/random.js';
import { realWorld } from '../../framework/time/real.js';
import { hasLazyfs } from './support/lazyfs.js';

/** Says what it finds, adds to two files, and syncs one of them; then writes over the middle of a third, which it has synced once. */
const PROGRAM = `
import os, select
def add(name, text, sync, at=None):
    file = os.open(name, os.O_RDWR | os.O_CREAT)
    os.lseek(file, 0, os.SEEK_END) if at is None else os.lseek(file, at, os.SEEK_SET)
    os.write(file, text)
    if sync: os.fsync(file)
    os.close(file)
def size(name): return os.stat(name).st_size if os.path.exists(name) else 0
fixed = open("fixed").read() if os.path.exists("fixed") else ""
print(os.getcwd() == os.environ["FOLDER"], size("synced"), size("unsynced"), fixed, flush=True)
add("synced", b"s" * 1000, True)
add("unsynced", b"u" * 1000, False)
if not fixed: add("fixed", b"aaaa", True)
add("fixed", b"BB", False, 1)
print("done", flush=True)
while True: select.select([], [], [], 10)
`;

const random = createRandom(1, 'test');
let shop: Workshop;
let client: HelperClient;
let life: ForeignLife;
let data: string;

beforeEach(async () => {
  shop = new Workshop();
  await shop.open();
  ({ client } = await shop.attach({ bound: 2000 }));
  const home = join(shop.folder, 'n1');
  data = `${home}/data`;
  life = new ForeignLife({
    place: { id: 'n1', number: 1, address: '127.0.0.1', port: 1, data, logs: `${home}/logs`, files: home },
    lifecycle: {
      wipe: { script: 'rm -rf ./* && chmod 750 .' },
      start: { command: ['python3', '-c', PROGRAM], env: { FOLDER: data } },
    },
    station: { host: shop.host, isRoot: true, request: (name, ask) => client.request(name, ask) },
    bridge: null,
    clockRun: null,
    isLazy: true,
    installations: new Installations(),
    clock: realWorld().clock,
    listener: { onReady: () => {}, note: () => {} },
  });
  mkdirSync(data);
  writeFileSync(join(data, 'old'), 'of an earlier run');
});

afterEach(async () => {
  await life.close();
  const left = await shop.close();
  rmSync(shop.folder, { recursive: true, force: true });
  expect(left).toEqual([]);
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(shop.folder);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`${shop.folder}/n1/data.lazyfs`);
});

const log = () => readFileSync(join(shop.folder, 'n1/logs/node.log'), 'utf8').trim().split('\n');
const runs = async (times: number) => {
  await life.start(NO_WISH, random);
  expect(await until(() => log().filter((line) => line === 'done').length === times)).toBe(true);
};
const kill = async (keep: 'prefix' | 'none') => {
  await client.request('signal', { node: 'n1', signal: 'SIGKILL' });
  return life.crashed(keep);
};
const isMounted = () => readFileSync('/proc/mounts', 'utf8').includes(` ${data} fuse.lazyfs `);

if (hasLazyfs()) {
  it('a kill takes nothing, a failure of power what was not synced, as often as it comes', async () => {
    await life.prepare();
    expect(existsSync(join(data, 'old'))).toBe(false);
    await runs(1);
    expect(await kill('prefix')).toBe(0);
    await runs(2);
    expect(log().at(-2)).toBe('True 1000 1000 aBBa');
    expect(await kill('none')).toBe(2002);
    await runs(3);
    expect(log().at(-2)).toBe('True 2000 0 aaaa');
    expect(await kill('none')).toBe(1002);
    // Nothing more is there to be lost.
    expect(await life.crashed('none')).toBe(0);
    expect([life.refusal('lose-unsynced'), life.refusal('slow'), life.refusal('torn-tail')]).toEqual([
      null,
      null,
      expect.stringContaining('nobody knows where its records end'),
    ]);
    expect(life.refusal('full')).toContain('LazyFS');
  });

  it('other faults of the disk go beside it', async () => {
    await life.prepare();
    await runs(1);
    await kill('prefix');
    await life.tell('disk', { ...NO_WISH, disk: [{ kind: 'read-only' }] });
    expect(() => writeFileSync(join(data, 'new'), 'x')).toThrow(/EROFS/);
    await life.tell('disk', NO_WISH);
    writeFileSync(join(data, 'new'), 'x');
    await life.damage('truncate', 0.5, random);
    await life.damage('bit-flip', 0.5, random);
    const before = readFileSync(join(data, 'synced'));
    await life.crashed('none');
    expect(readFileSync(join(data, 'synced'))).toEqual(before);
  });

  it('a helper that was killed leaves the files to the next one, which can lose them, too', async () => {
    await life.prepare();
    await runs(1);
    for (const pid of shop.daemons()) process.kill(pid, 'SIGKILL');
    expect(await until(() => !client.connected)).toBe(true);
    await client.reattach();
    expect(isMounted()).toBe(true);
    await life.back(NO_WISH);
    expect(await kill('none')).toBe(1002);
    await runs(2);
    expect(log().at(-2)).toBe('True 1000 0 aaaa');
  });

  it('when LazyFS is killed nothing can be lost any more, which is said, until it is there again', async () => {
    await life.prepare();
    await runs(1);
    await client.request('signal', { node: 'n1', signal: 'SIGKILL' });
    process.kill(Number(readFileSync(`${data}.lazyfs/pid`, 'utf8')), 'SIGKILL');
    await expect(life.crashed('none')).rejects.toMatchObject({ code: 'host-file' });
    await life.back(NO_WISH);
    await runs(2);
    expect(log().at(-2)).toBe('True 1000 0 aaaa');
  });

  it('after the bound nothing is left of it, whoever has files open there', async () => {
    await life.prepare();
    await runs(1);
    // Of nobody's node.
    const stranger = join(shop.folder, 'stranger');
    execFileSync('sh', ['-c', 'cd "$1" && exec sleep 8 >"$2" 2>&1 </dev/null &', 'sh', data, stranger]);
    expect(isMounted()).toBe(true);
    const [attach] = attaches();
    process.kill(attach!, 'SIGKILL');
    expect(await until(() => shop.daemons().length === 0, 15_000)).toBe(true);
    expect(isMounted()).toBe(false);
    expect(readFileSync(join(data, 'unsynced'), 'utf8')).toHaveLength(1000);
    expect(existsSync(`${data}.lazyfs`)).toBe(false);
  });
} else {
  it('without LazyFS it is refused, and the folder is as it was', async () => {
    await expect(life.prepare()).rejects.toMatchObject({ code: 'fault-unsupported' });
    expect(existsSync(data)).toBe(true);
    expect(existsSync(`${data}.lazyfs`)).toBe(false);
  });
}

/** Ids of the pipes to the helper. */
function attaches(): number[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return listed.filter((line) => line.includes(`attach ${shop.helper}`)).map((line) => Number.parseInt(line, 10));
}

// What happens to a program that knows nothing of chaos when its clock is moved, its disk is full or its files are damaged.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClockFault, DiskFault } from '../../framework/contracts/cluster.js';
import type { HelperClient } from '../../framework/deploy/helper/client.js';
import { until, Workshop } from '../../framework/deploy/helper/testing/workshop.js';
import { ForeignLife, Installations } from '../../framework/deploy/remote/foreign-life.js';
import { NO_WISH } from '../../framework/deploy/wish.js';
import { createRandom } from '../../framework/time/random.js';
import { realWorld } from '../../framework/time/real.js';

/**
 * Writes what time it has, and whether it could write to its folder, ten times a second. It does not use time.sleep, which libfaketime
 * 0.9.10 breaks in Python 3.11.
 */
const PROGRAM = `
import os, select, time
with open("file", "w") as file: file.write("x" * 100000)
while True:
    try:
        with open("more", "w") as more: more.write("x" * 100000)
        state = "wrote"
    except OSError as error: state = error.strerror
    if os.path.exists("more"): os.remove("more")
    print(time.time(), state, flush=True)
    select.select([], [], [], 0.1)
`;

const random = createRandom(1, 'test');
const shop = new Workshop();
const disk = join(shop.folder, 'n1', 'data');
let client: HelperClient;
let life: ForeignLife;

beforeAll(async () => {
  await shop.open();
  ({ client } = await shop.attach());
  mkdirSync(disk, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'h8-disk', disk]);
  const home = join(shop.folder, 'n1');
  life = new ForeignLife({
    place: { id: 'n1', number: 1, address: '127.0.0.1', port: 1, data: disk, logs: `${home}/logs`, files: home },
    lifecycle: { start: { command: ['python3', '-c', PROGRAM] } },
    station: { host: shop.host, isRoot: true, request: (name, ask) => client.request(name, ask) },
    bridge: null,
    clockRun: shop.run,
    installations: new Installations(),
    clock: realWorld().clock,
    listener: { onReady: () => {}, note: () => {} },
  });
  await life.prepare();
  await life.start(NO_WISH, random);
});

afterAll(async () => {
  await life.close();
  await client.request('signal', { node: 'n1', signal: 'SIGKILL' });
  execFileSync('umount', [disk]);
  const left = await shop.close();
  rmSync(shop.folder, { recursive: true, force: true });
  expect(left).toEqual([]);
  expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('h8-disk');
});

const last = () => readFileSync(join(shop.folder, 'n1/logs/node.log'), 'utf8').trim().split('\n').at(-1) ?? '';
const ahead = () => Number(last().split(' ')[0]) - Date.now() / 1000;
const clock = (...faults: ClockFault[]) => life.tell('clock', { ...NO_WISH, clock: faults });
const full = (...faults: DiskFault[]) => life.tell('disk', { ...NO_WISH, disk: faults });

it('its clock jumps, and comes back', async () => {
  expect(await until(() => Math.abs(ahead()) < 5)).toBe(true);
  await clock({ offset: 3_600_000 });
  expect(await until(() => Math.abs(ahead() - 3600) < 5)).toBe(true);
  await clock();
  expect(await until(() => Math.abs(ahead()) < 5)).toBe(true);
});

it('its disk is full, and has room again', async () => {
  expect(await until(() => last().endsWith('wrote'))).toBe(true);
  await full({ kind: 'full' });
  expect(await until(() => last().endsWith('No space left on device'))).toBe(true);
  await full();
  expect(await until(() => last().endsWith('wrote'))).toBe(true);
  expect([life.refusal('full'), life.refusal('clock')]).toEqual([null, null]);
  expect(life.refusal('lose-unsynced')).toContain('LazyFS');
});

it('its files are damaged while it is dead', async () => {
  await client.request('signal', { node: 'n1', signal: 'SIGKILL' });
  await life.crashed('prefix');
  rmSync(join(disk, 'more'), { force: true });
  const before = readFileSync(join(disk, 'file'));
  await life.damage('bit-flip', 0, random.derive('flip'));
  const after = readFileSync(join(disk, 'file'));
  expect(after.filter((byte, index) => byte !== before[index])).toHaveLength(1);
  await life.damage('truncate', 0.5, random.derive('truncate'));
  expect(readFileSync(join(disk, 'file')).length).toBeLessThan(before.length);
});

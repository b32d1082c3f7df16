import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../contracts/cluster.js';
import type { Lifecycle, NodePlace } from '../../contracts/system.js';
import { createRandom } from '../../time/random.js';
import { realWorld } from '../../time/real.js';
import { Clients } from '../clients.js';
import type { HelperClient } from '../helper/client.js';
import { until, Workshop } from '../helper/testing/workshop.js';
import { Watchdog } from '../local/watchdog.js';
import { NO_WISH } from '../wish.js';
import { Bridge } from './bridge.js';
import { ForeignLife, Installations } from './foreign-life.js';

const CLIENT = fileURLToPath(new URL('./testing/client.js', import.meta.url));
const shop = new Workshop();
const random = createRandom(1, 'test');
const { clock } = realWorld();
let client: HelperClient;
let ordinal = 0;
/** The node that is tested now. */
let present: { id: string; life: ForeignLife } | null = null;
/** We ourselves are killing it. */
let killing = false;
const ends: unknown[] = [];

beforeAll(async () => {
  await shop.open();
  const attached = await shop.attach({
    onEvent: (event) => {
      if (event.event === 'exit' && event.node === present?.id && !killing) ends.push(present.life.ended(event));
    },
  });
  ({ client } = attached);
});

afterEach(async () => {
  if (present === null) return;
  await present.life.close();
  await client.request('signal', { node: present.id, signal: 'SIGKILL' });
  present = null;
  ends.length = 0;
});

afterAll(async () => {
  expect(await shop.close()).toEqual([]);
});

function make(
  lifecycle: Partial<Lifecycle>,
  { bridge = null as Bridge | null, installations = new Installations(), hostClock = false } = {},
) {
  const id = `n${++ordinal}`;
  const place = placeOf(id);
  const told: string[] = [];
  const life = new ForeignLife({
    place,
    lifecycle: { start: { command: ['sleep', '1000'] }, ...lifecycle },
    station: { host: shop.host, isRoot: false, request: (name, ask) => client.request(name, ask) },
    bridge,
    clockRun: null,
    hostClock,
    installations,
    clock,
    listener: { onReady: () => told.push('ready'), note: (detail) => told.push(detail) },
  });
  present = { id, life };
  const kill = async () => {
    killing = true;
    await client.request('signal', { node: id, signal: 'SIGKILL' });
    killing = false;
    await life.crashed('prefix');
  };
  return { id, life, place, told, kill, start: () => life.start(NO_WISH, random) };
}

function placeOf(id: string): NodePlace {
  const home = join(shop.folder, id);
  return {
    id,
    number: 1,
    address: '127.0.0.1',
    port: 1,
    data: `${home}/data`,
    logs: `${home}/logs`,
    files: `${home}/files`,
  };
}

describe('a node that is any program', () => {
  it('is installed once on its host, wiped, started and asked until it is ready', async () => {
    const installations = new Installations();
    const install = { script: 'echo "$WHO" >> ../../installed', env: { WHO: 'me; rm -rf /' } };
    const lifecycle = {
      install,
      start: { script: 'echo starting; sleep 0.2; touch up; exec sleep 1000' },
      ready: { command: ['test', '-e', 'up'] },
    };
    const first = make(lifecycle, { installations });
    await first.life.prepare();
    const { life, place, told, start } = make(lifecycle, { installations });
    mkdirSync(`${place.data}/.old/deep`, { recursive: true });
    writeFileSync(`${place.data}/up`, '');
    await life.prepare();
    expect(readFileSync(join(shop.folder, 'installed'), 'utf8')).toBe('me; rm -rf /\n');
    expect(readdirSync(place.data)).toEqual([]);
    expect(await start()).toBeGreaterThan(1);
    expect(told).toEqual([]);
    await life.ready();
    expect(told).toEqual(['ready']);
    expect(readFileSync(`${place.logs}/node.log`, 'utf8')).toBe('starting\n');
    expect(ends).toEqual([]);
  });

  it('is started again after a kill, with the data that it had, and killed with all that it left behind', async () => {
    const start = { script: 'echo life >> lives; sleep 1000 & exec sleep 1000' };
    const node = make({ start });
    await node.life.prepare();
    for (let life = 1; life <= 2; life++) {
      await node.start();
      await node.life.ready();
      expect(await until(() => shop.marked().length === 2)).toBe(true);
      await node.kill();
      expect(shop.marked()).toEqual([]);
    }
    expect(readFileSync(`${node.place.data}/lives`, 'utf8')).toBe('life\nlife\n');
  });

  it('may leave a daemon behind, which is found and killed', async () => {
    const start = { script: 'setsid sh -c "sleep 1000 & sleep 1000" < /dev/null > /dev/null 2>&1 &' };
    const node = make({ start, daemon: true, ready: { script: 'true' } });
    await node.life.prepare();
    expect(await node.start()).toBe(null);
    await node.life.ready();
    expect(await until(() => shop.marked().length === 3)).toBe(true);
    await node.kill();
    expect(shop.marked()).toEqual([]);
  });

  it('has one of its files damaged, and its end is no wonder then; without files nothing can be damaged', async () => {
    const { life, place, told, kill, start } = make({
      start: { script: '[ -e data ] || printf 0123456789 >data; [ "$(cat data)" = 0123456789 ] && sleep 1000' },
    });
    await life.prepare();
    await expect(life.assertDamageable()).rejects.toMatchObject({ code: 'fault-unsupported', kind: 'environment' });
    await start();
    await until(() => existsSync(join(place.data, 'data')));
    await life.assertDamageable();
    await kill();
    await life.damage('truncate', 0.5, random);
    expect(readFileSync(join(place.data, 'data'), 'utf8')).toBe('01234');
    expect(told).toContain('data was cut at byte 5');
    await start();
    await until(() => ends.length > 0);
    expect(ends[0]).toMatchObject({ fault: true });
  });

  it('has the clock of its host where the plan says so, which knows no other rate', async () => {
    const { life } = make({}, { hostClock: true });
    const fast = { ...NO_WISH, clock: [{ rate: 2 }] };
    await expect(life.tell('clock', fast)).rejects.toMatchObject({ code: 'fault-unsupported', kind: 'environment' });
    await life.tell('clock', NO_WISH);
  });

  it('cannot have its disk filled by whoever is not root, or shares it', async () => {
    const { life } = make({});
    await life.prepare();
    const full = { ...NO_WISH, disk: [{ kind: 'full' as const }] };
    await expect(life.tell('disk', full)).rejects.toMatchObject({ code: 'fault-unsupported', kind: 'environment' });
    await life.tell('disk', NO_WISH);
  });

  it('is asked to stop; when that fails it is noted', async () => {
    const { life, place, told } = make({ stop: { script: 'touch stopped; echo cannot >&2; exit 3' } });
    await life.prepare();
    await life.start(NO_WISH, random);
    await life.stop();
    expect(existsSync(`${place.data}/stopped`)).toBe(true);
    expect(told).toEqual([expect.stringMatching(/step "stop" exited with code 3; its last lines:\n {2}cannot/)]);
  });

  it('is spoken for by a program beside us, once it is ready', async () => {
    const events: NodeEvent[] = [];
    const clients = new Clients();
    const watchdog = new Watchdog();
    watchdog.start();
    const program = { command: CLIENT, args: [], env: { NODE_ID: 'n1' } };
    const folder = join(shop.folder, 'results');
    const options = { node: 'n1', nodes: ['n1'], program, clients, watchdog, folder };
    const bridge = new Bridge({ ...options, event: (event) => events.push(event), clock });
    const { life, start, kill } = make({}, { bridge });
    try {
      await life.prepare();
      await start();
      await life.ready();
      const ask = () =>
        new Promise<unknown>((resolve) => {
          const body = { type: 'echo', echo: 7, msg_id: clients.begin('c1', resolve) };
          life.request('c1', body);
        });
      const before = await ask();
      expect(before).toMatchObject({ type: 'echo_ok', echo: 7 });
      await kill();
      await start();
      await life.ready();
      expect(await ask()).toMatchObject({ pid: (before as { pid: number }).pid });
    } finally {
      await life.close();
      await watchdog.stop();
    }
    expect(events).toEqual([]);
  });
});

describe('what goes wrong is told with node, step and last lines', () => {
  it.each<[string, Partial<Lifecycle>, RegExp]>([
    [
      'an installation',
      { install: { script: 'echo no such package >&2; exit 100' } },
      /^n\d+ on this machine: step "install" exited with code 100; its last lines:\n {2}no such package$/,
    ],
    [
      'a wipe that hangs',
      { wipe: { script: 'sleep 1000', timeout: 50 } },
      /step "wipe" did not end within 0.05 s; it wrote nothing/,
    ],
    [
      'a wipe that is no program',
      { wipe: { command: ['/no/such'] } },
      /^step "wipe" of n\d+: .*\/no\/such cannot be started: there is no such program/,
    ],
    [
      'a missing secret',
      { wipe: { script: 'true', secrets: ['NO_SUCH_SECRET'] } },
      /the variable NO_SUCH_SECRET is not set, which a step needs/,
    ],
    [
      'root where we are not',
      { wipe: { script: 'true', root: true } },
      /step "wipe" needs root, which we are not there/,
    ],
  ])('%s', async (_what, lifecycle, message) => {
    await expect(make(lifecycle).life.prepare()).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  it('a node that ends instead of getting ready, at once', async () => {
    const { life, start } = make({ start: { script: 'echo bad config; exit 4' }, ready: { script: 'exit 1' } });
    await life.prepare();
    await start();
    await expect(life.ready()).rejects.toMatchObject({
      code: 'node-not-started',
      message: expect.stringMatching(/exited with code 4; its last lines:\n {2}bad config/),
    });
    expect(ends).toEqual([{ detail: 'exited with code 4', fault: false }]);
  });

  it('a node that ends as soon as it is started, where nothing says when it is ready', async () => {
    const { life, start } = make({ start: { script: 'sleep 0.1; exit 4' } });
    await life.prepare();
    await start();
    await expect(life.ready()).rejects.toMatchObject({ message: expect.stringContaining('exited with code 4') });
  });

  it('a node that never gets ready', async () => {
    const ready = { script: 'echo connection refused; exit 7', timeout: 200 };
    const { life, start, told } = make({ start: { script: 'echo waiting for quorum; exec sleep 1000' }, ready });
    await life.prepare();
    await start();
    await expect(life.ready()).rejects.toMatchObject({
      message: expect.stringMatching(
        /was not ready within 0.2 s; the last check exited with code 7; its last lines:\n {2}connection refused\nthe last lines of its log:\n {2}waiting for quorum/,
      ),
    });
    expect(told).toEqual([]);
  });

  it('a node that does not get ready again', async () => {
    const ready = { script: 'test ! -e again; touch again', timeout: 100 };
    const { life, start, kill, told } = make({ ready });
    await life.prepare();
    await start();
    await life.ready();
    await kill();
    await start();
    await expect(life.ready()).rejects.toMatchObject({ code: 'node-not-started' });
    expect(told).toEqual([
      'ready',
      expect.stringMatching(/was not ready within 0.1 s; the last check exited with code 1/),
    ]);
  });

  it('nothing of a node that is killed while it gets ready', async () => {
    const { life, start, kill } = make({ ready: { script: 'exit 1' } });
    await life.prepare();
    await start();
    const ready = life.ready();
    ready.catch(() => {});
    await kill();
    await expect(ready).rejects.toMatchObject({ code: 'node-killed' });
  });

  it('no value of a secret', async () => {
    process.env['CHAOS_TEST_SECRET'] = 'hunter2';
    try {
      const wipe = {
        script: 'echo "login with $CHAOS_TEST_SECRET failed" >&2; exit 1',
        secrets: ['CHAOS_TEST_SECRET'],
      };
      await expect(make({ wipe }).life.prepare()).rejects.toMatchObject({
        message: expect.stringContaining('login with *** failed'),
      });
    } finally {
      delete process.env['CHAOS_TEST_SECRET'];
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../contracts/cluster.js';
import { defineSystem } from '../../contracts/define.js';
import type { Body, Message } from '../../contracts/message.js';
import type { Environment, Protocol } from '../../contracts/protocol.js';
import { Scopes } from '../../contracts/scopes.js';
import { createRandom } from '../../time/random.js';
import { virtualWorld } from '../../time/virtual.js';
import type { SimulatedCluster } from './cluster.js';
import sim from './index.js';

/** Appends what it is told, answers with all it has; ticks every 100 ms of its own time and counts the ticks. */
class Journal implements Protocol {
  readonly #items: unknown[];
  #ticks = 0;
  readonly env: Environment;

  constructor(env: Environment) {
    this.env = env;
    this.#items = [...env.log.recover().records];
  }

  start(): void {
    this.env.setTimer('tick', 100);
    this.env.report({ role: 'journal', leader: this.env.id === 'n2' ? 'n2' : null, term: 1 });
  }

  timeout(): void {
    this.#ticks++;
    this.env.setTimer('tick', 100);
  }

  receive(message: Message): void {
    const { body } = message;
    if (body.type === 'append') {
      this.#items.push(body['item']);
      this.env.log.append(body['item']);
      this.env.reply(message, { type: 'append_ok' });
    }
    if (body.type === 'ping') {
      this.env.send(body['to'] as string, { type: 'count' });
      this.env.reply(message, { type: 'ping_ok' });
    }
    if (body.type === 'count') this.#items.push('pinged');
    if (body.type === 'read') {
      this.env.reply(message, { type: 'read_ok', items: [...this.#items], ticks: this.#ticks, now: this.env.now() });
    }
    if (body.type === 'throw') throw new Error('kaput');
  }
}

interface Bench {
  cluster: SimulatedCluster;
  events: NodeEvent[];
  sleep(ms: number): Promise<void>;
  /** Sends and waits at most a second; null: no answer. */
  ask(node: string, body: Body): Promise<Body | null>;
}

async function bench(
  body: (bench: Bench) => Promise<void>,
  make: (env: Environment) => Protocol = (e) => new Journal(e),
  extra: { sync?: number; volatile?: boolean } = {},
) {
  const { clock, drive } = virtualWorld();
  const events: NodeEvent[] = [];
  let clients = 0;
  await drive(async () => {
    const cluster = (await sim.provision({
      options: { latency: 1, distribution: 'constant', jitter: 0, sync: extra.sync ?? 0.2, freeze: true },
      nodes: ['n1', 'n2', 'n3'],
      system: defineSystem({
        name: 'journal',
        summary: '',
        workloads: [],
        nodes: make,
        volatile: () => extra.volatile ?? false,
      }),
      source: { kind: 'builtin', name: 'journal' },
      systemOptions: {},
      clock,
      random: createRandom(1, 'deploy'),
      folder: null,
      services: [],
      logMessages: false,
      event: (event) => events.push(event),
      keep: false,
    })) as SimulatedCluster;
    await cluster.start();
    const ask = (node: string, request: Body) =>
      new Promise<Body | null>((resolve) => {
        const client = `c${clients++}`;
        const finish = (reply: Body | null) => {
          clock.settle();
          resolve(reply);
        };
        cluster.request(client, node, request, finish);
        clock.at(clock.now() + 1e9, () => finish(null));
      });
    await body({ cluster, events, sleep: (ms) => clock.sleep(ms), ask });
    await cluster.stop();
  });
}

const items = async (b: Bench, node: string) => (await b.ask(node, { type: 'read' }))?.['items'];

describe('simulated cluster', () => {
  it('answers, and remembers across a kill what it acknowledged', () =>
    bench(async (b) => {
      expect(await b.ask('n1', { type: 'append', item: 'a' })).toMatchObject({ type: 'append_ok' });
      const effect = await b.cluster.faults.kill(['n1']);
      expect(b.cluster.isDown('n1')).toBe(true);
      expect(await b.ask('n1', { type: 'read' })).toBeNull();
      await effect.heal();
      expect(await items(b, 'n1')).toEqual(['a']);
      expect(b.events.filter((event) => event.kind === 'exit')).toMatchObject([{ node: 'n1', fault: true }]);
    }));

  it('releases no answer before the sync, and loses what was not synced', () =>
    bench(
      async (b) => {
        let answered = false;
        b.cluster.request('c99', 'n1', { type: 'append', item: 'a' }, () => {
          answered = true;
        });
        await b.sleep(20);
        expect(answered).toBe(false);
        const effect = await b.cluster.faults.disk(['n1'], { kind: 'lose-unsynced' });
        await effect.heal();
        await b.sleep(500);
        expect(answered).toBe(false);
        expect(await items(b, 'n1')).toEqual([]);
      },
      undefined,
      { sync: 100 },
    ));

  it('a volatile node answers at once and forgets', () =>
    bench(
      async (b) => {
        expect(await b.ask('n1', { type: 'append', item: 'a' })).toMatchObject({ type: 'append_ok' });
        const effect = await b.cluster.faults.disk(['n1'], { kind: 'lose-unsynced' });
        await effect.heal();
        expect(await items(b, 'n1')).toEqual([]);
      },
      undefined,
      { volatile: true },
    ));

  it('a frozen node handles everything when it wakes, nothing before', () =>
    bench(async (b) => {
      const effect = await b.cluster.faults.pause(['n1']);
      let answered = false;
      b.cluster.request('c99', 'n1', { type: 'read' }, () => {
        answered = true;
      });
      await b.sleep(1000);
      expect(answered).toBe(false);
      await effect.heal();
      await b.sleep(5);
      expect(answered).toBe(true);
      // One timer event was waiting; the timer set in its handler is due in the future.
      expect(await b.ask('n1', { type: 'read' })).toMatchObject({ ticks: 1 });
    }));

  it('overlapping pauses, kills and cuts heal only themselves', () =>
    bench(async (b) => {
      const { faults } = b.cluster;
      type Make = () => Promise<{ heal(): Promise<void> }>;
      const makers: Make[] = [
        () => faults.kill(['n1']),
        () => faults.pause(['n1']),
        () => faults.disk(['n1'], { kind: 'bit-flip', position: 0 }),
        () => faults.disk(['n1'], { kind: 'torn-tail' }),
        () => faults.disk(['n1'], { kind: 'truncate', position: 0.5 }),
      ];
      await b.ask('n1', { type: 'append', item: 'a' });
      for (const first of makers) {
        for (const second of makers) {
          for (const order of [0, 1]) {
            const effects = [await first(), await second()];
            expect(await b.ask('n1', { type: 'read' })).toBeNull();
            await effects[order]!.heal();
            await effects[order]!.heal();
            expect(await b.ask('n1', { type: 'read' }), `${first} ${second} ${order}`).toBeNull();
            await effects[1 - order]!.heal();
            expect(await items(b, 'n1')).toEqual(['a']);
          }
        }
      }
      const cut = await faults.cut([['n1', 'n2']]);
      const same = await faults.cut([
        ['n1', 'n2'],
        ['n2', 'n1'],
      ]);
      await cut.heal();
      await b.ask('n1', { type: 'ping', to: 'n2' });
      expect(await items(b, 'n2')).toEqual([]);
      await same.heal();
      await b.ask('n1', { type: 'ping', to: 'n2' });
      expect(await items(b, 'n2')).toEqual(['pinged']);
    }));

  it('refuses to serve a corrupt record, and says so', () =>
    bench(async (b) => {
      await b.ask('n1', { type: 'append', item: 'a' });
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'bit-flip', position: 0.5 });
      expect(await b.ask('n1', { type: 'read' })).toBeNull();
      expect(b.events.at(-1)).toMatchObject({ kind: 'exit', fault: true, detail: expect.stringContaining('checksum') });
      await effect.heal();
      expect(await items(b, 'n1')).toEqual(['a']);
    }));

  it('refuses to serve a log whose end is cut off, and has all of it when that is put back', () =>
    bench(async (b) => {
      for (const item of ['a', 'b', 'c']) await b.ask('n1', { type: 'append', item });
      const cuts = [0.9, 0].map((position) => b.cluster.faults.disk(['n1'], { kind: 'truncate', position }));
      for (const cut of cuts) {
        expect(await b.ask('n1', { type: 'read' })).toBeNull();
        expect(b.events.at(-1)).toMatchObject({
          kind: 'exit',
          fault: true,
          detail: expect.stringContaining('durable'),
        });
        await (await cut).heal();
      }
      expect(await items(b, 'n1')).toEqual(['a', 'b', 'c']);
    }));

  it.each(['full', 'read-only'] as const)(
    'a disk that is %s stops the node at its next write, until it heals',
    (kind) =>
      bench(async (b) => {
        await b.ask('n1', { type: 'append', item: 'a' });
        const effect = await b.cluster.faults.disk(['n1'], { kind });
        expect(await items(b, 'n1')).toEqual(['a']);
        expect(await b.ask('n1', { type: 'append', item: 'b' })).toBeNull();
        expect(b.events.at(-1)).toMatchObject({ kind: 'exit', fault: true, detail: expect.stringContaining(kind) });
        await effect.heal();
        expect(await items(b, 'n1')).toEqual(['a']);
      }),
  );

  it('a slow disk delays answers to writes, not to reads', () =>
    bench(async (b) => {
      const effect = await b.cluster.faults.disk(['n1'], { kind: 'slow', delay: 2000 });
      expect(await items(b, 'n1')).toEqual([]);
      expect(await b.ask('n1', { type: 'append', item: 'a' })).toBeNull();
      await b.sleep(3000);
      await effect.heal();
      expect(await b.ask('n1', { type: 'append', item: 'b' })).toMatchObject({ type: 'append_ok' });
    }));

  it('clock faults add up, change timers in flight and heal one by one', () =>
    bench(async (b) => {
      const read = async () => (await b.ask('n1', { type: 'read' })) as Body & { now: number; ticks: number };
      const before = await read();
      const jump = await b.cluster.faults.clock(['n1'], { offset: 60_000 });
      const fast = await b.cluster.faults.clock(['n1'], { rate: 2 });
      await b.sleep(10_000);
      const during = await read();
      expect(during.now - before.now).toBeGreaterThan(79_900);
      expect(during.ticks - before.ticks).toBeGreaterThanOrEqual(195);
      await jump.heal();
      await fast.heal();
      await b.sleep(10_000);
      const after = await read();
      expect(after.now - during.now).toBeLessThan(-49_000);
      expect(after.ticks - during.ticks).toBeLessThanOrEqual(101);
    }));

  it('a protocol that throws is a crash that no fault caused', () =>
    bench(async (b) => {
      expect(await b.ask('n3', { type: 'throw' })).toBeNull();
      expect(b.events.at(-1)).toMatchObject({
        node: 'n3',
        kind: 'exit',
        fault: false,
        detail: expect.stringContaining('kaput'),
      });
      expect(b.cluster.isDown('n3')).toBe(true);
    }));

  it('knows the leader from reports, not from a dead one', () =>
    bench(async (b) => {
      expect(b.cluster.leader()).toBe('n2');
      await b.cluster.faults.kill(['n2']);
      expect(b.cluster.leader()).toBeNull();
    }));

  it('scopes keep messages, timers and records apart', () =>
    bench(
      async (b) => {
        await b.ask('n1', { type: 'append', item: 'a', scope: 'left' });
        await b.ask('n1', { type: 'append', item: 'b', scope: 'right' });
        const effect = await b.cluster.faults.kill(['n1']);
        await effect.heal();
        await b.sleep(1000);
        const left = await b.ask('n1', { type: 'read', scope: 'left' });
        expect(left).toMatchObject({ items: ['a'], scope: 'left' });
        expect(left?.['ticks']).toBeGreaterThanOrEqual(9);
        expect(await b.ask('n1', { type: 'read', scope: 'right' })).toMatchObject({ items: ['b'] });
      },
      (env) => {
        const scopes = new Scopes(env);
        const inner = ['left', 'right'].map((name) => scopes.add(name, (scoped) => new Journal(scoped)));
        return {
          start: () => {
            for (const journal of inner) journal.start();
          },
          receive: (message) => void scopes.receive(message),
          timeout: (timer) => void scopes.timeout(timer),
        };
      },
    ));
});

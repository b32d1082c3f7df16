import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../contracts/cluster.js';
import type { Body } from '../../contracts/message.js';
import type { Clock } from '../../contracts/time.js';
import { realWorld } from '../../time/real.js';
import { Clients } from '../clients.js';
import { alive } from '../local/testing/processes.js';
import { Watchdog } from '../local/watchdog.js';
import { Bridge, type BridgeOptions } from './bridge.js';

const PROGRAM = fileURLToPath(new URL('./testing/client.js', import.meta.url));
const NODES = ['n1', 'n2'];
const scratch: string[] = [];
const running: Bridges[] = [];

afterEach(async () => {
  for (const bridges of running.splice(0)) await bridges.stop();
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Those of all nodes. */
class Bridges {
  readonly #watchdog = new Watchdog();
  readonly #bridges: ReadonlyMap<string, Bridge>;

  constructor(options: readonly Omit<BridgeOptions, 'watchdog'>[]) {
    this.#bridges = new Map(options.map((one) => [one.node, new Bridge({ ...one, watchdog: this.#watchdog })]));
  }

  async start(): Promise<void> {
    this.#watchdog.start();
    await Promise.all([...this.#bridges.values()].map((bridge) => bridge.start()));
  }

  request(node: string, client: string, body: Body): void {
    this.#bridges.get(node)!.request(client, body);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#bridges.values()].map((bridge) => bridge.stop()));
    await this.#watchdog.stop();
  }
}

/** Alarms in less than `below` milliseconds come so many times sooner. */
function hasty(haste: number, below: number): Clock {
  const { clock } = realWorld();
  return {
    now: () => clock.now(),
    at: (instant, task) => {
      const wait = instant - clock.now();
      return clock.at(clock.now() + (wait < below * 1e6 ? wait / haste : wait), task);
    },
    sleep: (duration) => clock.sleep(duration),
    settle: () => clock.settle(),
  };
}

function make(
  args: readonly string[] = [],
  { command = PROGRAM, haste = 1, below = 1e9, nodes = NODES.slice(0, 1) } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bridge-'));
  scratch.push(folder);
  const clients = new Clients();
  const events: NodeEvent[] = [];
  const env = (node: string) => ({ NODE_ID: node, NODE_ADDRESS: '10.68.0.1', NODES: '10.68.0.1,10.68.0.2' });
  const bridges = new Bridges(
    nodes.map((node) => ({
      node,
      nodes: NODES,
      program: { command, args, env: env(node) },
      clients,
      folder: join(folder, node),
      event: (event) => events.push(event),
      clock: hasty(haste, below),
    })),
  );
  running.push(bridges);
  let asked = 0;
  const ask = (node: string, body: Body, wait = 5000) =>
    new Promise<Body | null>((resolve) => {
      const client = `c${asked++}`;
      const timer = setTimeout(() => {
        clients.abandon(client);
        resolve(null);
      }, wait);
      body.msg_id = clients.begin(client, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      bridges.request(node, client, body);
    });
  const told = () => events.map((event) => ('detail' in event ? `${event.node}: ${event.detail}` : event.kind));
  return { bridges, ask, events, told, folder };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it never happened');
}

describe('programs that speak for nodes', () => {
  it('answer the requests of all clients of their node, each in its own environment', async () => {
    const { bridges, ask, folder } = make([], { nodes: NODES });
    await bridges.start();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, i) => ask(NODES[i % 2]!, { type: 'echo', echo: { text: `\u2028 ${i}` } })),
    );
    expect(replies.map((reply) => reply?.['echo'])).toEqual(replies.map((_, i) => ({ text: `\u2028 ${i}` })));
    expect(new Set(replies.map((reply) => reply?.['pid'])).size).toBe(2);
    expect(replies[0]!['nodes']).toBe('10.68.0.1,10.68.0.2');
    expect(readFileSync(`${folder}/n2/client.log`, 'utf8')).toBe('client of n2 at 10.68.0.1\n');
  });

  it('may answer in any order, and late: that is noted', async () => {
    const { bridges, ask, told } = make();
    await bridges.start();
    const slow = ask('n1', { type: 'slow', delay: 100 });
    expect(await ask('n1', { type: 'echo', echo: 1 })).toMatchObject({ echo: 1 });
    expect(await ask('n1', { type: 'slow', delay: 60 }, 10)).toBe(null);
    expect(await slow).toMatchObject({ type: 'slow_ok' });
    await until(() => told().length > 0);
    expect(told()).toEqual(['n1: late slow_ok to c2']);
  });

  it('are started again when they crash, and the crash is noted', async () => {
    const { bridges, ask, told } = make();
    await bridges.start();
    const before = await ask('n1', { type: 'echo' });
    expect(await ask('n1', { type: 'crash' }, 20)).toBe(null);
    const pids: unknown[] = [];
    await until(
      async () => pids.push((await ask('n1', { type: 'echo' }, 100))?.['pid']) > 0 && pids.at(-1) !== undefined,
    );
    expect(pids.at(-1)).not.toBe(before!['pid']);
    expect(told()[0]).toBe('n1: its client exited with code 9, and is started again; its last line: kaput');
  });

  it('are not started again forever', async () => {
    const { bridges, told } = make(['dies-soon'], { haste: 100, below: 5000 });
    await bridges.start();
    await until(() => told().length === 10);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told()).toHaveLength(10);
    expect(told()[9]).toContain('exited with code 3, 10 times in a row, and is not started again');
  }, 20_000);

  it('write nothing but messages, and to nobody but clients', async () => {
    const { bridges, ask, events, told } = make();
    await bridges.start();
    await ask('n1', { type: 'garbage' }, 1);
    await ask('n1', { type: 'elsewhere' }, 1);
    await ask('n1', { type: 'echo' });
    expect(events[0]).toMatchObject({ kind: 'protocol-error', node: 'n1', lines: ['Traceback: ouch'] });
    expect(told()).toEqual([
      'n1: its client: a line on stdout is not JSON',
      'n1: its client: src is n9; it should be n1',
      'n1: message to unknown n2',
    ]);
  });

  it('leave nothing behind', async () => {
    const { bridges, ask } = make();
    await bridges.start();
    const { pid } = (await ask('n1', { type: 'child' })) as unknown as { pid: number };
    expect(alive(pid)).toBe(true);
    await bridges.stop();
    expect(alive(pid)).toBe(false);
    bridges.request('n1', 'c1', { type: 'echo' });
    await bridges.stop();
  });
});

describe('a program that cannot speak for its node is told', () => {
  it.each([
    ['exits', /the client of n1 \(.*client\.js\) exited with code 7; its last lines:\n {2}client of n1/],
    ['refuses', /answered init with .*not today/],
    ['silent', /sent no init_ok within 10 s/],
  ])('when it %s', async (manner, message) => {
    const { bridges } = make([manner], { haste: manner === 'silent' ? 50 : 1 });
    await expect(bridges.start()).rejects.toMatchObject({
      code: 'client-not-started',
      message: expect.stringMatching(message),
    });
  });

  it('when it is not there, or no program', async () => {
    const missing = make([], { command: '/no/such/client.py' });
    await expect(missing.bridges.start()).rejects.toMatchObject({ code: 'program-not-startable' });
    const { bridges, folder } = make([], { command: 'python3 ./client.py' });
    const words = { hint: expect.stringContaining('client: [python3, ./node.py]') };
    await expect(bridges.start()).rejects.toMatchObject({ code: 'program-not-startable', ...words });
    const plain = join(folder, 'client.py');
    writeFileSync(plain, 'print()');
    const hint = { hint: expect.stringContaining(`client: [python3, ${plain}]`) };
    await expect(make([], { command: plain }).bridges.start()).rejects.toMatchObject(hint);
  });
});

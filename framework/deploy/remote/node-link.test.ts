// Reference nodes over TCP, as hosts run them: one bundle, real processes, killed and frozen.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_EXIT } from '../../node/process/exit-codes.js';
import { CONTROL, GO, helloLine } from '../../node/tcp/greeting.js';
import { JOURNAL } from '../local/testing/bench.js';
import { NodeLink } from './node-link.js';
import { nodeProgram } from './node-program.js';
import { RUN, TcpNodes, TOKEN, until } from './testing/tcp-node.js';

const RAFT = {
  reads: 'read-index',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  'max-drift': 0.2,
  'snapshot-every': 500,
  'snapshot-chunk': 256,
  'max-batch': 512,
  'max-sessions': 2000,
  cluster: 'test',
  bug: 'none',
};

let journal = '';
const clusters: TcpNodes[] = [];
beforeAll(async () => {
  // A system given by its path, in TypeScript.
  journal = await nodeProgram({ kind: 'path', path: JOURNAL });
});
afterAll(() => Promise.all(clusters.map((cluster) => cluster.close())));

function cluster(code = journal): TcpNodes {
  const nodes = new TcpNodes(code);
  clusters.push(nodes);
  return nodes;
}

describe.concurrent('a node over TCP', () => {
  it('serves, and speaks with other nodes and with itself', async () => {
    const [n1, n2] = await cluster().start(['n1', 'n2']);
    expect(await n1!.ask({ type: 'append', item: 'größe' })).toMatchObject({ type: 'append_ok' });
    expect(await n1!.items()).toEqual(['größe']);
    await n1!.ask({ type: 'ping', to: 'n2', text: 'hello' });
    await until(async () => (await n2!.items()).includes('hello'));
    await n1!.ask({ type: 'ping', to: 'n1', text: 'myself' });
    await until(async () => (await n1!.items()).includes('myself'));
    expect(n2!.said).toContainEqual({
      src: 'n2',
      dest: 'chaos',
      body: { type: 'report', state: { role: 'journal', leader: 'n2', term: 1 } },
    });
    // What it sends to nobody here comes to `chaos`.
    await n1!.ask({ type: 'ping', to: 'lin-kv', text: 'service' });
    await until(() => n1!.said.some(({ dest }) => dest === 'lin-kv'));
    expect(n1!.log).toContain('recovered 0 items');
  });

  it('carries large messages', async () => {
    const [n1, n2] = await cluster().start(['n1', 'n2']);
    const text = 'x'.repeat(5_000_000);
    await n1!.ask({ type: 'ping', to: 'n2', text });
    await until(async () => (await n2!.items()).length === 1);
    expect(await n2!.items()).toEqual([text]);
  });

  it('is there again after it was killed, for its peers too, with all that it had acknowledged', async () => {
    const [n1, n2] = await cluster().start(['n1', 'n2']);
    await n1!.ask({ type: 'ping', to: 'n2', text: 'before' });
    const acknowledged: number[] = [];
    for (let i = 0; i < 50; i++) {
      void n2!.ask({ type: 'append', item: i }, 2000).then((reply) => {
        if (reply !== null) acknowledged.push(i);
      });
    }
    await until(() => acknowledged.length > 5);
    await n2!.kill();
    await until(() => n2!.downs.length === 1);
    expect(n2!.tell('c1', { type: 'read' })).toBe(false);
    n2!.spawn();
    await n2!.ready();
    expect(await n2!.items()).toEqual(expect.arrayContaining([...acknowledged]));
    await until(async () => {
      await n1!.ask({ type: 'ping', to: 'n2', text: 'after' });
      return (await n2!.items()).includes('after');
    });
  });

  it('flows again at once when it was frozen', async () => {
    const [n1, n2] = await cluster().start(['n1', 'n2']);
    await n1!.ask({ type: 'ping', to: 'n2', text: 'before' });
    n2!.process!.kill('SIGSTOP');
    for (let i = 0; i < 15; i++) {
      await n1!.ask({ type: 'ping', to: 'n2', text: i });
      await sleep(100);
    }
    n2!.process!.kill('SIGCONT');
    const woken = performance.now();
    await until(async () => {
      await n1!.ask({ type: 'ping', to: 'n2', text: 'after' });
      return ((await n2!.ask({ type: 'read' }, 200))?.['items'] as unknown[] | undefined)?.includes('after') === true;
    });
    expect(performance.now() - woken).toBeLessThan(4000);
  });

  it('answers init again, and starts once', async () => {
    const [n1] = await cluster().start(['n1']);
    await n1!.ask({ type: 'append', item: 1 });
    const reports = () => n1!.said.filter(({ body }) => body.type === 'report').length;
    expect(reports()).toBe(1);
    const again = n1!.anotherLink();
    again.start();
    // The latest connection wins; what was reported before is told again.
    await until(() => again.isUp && n1!.downs.length > 0 && n1!.inits >= 2 && reports() >= 2);
    again.close();
    await until(async () => (await n1!.ask({ type: 'read' }, 200)) !== null);
    expect(await n1!.items()).toEqual([1]);
    expect(n1!.log.match(/recovered/g)).toHaveLength(1);
  });

  it('obeys its disk and clock', async () => {
    const [n1] = await cluster().start(['n1']);
    const control = (body: object) => n1!.tell('chaos', body as never);
    control({ type: 'disk', msg_id: 7, slow: 400, full: false });
    await until(() => n1!.said.some(({ body }) => body.in_reply_to === 7));
    const asked = performance.now();
    await n1!.ask({ type: 'append', item: 1 });
    expect(performance.now() - asked).toBeGreaterThan(350);
    control({ type: 'clock', msg_id: 8, faults: [{ node: 'n1', offset: 1e9 }] });
    await until(() => n1!.said.some(({ body }) => body.in_reply_to === 8));
    expect((await n1!.ask({ type: 'read' }))?.['now']).toBeGreaterThan(Date.now() + 5e8);
    control({ type: 'disk', msg_id: 9, slow: 0, full: true });
    n1!.tell('c1', { type: 'append', item: 2 });
    expect(await n1!.ended()).toBe(NODE_EXIT.full);
    expect(n1!.log).toContain('disk full');
  });

  it('takes no more requests while `chaos` does not read the replies', async () => {
    const [n1, n2] = await cluster().start(['n1', 'n2']);
    await n1!.ask({ type: 'append', item: 'x'.repeat(1_000_000) });
    n1!.link.close();
    const socket = connect(n1!.address).pause();
    const ask = (body: object) => socket.write(`${JSON.stringify({ src: 'c1', dest: 'n1', body })}\n`);
    socket.write(`${helloLine(RUN, TOKEN, CONTROL)}${GO}`);
    for (let i = 0; i < 30; i++) ask({ type: 'read', msg_id: i });
    await sleep(500);
    ask({ type: 'ping', to: 'n2', text: 'behind' });
    await sleep(300);
    expect(await n2!.items()).toEqual([]);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    socket.resume();
    await until(async () => (await n2!.items()).includes('behind'));
    await until(() => received > 30_000_000);
    socket.destroy();
  });

  it('is left alone by who does not know the secret', async () => {
    const [n1] = await cluster().start(['n1']);
    const stranger = new NodeLink({
      node: 'n1',
      run: RUN,
      token: 'a guess',
      // As a tunnel would give it.
      connect: async () => connect(n1!.address),
      onLines: () => {},
      onUp: () => expect.fail('it was let in'),
      onDown: () => {},
    });
    stranger.start();
    await until(() => n1!.said.filter(({ body }) => body.type === 'note').length >= 3);
    stranger.close();
    expect(n1!.said.at(-1)!.body).toEqual({
      type: 'note',
      detail: 'refused a connection from 127.0.0.1: its token is wrong',
    });
    expect(n1!.log).toContain('its token is wrong');
    expect(n1!.log).not.toMatch(/guess|secret/);
    expect(n1!.downs).toEqual([]);
  });

  it('says why it cannot begin, and tells nobody its secret', async () => {
    const nodes = cluster();
    const [n1] = await nodes.start(['n1']);
    const [program, ...args] = n1!.process!.spawnargs.slice(1);
    const run = (env: Record<string, string>, more: string[] = args) =>
      spawnSync(process.execPath, [program!, ...more], { encoding: 'utf8', env: { ...process.env, ...env } });
    expect(run({})).toMatchObject({ status: NODE_EXIT.unusable, stderr: 'CHAOS_TOKEN is not set\n' });
    expect(run({ CHAOS_TOKEN: 't' }, ['--id', 'n1'])).toMatchObject({
      status: NODE_EXIT.unusable,
      stderr: 'give --id, --run and --listen\n',
    });
    const taken = run(
      { CHAOS_TOKEN: 't' },
      args.map((arg) => (arg.endsWith('/n1') ? `${arg}-again` : arg)),
    );
    expect(taken).toMatchObject({
      status: NODE_EXIT.unusable,
      stderr: `cannot listen on 127.0.0.1:${n1!.address.port}: EADDRINUSE\n`,
    });
    expect(n1!.process!.spawnargs.join(' ')).not.toContain('secret');
  });
});

describe('a bundle of a system of this package', () => {
  it('lets three Raft nodes elect a leader, who takes a write', async () => {
    const nodes = await cluster(await nodeProgram({ kind: 'builtin', name: 'raft' })).start(['n1', 'n2', 'n3'], RAFT);
    await until(async () => {
      const replies = await Promise.all(nodes.map((node) => node.ask({ type: 'write', key: 1, value: 5 }, 1000)));
      return replies.some((reply) => reply?.type === 'write_ok');
    });
    expect(await nodes[0]!.ask({ type: 'read', key: 1 })).toMatchObject({ type: 'read_ok', value: 5 });
  });
});

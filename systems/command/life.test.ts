// The store and the client that plans/command ships, as programs on this machine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bench, bench } from '../../framework/deploy/local/testing/bench.js';
import { onThisMachine } from '../../framework/deploy/local/this-machine.js';
import { resolveOptions, systemOptions } from '../../framework/plan/values.js';
import command from './index.js';

const shipped = (name: string) => fileURLToPath(new URL(`../../plans/command/${name}`, import.meta.url));
const READY = `python3 -c 'import os, socket; socket.create_connection((os.environ["NODE_ADDRESS"], os.environ["NODE_PORT"]))'`;

function store(manner: string, body: (b: Bench) => Promise<void>): Promise<void> {
  const server = ['${node.files}/server.py', '${node.address}', '${node.port}', '${nodes.first:%a:%p}', '${node.data}'];
  const given = {
    files: [shipped('server.py')],
    start: ['python3', ...server, manner],
    ready: READY,
    stop: 'echo "$NODE_ID stops" > "$NODE_LOGS/farewell"',
    client: shipped('client.py'),
    wipe: 'echo "the password is $STORE_PASSWORD"; rm -rf "$NODE_DATA"/*',
    secrets: ['STORE_PASSWORD'],
  };
  const options = resolveOptions(systemOptions(command), given, 'system command');
  return bench({ system: command, systemOptions: options, make: onThisMachine }, body);
}

beforeEach(() => void vi.stubEnv('STORE_PASSWORD', 'hunter2'));
afterEach(() => void vi.unstubAllEnvs());

const write = (value: number) => ({ type: 'write', key: 'x', value });
const READ = { type: 'read', key: 'x' };

describe('a store that knows nothing of us', () => {
  it('is started, spoken to, killed, started again with what it had, and paused', () =>
    store('careful', async ({ ask, cluster, events }) => {
      expect(await ask('n2', write(1))).toMatchObject({ type: 'write_ok' });
      expect(await ask('n3', { ...READ })).toMatchObject({ type: 'read_ok', value: 1 });
      expect(await ask('n1', { type: 'cas', key: 'x', from: 5, to: 6 })).toMatchObject({ type: 'error', code: 22 });

      const kill = await cluster.faults.kill(['n1']);
      expect(await ask('n1', write(2))).toMatchObject({ type: 'error', code: 11 });
      expect(await ask('n2', write(2))).toMatchObject({ type: 'error', code: 11 });
      await kill.heal();
      expect(await ask('n2', { ...READ })).toMatchObject({ value: 1 });

      const pause = await cluster.faults.pause(['n1']);
      expect(await ask('n2', write(3))).toMatchObject({ type: 'error', code: 0 });
      await pause.heal();
      expect(await ask('n2', write(4))).toMatchObject({ type: 'write_ok' });
      expect(events.filter(({ kind }) => kind === 'start')).toHaveLength(4);
      expect(events.filter(({ kind }) => kind === 'exit')).toMatchObject([
        { node: 'n1', fault: true, detail: 'killed' },
      ]);
    }));

  it('loses what it promised when it is careless and killed; what it wrote is brought home', async () => {
    let results: string[] = [];
    await store('careless', async ({ ask, cluster, folder }) => {
      expect(await ask('n1', write(1))).toMatchObject({ type: 'write_ok' });
      await (await cluster.faults.kill(['n1'])).heal();
      expect(await ask('n2', { ...READ })).toMatchObject({ value: null });
      await cluster.stop();
      results = readdirSync(`${folder}/n1`).sort();
      expect(readFileSync(`${folder}/n1/node.log`, 'utf8')).toBe('0 registers, 0 bytes of log\n'.repeat(2));
      expect(readFileSync(`${folder}/n2/farewell`, 'utf8')).toBe('n2 stops\n');
      expect(readFileSync(`${folder}/n3/wipe.log`, 'utf8')).toBe('the password is ***\n');
      expect(existsSync(`${folder}/n1/data`)).toBe(false);
    });
    expect(results).toEqual(['client.log', 'farewell', 'node.log', 'ready.log', 'stop.log', 'wipe.log']);
  });
});

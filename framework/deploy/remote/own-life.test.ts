import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../time/random.js';
import { Clients } from '../clients.js';
import type { HelperClient } from '../helper/client.js';
import { Workshop } from '../helper/testing/workshop.js';
import { NO_WISH } from '../wish.js';
import { freePorts } from './free-ports.js';
import { OwnLife } from './own-life.js';

const shop = new Workshop();
let client: HelperClient;
beforeAll(async () => {
  await shop.open();
  ({ client } = await shop.attach({ onEvent: () => {} }));
});
afterAll(async () => {
  expect(await shop.close()).toEqual([]);
});

describe('a reference node on a host', () => {
  it('that runs where this machine does not reach it is told, with its host, its address and what helps', async () => {
    const [port] = await freePorts(1);
    const logs = join(shop.folder, 'logs-of-n1');
    mkdirSync(logs);
    const life = new OwnLife({
      id: 'n1',
      members: ['n1'],
      run: 'run-1',
      token: 'secret',
      station: { host: shop.host, address: '127.0.0.1', request: (name, ask) => client.request(name, ask) },
      port: port!,
      tunnel: false,
      folders: { data: join(logs, 'data'), log: join(logs, 'node.log') },
      // It lives, and listens nowhere.
      command: () => ['sleep', '1000'],
      clients: new Clients(),
      wish: () => NO_WISH,
      reached: 300,
      listener: { onReady: () => {}, onReport: () => {}, note: () => {}, malformed: () => {} },
    });
    await life.prepare();
    await life.start(NO_WISH, createRandom(1, 'test'));
    await expect(life.ready()).rejects.toMatchObject({
      code: 'node-unreachable',
      message: expect.stringMatching(new RegExp(`^n1 runs on .*, but this machine cannot reach it at .*:${port}$`)),
      hint: expect.stringContaining('tunnel'),
    });
    await life.close();
    await client.request('signal', { node: 'n1', signal: 'SIGKILL' });
  });
});

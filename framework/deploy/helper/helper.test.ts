import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processRow } from './process-table.js';
import { until, Workshop } from './testing/workshop.js';

let shop: Workshop;

beforeEach(async () => {
  shop = new Workshop();
  await shop.open();
});

afterEach(async () => {
  expect(await shop.close()).toEqual([]);
});

describe('a helper', () => {
  it('says hello, and is gone without a trace after its end', async () => {
    const { client } = await shop.attach();
    const { hello } = client;
    expect(shop.daemons()).toEqual([hello.pid]);
    expect(hello.healed).toBe(false);
    expect(Math.abs(hello.time / 1e6 - Date.now())).toBeLessThan(5000);
    expect(hello.probe).toBeGreaterThan(0);
    await client.close();
    expect(await until(() => shop.daemons().length === 0)).toBe(true);
    expect(existsSync(`${shop.helper}/helper.sock`)).toBe(false);
    expect(existsSync(`${shop.helper}/helper.state`)).toBe(false);
  });

  it('starts a node, freezes and wakes it, kills it, and tells its end', async () => {
    const { client, events } = await shop.attach();
    const t: Record<string, number> = {};
    const time = async <T>(name: string, what: Promise<T>): Promise<T> => {
      const t0 = performance.now();
      const r = await what;
      t[name] = performance.now() - t0;
      return r;
    };
    const { pid } = await time('start', client.request('start', shop.shell('echo hello; sleep 100 & sleep 100')));
    expect(await until(() => shop.marked().length === 3)).toBe(true);
    const pids = shop.marked();
    expect(await time('freeze', client.request('freeze', { node: 'n1', frozen: true }))).toEqual({
      processes: 3,
      observed: true,
    });
    expect(pids.map((pid) => processRow(pid)?.stopped)).toEqual([true, true, true]);
    expect(await time('wake', client.request('freeze', { node: 'n1', frozen: false }))).toEqual({
      processes: 3,
      observed: true,
    });
    await time('pulse', client.request('pulse', {}));
    expect(await time('kill', client.request('signal', { node: 'n1', signal: 'SIGKILL' }))).toEqual({ processes: 3 });
    expect(pids.map((pid) => processRow(pid))).toEqual([null, null, null]);
    expect(events).toEqual([{ event: 'exit', node: 'n1', pid, code: null, signal: 'SIGKILL', lines: ['hello'] }]);
    console.log(t);
  });
});

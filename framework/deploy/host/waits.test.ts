import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandHost } from './command-host.js';
import { waitForFile, waitForHost, waitForPort } from './waits.js';

const here = new CommandHost({ name: 'n1', address: '127.0.0.1', title: 'this machine', prefix: [] });
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-waits-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('waitForPort', () => {
  it('ends when something listens', async () => {
    const port = await unusedPort();
    const server = createServer();
    setTimeout(() => server.listen(port, '127.0.0.1'), 100);
    await waitForPort(here, port, { timeout: 5_000 });
    await waitForPort('127.0.0.1', port, { timeout: 5_000 });
    server.close();
  });

  it('gives up in time, and names host and port', async () => {
    const port = await unusedPort();
    const waiting = waitForPort(here, port, { timeout: 150 });
    await expect(waiting).rejects.toMatchObject({
      code: 'host-timeout',
      message: expect.stringMatching(new RegExp(`port ${port} of n1`)),
    });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const waiting = waitForPort(here, await unusedPort(), { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(waiting).rejects.toThrow('enough');
    await expect(waitForPort(here, 1, { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('waitForFile', () => {
  it('ends when the file is there', async () => {
    const path = join(folder, 'a file');
    setTimeout(() => writeFileSync(path, ''), 100);
    await waitForFile(here, path, { timeout: 5_000 });
  });

  it('gives up in time, and names host and file', async () => {
    const path = join(folder, 'none');
    await expect(waitForFile(here, path, { timeout: 150 })).rejects.toMatchObject({
      code: 'host-timeout',
      message: expect.stringContaining(path),
    });
  });
});

describe('waitForHost', () => {
  it('ends at once where commands run', async () => {
    await waitForHost(here);
  });

  it('gives up where nothing leads', async () => {
    const nowhere = new CommandHost({ name: 'n9', address: '', title: 'nowhere', prefix: ['no-such-engine'] });
    await expect(waitForHost(nowhere, { timeout: 120 })).rejects.toMatchObject({
      code: 'host-timeout',
      message: expect.stringContaining('n9'),
    });
  });
});

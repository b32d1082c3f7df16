// Packets of a host, a network namespace here, are recorded while it lives, and brought home.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workshop } from '../../framework/deploy/helper/testing/workshop.js';
import { CommandHost } from '../../framework/deploy/host/command-host.js';
import { Capture } from '../../framework/deploy/remote/capture.js';
import { collect } from '../../framework/deploy/remote/collect.js';

const NAMESPACE = `capture-${process.pid}`;
const inside = ['nsenter', `--net=/run/netns/${NAMESPACE}`];

class Namespace extends Workshop {
  override readonly host = new CommandHost({
    name: 'n1',
    address: '127.0.0.1',
    title: 'capture',
    prefix: inside,
    root: true,
  });
}

const run = (...command: string[]) => execFileSync(command[0]!, command.slice(1), { encoding: 'utf8' });
const shop = new Namespace();

beforeAll(async () => {
  run('ip', 'netns', 'add', NAMESPACE);
  run('ip', '-n', NAMESPACE, 'link', 'set', 'lo', 'up');
  await shop.open();
});

afterAll(async () => {
  const left = await shop.close();
  run('ip', 'netns', 'del', NAMESPACE);
  expect(left).toEqual([]);
  expect(run('ip', 'netns')).not.toContain(NAMESPACE);
});

const send = (packets: number, port: number) =>
  run(
    ...inside,
    'bash',
    '-c',
    `for i in $(seq ${packets}); do printf %01000d $i > /dev/udp/127.0.0.1/${port}; done 2> /dev/null; true`,
  );

function packets(folder: string, filter: string): number {
  return readdirSync(folder)
    .filter((name) => name.startsWith('packets'))
    .reduce((sum, name) => sum + run('tcpdump', '-nr', join(folder, name), filter).split('\n').length - 1, 0);
}

it('packets are recorded from start to stop, and brought home', async () => {
  const { client } = await shop.attach();
  const station = { host: shop.host, request: client.request.bind(client) };
  const folder = join(shop.folder, 'there');
  const here = join(shop.folder, 'here');
  const capture = new Capture({ node: 'n1', station, folder, size: 10_000_000 });
  await capture.start();
  send(20, 9068);
  await capture.stop();
  expect(shop.marked()).toEqual([]);
  send(20, 9068);
  const { notes } = await collect({ host: shop.host, folder: here, sources: { paths: { capture: folder } } });
  expect(notes).toEqual([]);
  expect(packets(join(here, 'capture'), 'udp dst port 9068 and greater 500')).toBe(20);
});

it('a long recording keeps its end, within the size', async () => {
  const { client } = await shop.attach();
  const station = { host: shop.host, request: client.request.bind(client) };
  const folder = join(shop.folder, 'ring');
  const capture = new Capture({ node: 'n1', station, folder, size: 1 });
  await capture.start();
  send(12_000, 9069);
  send(1, 9070);
  await capture.stop();
  const files = readdirSync(folder).filter((name) => name.startsWith('packets'));
  expect(files).toHaveLength(2);
  expect(files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(10_100_000);
  expect(packets(folder, 'udp dst port 9070')).toBe(1);
});

it('what keeps tcpdump from recording is said', async () => {
  const { client } = await shop.attach();
  const station = { host: shop.host, request: client.request.bind(client) };
  const folder = join(shop.folder, 'wrong');
  mkdirSync(folder);
  const capture = new Capture({ node: 'n1', station, folder, size: 1, filter: 'no such filter' });
  await expect(capture.start()).rejects.toMatchObject({
    code: 'capture-failed',
    message: expect.stringContaining('syntax error'),
  });
  await capture.stop();
});

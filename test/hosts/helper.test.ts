// The helper of a host whose control process dies, with faults that only root can make, seen from inside the hosts.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processRow } from '../../framework/deploy/helper/process-table.js';
import type { ReplyLine } from '../../framework/deploy/helper/protocol.js';
import { until, Workshop } from '../../framework/deploy/helper/testing/workshop.js';

const NETS = ['h2-a', 'h2-b'] as const;
const ADDRESSES = ['10.62.7.1', '10.62.7.2'] as const;
const BOUND = 1500;

const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });

/** Runs a command inside a host's network; its exit status. */
function inside(net: string, ...command: string[]): { status: number | null; stdout: string } {
  return spawnSync('nsenter', [`--net=/run/netns/${net}`, ...command], { encoding: 'utf8' });
}

/** Refused at once by a host that is there, or nothing comes back at all. */
const reaches = () => inside('h2-a', 'timeout', '1', 'bash', '-c', `: <>/dev/tcp/${ADDRESSES[1]}/9`).status === 1;
const rules = () =>
  NETS.map((net) => inside(net, 'iptables', '-w', '-S').stdout + inside(net, 'nft', 'list', 'tables').stdout);

let shop: Workshop;
const controllers: ChildProcess[] = [];
let before: string[];

beforeAll(async () => {
  shop = new Workshop();
  await shop.open();
  for (const net of NETS) ip('netns', 'add', net);
  ip('link', 'add', 'eth0', 'netns', NETS[0], 'type', 'veth', 'peer', 'name', 'eth0', 'netns', NETS[1]);
  NETS.forEach((net, n) => {
    ip('-n', net, 'addr', 'add', `${ADDRESSES[n]}/24`, 'dev', 'eth0');
    for (const device of ['lo', 'eth0']) ip('-n', net, 'link', 'set', device, 'up');
  });
  // A rule of somebody else's.
  inside('h2-a', 'iptables', '-w', '-A', 'INPUT', '-s', '192.0.2.1', '-j', 'DROP');
  before = rules();
});

afterAll(async () => {
  for (const controller of controllers) controller.kill('SIGKILL');
  const left = await shop.close();
  for (const net of NETS) {
    const pids = ip('netns', 'pids', net).trim().split('\n').filter(Boolean);
    for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
    ip('netns', 'del', net);
  }
  expect(left).toEqual([]);
  expect(ip('netns', 'list')).not.toContain('h2-');
});

/** A control process that says these requests, one after the other, and signs of life ever after. */
async function control(asks: readonly object[]): Promise<{ process: ChildProcess; replies: ReplyLine[] }> {
  const script = `
    const { spawn } = await import('node:child_process');
    const [net, program, folder, asks, bound] = process.argv.slice(1);
    const pipe = spawn('nsenter', ['--net=/run/netns/' + net, process.execPath, program, 'attach', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
    JSON.parse(asks).forEach((ask, id) => pipe.stdin.write(JSON.stringify({ id, ...ask }) + '\\n'));
    setInterval(() => pipe.stdin.write('{"id":99,"do":"pulse"}\\n'), bound / 4);`;
  const args = [
    '--input-type=module',
    '-e',
    script,
    'h2-a',
    shop.program,
    shop.helper,
    JSON.stringify(asks),
    `${BOUND}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  controllers.push(child);
  const replies: ReplyLine[] = [];
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop()!;
    for (const line of lines) replies.push(JSON.parse(line) as ReplyLine);
  });
  const count = () => replies.filter((reply) => 'id' in reply && reply.id !== 99).length;
  expect(await until(() => count() >= asks.length, 10_000)).toBe(true);
  return { process: child, replies };
}

describe('a host whose control process was killed in the middle of a partition', () => {
  it('is healed within the bound, by itself, and keeps the rules that are not ours', async () => {
    expect(reaches()).toBe(true);
    const hello = { do: 'hello', run: shop.run, bound: BOUND, keep: false };
    const node = { do: 'start', node: 'n1', command: ['sleep', '99'], env: {}, log: shop.log };
    const cut = { do: 'network', links: [{ peer: ADDRESSES[1], cut: true }] };
    const frozen = { do: 'freeze', node: 'n1', frozen: true };
    const { process: controller } = await control([hello, node, cut, frozen]);
    const [pid] = shop.marked();
    expect(reaches()).toBe(false);
    expect(processRow(pid!)?.stopped).toBe(true);
    expect(rules()).not.toEqual(before);
    controller.kill('SIGKILL');
    await once(controller, 'exit');
    const killed = performance.now();
    expect(reaches()).toBe(false);
    expect(await until(() => processRow(pid!) === null && shop.daemons().length === 0, 10_000)).toBe(true);
    expect(performance.now() - killed).toBeLessThan(2 * BOUND + 3000);
    expect(reaches()).toBe(true);
    expect(rules()).toEqual(before);
  });

  it('is healed by the next helper when its helper was killed, too', async () => {
    const hello = { do: 'hello', run: shop.run, bound: BOUND, keep: false };
    const cut = { do: 'network', links: [{ peer: ADDRESSES[1], cut: true }] };
    const { process: controller } = await control([hello, cut]);
    expect(reaches()).toBe(false);
    const [daemon] = shop.daemons();
    process.kill(daemon!, 'SIGKILL');
    controller.kill('SIGKILL');
    await once(controller, 'exit');
    expect(reaches()).toBe(false);
    const { process: next, replies } = await control([hello]);
    expect(replies[0]).toMatchObject({ answer: { healed: true } });
    expect(reaches()).toBe(true);
    expect(rules()).toEqual(before);
    next.kill('SIGKILL');
    await once(next, 'exit');
    expect(await until(() => shop.daemons().length === 0, 10_000)).toBe(true);
  });
});

describe('a process whose child was stopped before it has loaded its program', () => {
  it('counts as frozen, and is woken for good', async () => {
    // clone(CLONE_VFORK | SIGCHLD): the parent waits in the kernel until the child has gone on to its program.
    const script =
      `if (syscall(56, 0x4000 | 17, 0, 0, 0, 0) == 0) { select(undef, undef, undef, 0.5); exec 'sleep', '99' }
      print "on\\n"; sleep 99;`.replaceAll('\\n', '\\n');
    const { client } = await shop.attach();
    const { pid } = await client.request('start', { ...shop.shell(''), command: ['perl', '-e', `$| = 1; ${script}`] });
    expect(await until(() => shop.marked().length === 2 && processRow(pid)!.blocked)).toBe(true);
    expect(await client.request('freeze', { node: 'n1', frozen: true })).toEqual({ processes: 2, observed: true });
    expect(processRow(pid)!.blocked).toBe(true);
    expect(await client.request('freeze', { node: 'n1', frozen: false })).toEqual({ processes: 2, observed: true });
    expect(await until(() => shop.logText().includes('on'))).toBe(true);
    expect(processRow(pid)?.stopped).toBe(false);
    await client.close();
  });
});

// Nodes over TCP behind a real partition: TCP alone would wait ever longer; they must speak again soon after it has healed.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JOURNAL } from '../../framework/deploy/local/testing/bench.js';
import { nodeProgram } from '../../framework/deploy/remote/node-program.js';
import { type TcpNode, TcpNodes, until } from '../../framework/deploy/remote/testing/tcp-node.js';

const SPACES = ['h4-a', 'h4-b'];
const BRIDGE = 'h4-br';
const addressOf = (i: number) => `10.64.0.${i + 1}`;
const run = (...words: string[]) => execFileSync(words[0]!, words.slice(1), { encoding: 'utf8', stdio: 'pipe' });
const inside = (space: string, ...words: string[]) => run('ip', 'netns', 'exec', space, ...words);

let nodes: TcpNodes | undefined;

function remove(): void {
  // The links first: a namespace takes its own along, but only later.
  const links = [...SPACES.map((space) => `${space}0`), BRIDGE].map((link) => ['link', 'del', link]);
  for (const words of [...links, ...SPACES.map((space) => ['netns', 'del', space])]) {
    try {
      run('ip', ...words);
    } catch {
      // It is not there.
    }
  }
}

beforeAll(() => {
  remove();
  run('ip', 'link', 'add', BRIDGE, 'type', 'bridge');
  run('ip', 'addr', 'add', '10.64.0.254/24', 'dev', BRIDGE);
  run('ip', 'link', 'set', BRIDGE, 'up');
  SPACES.forEach((space, i) => {
    run('ip', 'netns', 'add', space);
    run('ip', 'link', 'add', `${space}0`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    run('ip', 'link', 'set', `${space}0`, 'master', BRIDGE, 'up');
    inside(space, 'ip', 'addr', 'add', `${addressOf(i)}/24`, 'dev', 'eth0');
    inside(space, 'ip', 'link', 'set', 'eth0', 'up');
    inside(space, 'ip', 'link', 'set', 'lo', 'up');
  });
});

afterAll(async () => {
  await nodes?.close();
  remove();
  expect(run('ip', 'netns')).not.toContain('h4-');
  expect(run('ip', 'link')).not.toContain('h4-');
});

/** Nothing of the other node comes to the second host. */
const cut = (op: '-I' | '-D', chain: 'INPUT' | 'OUTPUT') =>
  inside('h4-b', 'iptables', '-w', op, chain, chain === 'INPUT' ? '-s' : '-d', addressOf(0), '-j', 'DROP');

let tick = 0;

/** Milliseconds from the healing of a partition of that long until something comes through. */
async function recovery(n1: TcpNode, n2: TcpNode, duration: number, chains: readonly ('INPUT' | 'OUTPUT')[]) {
  const ticks = setInterval(() => n1.tell('c2', { type: 'ping', to: 'n2', text: ++tick }), 20);
  try {
    const began = tick;
    await until(async () => (await n2.items()).some((text) => (text as number) > began));
    for (const chain of chains) cut('-I', chain);
    const before = tick;
    await sleep(duration);
    // What n2 says is lost in the one direction: what n1 has sent without hearing of it may still have come.
    const arrived = (await n2.items()).filter((text) => (text as number) > before + 1);
    if (chains.includes('INPUT')) expect(arrived).toEqual([]);
    for (const chain of chains) cut('-D', chain);
    const healed = performance.now();
    const first = tick;
    await until(async () => (await n2.items()).some((text) => (text as number) > first), 30_000);
    return performance.now() - healed;
  } finally {
    clearInterval(ticks);
  }
}

it('messages flow again about a second after a partition has healed, however long it was', async () => {
  nodes = new TcpNodes(await nodeProgram({ kind: 'path', path: JOURNAL }));
  const places = SPACES.map((space, i) => ({ address: addressOf(i), prefix: ['ip', 'netns', 'exec', space] }));
  const [n1, n2] = await nodes.start(['n1', 'n2'], {}, places);
  const both = await recovery(n1!, n2!, 8000, ['INPUT', 'OUTPUT']);
  const there = await recovery(n1!, n2!, 3000, ['INPUT']);
  const back = await recovery(n1!, n2!, 3000, ['OUTPUT']);
  const short = await recovery(n1!, n2!, 300, ['INPUT', 'OUTPUT']);
  console.log('milliseconds from healing to the first message:', [both, there, back, short].map(Math.round).join(', '));
  // TCP alone would take up to as long as the partition was.
  for (const time of [both, there, back, short]) expect(time).toBeLessThan(3000);
});

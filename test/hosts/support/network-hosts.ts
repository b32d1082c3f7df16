// Hosts for tests of network faults: namespaces on a bridge that is in a namespace of its own, each with an agent that sends and counts.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HelperContext } from '../../../framework/deploy/helper/modules.js';
import type { Run } from '../../../framework/deploy/helper/network/run.js';
import { runHere } from '../../../framework/deploy/helper/network/run.js';

const HUB = 'h3-hub';
const AGENT = join(import.meta.dirname, 'network-agent.js');

export class TestHost {
  readonly name: string;
  readonly address: string;
  readonly address6: string;
  readonly folder = mkdtempSync(join(tmpdir(), 'h3-'));
  /** What modules there remembered last, by module. */
  readonly remembered = new Map<string, unknown>();
  readonly #agent: ChildProcess;
  readonly #waiting = new Map<number, (answer: Record<string, number>) => void>();
  #id = 0;

  constructor(number: number) {
    this.name = `h3-${number}`;
    this.address = `10.63.0.${number}`;
    this.address6 = `fd63::${number}`;
    this.#agent = spawn('nsenter', [`--net=/run/netns/${this.name}`, process.execPath, AGENT], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#agent.stdout! }).on('line', (line) => {
      const answer = JSON.parse(line) as Record<string, number> & { id: number };
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  readonly run: Run = ([...command], options) =>
    runHere(['nsenter', `--net=/run/netns/${this.name}`, ...command], options);

  /** What a command prints there; throws when it fails. */
  async prints(...command: [string, ...string[]]): Promise<string> {
    const { code, stdout, stderr } = await this.run(command);
    if (code !== 0) throw new Error(`${this.name}: ${command.join(' ')}: ${stderr}`);
    return stdout;
  }

  ask(name: 'send' | 'count' | 'stream' | 'bytes', ask: object): Promise<Record<string, number>> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#agent.stdin!.write(`${JSON.stringify({ id, do: name, ...ask })}\n`);
    });
  }

  /** How many of so many datagrams to another host arrive there. */
  async arriving(to: TestHost, count = 3, address = to.address): Promise<number> {
    const text = `${this.name} ${++this.#id}`;
    await this.ask('send', { to: address, text, count });
    for (let turn = 0; turn < 20; turn++) {
      const arrived = (await to.ask('count', { text }))['count']!;
      if (arrived === count || turn === 19) return arrived;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return 0;
  }

  context(): HelperContext {
    return {
      folder: this.folder,
      root: true,
      run: () => 'run',
      remember: (module, state) => void this.remembered.set(module, state),
      note: () => {},
      log: () => {},
    };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#agent.once('exit', resolve));
    this.#agent.stdin!.end();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function must(...command: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await runHere(command);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}

/** Hosts h3-1, h3-2, ... Make them once; `removeHosts` in every case. */
export async function makeHosts(count: number): Promise<TestHost[]> {
  // What an earlier run was killed before removing.
  await removeHosts([]);
  await must('ip', 'netns', 'add', HUB);
  await must('ip', '-n', HUB, 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0');
  await must('ip', '-n', HUB, 'link', 'set', 'br0', 'up');
  const hosts: TestHost[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `h3-${number}`;
    await must('ip', 'netns', 'add', name);
    await must('ip', '-n', HUB, 'link', 'add', `v${number}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await must('ip', '-n', HUB, 'link', 'set', `v${number}`, 'master', 'br0', 'up');
    await must('ip', '-n', name, 'link', 'set', 'lo', 'up');
    await must('ip', '-n', name, 'addr', 'add', `10.63.0.${number}/24`, 'dev', 'eth0');
    await must('ip', '-n', name, 'addr', 'add', `fd63::${number}/64`, 'dev', 'eth0', 'nodad');
    await must('ip', '-n', name, 'link', 'set', 'eth0', 'up');
    hosts.push(new TestHost(number));
  }
  return hosts;
}

export async function removeHosts(hosts: readonly TestHost[]): Promise<void> {
  await Promise.all(hosts.map((host) => host.close()));
  const { stdout } = await runHere(['ip', 'netns', 'list']);
  for (const match of stdout.matchAll(/^(h3-\S+)/gm)) await must('ip', 'netns', 'del', match[1]!);
}

// Runs nodes over TCP on this machine for tests: the bundle that hosts get, in processes that the test may kill and freeze.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Body, Message } from '../../../contracts/message.js';
import type { OptionValues } from '../../../contracts/options.js';
import { type Address, formatTcpArguments, TOKEN_VARIABLE } from '../../../node/tcp/arguments.js';
import { NodeLink } from '../node-link.js';

export const RUN = 'run1';
export const TOKEN = 'secret-of-the-run';

/** Where a node runs: its address, and what its command begins with (`ip netns exec NAME`). */
export interface Place {
  address: string;
  prefix: readonly string[];
}

const HERE: Place = { address: '127.0.0.1', prefix: [] };

/** The nodes of a test, the folder of their files, and their program. */
export class TcpNodes {
  readonly folder = mkdtempSync(join(tmpdir(), 'chaos-tcp-'));
  readonly nodes = new Map<string, TcpNode>();
  readonly #program: string;

  constructor(code: string) {
    this.#program = join(this.folder, 'node.mjs');
    writeFileSync(this.#program, code);
  }

  /** Starts nodes and waits until each has answered `init`. */
  async start(ids: readonly string[], options: OptionValues = {}, places: readonly Place[] = []): Promise<TcpNode[]> {
    const ports = await freePorts(ids.length);
    const peers = Object.fromEntries(ids.map((id, i) => [id, `${(places[i] ?? HERE).address}:${ports[i]}`]));
    const nodes = ids.map((id, i) => {
      const args = {
        id,
        run: RUN,
        listen: peers[id]!,
        peers,
        options,
        data: join(this.folder, id),
        seed: 1,
        origin: null,
      };
      const { address, prefix } = places[i] ?? HERE;
      const command = [...prefix, process.execPath, this.#program, ...formatTcpArguments(args)];
      return new TcpNode(id, ids, { host: address, port: ports[i]! }, command, join(this.folder, `${id}.log`));
    });
    for (const node of nodes) this.nodes.set(node.id, node);
    for (const node of nodes) node.spawn();
    await Promise.all(nodes.map((node) => node.ready()));
    return nodes;
  }

  async close(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.end()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class TcpNode {
  readonly id: string;
  readonly address: Address;
  readonly link: NodeLink;
  /** What it has said that is no reply: notices, and messages to nobody. */
  readonly said: Message[] = [];
  readonly downs: (Error | null)[] = [];
  inits = 0;
  process: ChildProcess | null = null;
  readonly #ids: readonly string[];
  readonly #command: readonly string[];
  readonly #log: string;
  readonly #waiting = new Map<number, (body: Body) => void>();
  #next = 1;

  constructor(id: string, ids: readonly string[], address: Address, command: readonly string[], log: string) {
    this.id = id;
    this.address = address;
    this.#ids = ids;
    this.#command = command;
    this.#log = log;
    this.link = this.anotherLink();
  }

  /** As another `chaos` would connect. */
  anotherLink(): NodeLink {
    const link: NodeLink = new NodeLink({
      node: this.id,
      token: TOKEN,
      run: RUN,
      connect: () => this.address,
      onLines: (batch) => this.#lines(batch),
      onUp: () => {
        const init = { type: 'init', msg_id: 0, node_id: this.id, node_ids: this.#ids };
        link.send(`${JSON.stringify({ src: 'c9', dest: this.id, body: init })}\n`);
      },
      onDown: (error) => this.downs.push(error),
    });
    return link;
  }

  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  spawn(): void {
    const log = openSync(this.#log, 'a');
    const [command, ...args] = this.#command;
    this.process = spawn(command!, args, {
      env: { ...process.env, [TOKEN_VARIABLE]: TOKEN },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.link.start();
  }

  async ready(): Promise<void> {
    const before = this.inits;
    await until(() => this.inits > before);
  }

  /** Resolves with the exit code once the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.process?.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    const child = this.process;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.process = null;
    return child.exitCode;
  }

  async end(): Promise<void> {
    this.link.close();
    await this.kill();
  }

  tell(src: string, body: Body): boolean {
    return this.link.send(`${JSON.stringify({ src, dest: this.id, body })}\n`);
  }

  /** Null: no answer in time. */
  ask(body: Body, within = 10_000): Promise<Body | null> {
    const id = this.#next++;
    return new Promise((resolve) => {
      const alarm = setTimeout(() => {
        this.#waiting.delete(id);
        resolve(null);
      }, within);
      this.#waiting.set(id, (reply) => {
        clearTimeout(alarm);
        resolve(reply);
      });
      this.tell('c1', { ...body, msg_id: id });
    });
  }

  async items(): Promise<unknown[]> {
    return ((await this.ask({ type: 'read' }))?.['items'] ?? []) as unknown[];
  }

  #lines(batch: Buffer): void {
    for (const line of batch.toString('utf8').split('\n')) {
      const message = JSON.parse(line) as Message;
      if (message.body.type === 'init_ok') this.inits++;
      else if (message.dest === 'c1') this.#waiting.get(message.body.in_reply_to!)?.(message.body);
      else this.said.push(message);
    }
  }
}

export async function until(condition: () => boolean | Promise<boolean>, within = 10_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it never happened');
    await sleep(10);
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) server.close();
  return ports;
}

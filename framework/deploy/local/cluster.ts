// A local cluster: one process per node, every message through the parent, no privilege needed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { bundle } from '../../catalog/bundle.js';
import type { Cluster, Delay } from '../../contracts/cluster.js';
import type { DefinitionSource, ProvisionContext } from '../../contracts/deployment.js';
import { ChaosError } from '../../contracts/error.js';
import type { Body } from '../../contracts/message.js';
import type { Program } from '../../contracts/system.js';
import { type Milliseconds, toNs } from '../../contracts/time.js';
import { MessageLog } from '../../network/message-log.js';
import { Network, type Undo } from '../../network/network.js';
import { entryPoint } from '../../node/entry.js';
import { formatArguments } from '../../node/stdio/arguments.js';
import { TextLog } from '../../node/text-log.js';
import { Clients } from '../clients.js';
import { leaderOf } from '../leader.js';
import { linesOf } from '../log-lines.js';
import { type Members, membersOf } from '../members.js';
import { effect, type LinkFaults, NodeFaults } from '../node-faults.js';
import { type EarlyEnd, LocalNode } from './local-node.js';
import { lastLines } from './log-tail.js';
import { checkProgram, startFailure } from './program.js';
import { Router } from './router.js';
import { Watchdog } from './watchdog.js';
import { givenFolder, type TemporaryFolder, temporaryFolder } from './workspace.js';

export interface LocalOptions {
  latency: Milliseconds;
  distribution: Delay['distribution'];
  jitter: Milliseconds;
}

/** Maelstrom's limit for the answer to `init`. */
const INIT_TIMEOUT: Milliseconds = 10_000;

export class LocalCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly faults: NodeFaults;
  readonly #context: ProvisionContext<LocalOptions>;
  readonly #program: Program | null;
  readonly #nodes = new Map<string, LocalNode>();
  readonly #clients = new Clients();
  readonly #router: Router;
  readonly #members: Members;
  readonly #watchdog = new Watchdog();
  readonly #messages: TextLog | null;
  /** Where logs and data go; a temporary folder when the run keeps nothing. */
  readonly #folder: TemporaryFolder;
  /** Logs of a folder that is gone. */
  readonly #logs = new Map<string, string[]>();
  #source: DefinitionSource;
  #stopped: Promise<void> | null = null;

  constructor(context: ProvisionContext<LocalOptions>) {
    const { options, system, random, clock } = context;
    if (system.nodes === undefined && system.program === undefined) {
      throw new ChaosError('not-local', `${system.name} has neither a protocol nor a program to run`, {
        kind: 'usage',
      });
    }
    this.#context = context;
    const { spares = [] } = context;
    this.nodes = [...context.nodes, ...spares];
    this.#source = context.source;
    this.#program = system.nodes === undefined ? system.program!(context.systemOptions) : null;
    this.#folder = context.folder === null ? temporaryFolder('chaos-nodes-') : givenFolder(context.folder);
    const delayed = options.latency > 0;
    const base: Delay = { distribution: options.distribution, mean: options.latency, jitter: options.jitter };
    const network = new Network(random.derive('network'), delayed ? base : null);
    this.#members = membersOf(context, this);
    this.faults = new NodeFaults(linksOf(network), (id) => this.#node(id), this.#members);
    this.#messages = context.logMessages ? new TextLog(`${this.#folder.path}/messages.jsonl`) : null;
    this.nodes.forEach((id, ordinal) => {
      this.#nodes.set(id, this.#makeNode(id, ordinal));
    });
    this.#router = new Router({
      network,
      delayed,
      clock,
      random,
      stations: this.#nodes,
      clients: this.#clients,
      services: context.services,
      log: this.#messages === null ? null : new MessageLog((line) => this.#messages?.write(line)),
    });
  }

  async start(): Promise<void> {
    if (this.#program !== null) checkProgram(this.#program);
    if (this.#stopped !== null) return;
    this.#folder.make();
    await this.#bundle();
    if (this.#stopped !== null) return;
    this.#watchdog.start();
    await Promise.all([...this.#nodes.values()].map((node) => this.#begin(node)));
  }

  request(client: string, node: string, body: Body, reply: (body: Body) => void): void {
    body.msg_id = this.#clients.begin(client, reply);
    this.#router.send(client, this.#node(node), body);
  }

  abandon(client: string): void {
    this.#clients.abandon(client);
  }

  leader(): string | null {
    return leaderOf([...this.#nodes].map(([id, node]) => [id, this.isDown(id) ? null : node.lastReport] as const));
  }

  members(): readonly string[] {
    return this.#members.wanted;
  }

  isDown(node: string): boolean {
    return this.faults.isDown(node);
  }

  describe(): string[] {
    const running = [...this.#nodes.values()].filter((node) => node.running);
    const lines = running.map(
      (node) => `${node.id}: process ${node.process?.pid}, files in ${this.#folder.path}/${node.id}`,
    );
    const groups = running.map((node) => `-${node.process?.pid}`).join(' ');
    return lines.length === 0 ? [] : [...lines, `remove them: kill -9 -- ${groups} (they end with this process, too)`];
  }

  log(node: string): Iterable<string> {
    if (this.#context.folder !== null) return [];
    return this.#logs.get(node) ?? linesOf(this.#node(node).logFile);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#router.stop();
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()));
    await this.#watchdog.stop();
    this.#messages?.close();
    if (this.#context.folder !== null) return;
    for (const node of this.#nodes.values()) this.#logs.set(node.id, linesOf(node.logFile));
    this.#folder.remove();
  }

  #node(id: string): LocalNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new ChaosError('unknown-node', `there is no node ${id}`, { kind: 'usage' });
    return node;
  }

  #makeNode(id: string, ordinal: number): LocalNode {
    const { clock, random, event } = this.#context;
    const node: LocalNode = new LocalNode({
      id,
      nodes: this.#context.nodes,
      clock,
      random: random.derive('node', ordinal),
      folder: `${this.#folder.path}/${id}`,
      own: this.#program === null,
      command: (seed) => this.#program ?? this.#ownCommand(node.dataFolder, seed),
      watchdog: this.#watchdog,
      router: () => this.#router,
      event,
    });
    return node;
  }

  #ownCommand(data: string, seed: number): Program {
    const { clock, systemOptions } = this.#context;
    const args = formatArguments({
      source: this.#source,
      options: systemOptions,
      data,
      seed,
      origin: process.hrtime.bigint() - BigInt(Math.round(clock.now())),
      parent: true,
    });
    return { command: process.execPath, args: [entryPoint('framework/node/stdio/main'), ...args] };
  }

  /** A module of the user's is bundled once, not by every node. */
  async #bundle(): Promise<void> {
    if (this.#program !== null || this.#source.kind !== 'path') return;
    const code = await bundle(this.#source.path);
    mkdirSync(this.#folder.path, { recursive: true });
    const path = `${this.#folder.path}/system.mjs`;
    writeFileSync(path, code);
    this.#source = { kind: 'path', path };
  }

  async #begin(node: LocalNode): Promise<void> {
    const { clock } = this.#context;
    let alarm: { cancel(): void } | undefined;
    const late = new Promise<EarlyEnd>((resolve) => {
      const detail = `sent no init_ok within ${INIT_TIMEOUT / 1000} s`;
      alarm = clock.at(clock.now() + toNs(INIT_TIMEOUT), () => resolve({ detail, error: null }));
    });
    const outcome = await Promise.race([node.begin(), late]);
    alarm?.cancel();
    if (outcome !== null && this.#stopped === null) throw this.#notStarted(node, outcome);
  }

  #notStarted(node: LocalNode, { detail, error }: EarlyEnd): ChaosError {
    if (error !== null) return startFailure(this.#program?.command ?? process.execPath, error);
    const lines = lastLines(node.logFile);
    const log =
      lines.length === 0 ? 'its log is empty' : `its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
    return new ChaosError('node-not-started', `${node.id} ${detail}; ${log}`, {
      hint: `A node must answer init with init_ok within ${INIT_TIMEOUT / 1000} s; its log is ${node.logFile}`,
    });
  }
}

/** The parent routes every message: what a fault does to a link is in force at once. */
function linksOf(network: Network): LinkFaults {
  const undone = (undo: Undo) => effect(async () => undo());
  return {
    cut: async (links) => undone(network.cut(links)),
    degrade: async (links, quality) => undone(network.degrade(links, quality)),
  };
}

// A simulated cluster: nodes, network and clients in one process, in virtual time, a pure function of the seed.
import type { Cluster, Delay } from '../../contracts/cluster.js';
import type { ProvisionContext } from '../../contracts/deployment.js';
import { ChaosError } from '../../contracts/error.js';
import type { Body, Message } from '../../contracts/message.js';
import { type Milliseconds, type Nanoseconds, toNs } from '../../contracts/time.js';
import { MessageLog } from '../../network/message-log.js';
import { Network } from '../../network/network.js';
import { SimulatedNode } from '../../node/simulated/node.js';
import { TextLog } from '../../node/text-log.js';
import type { VirtualClock } from '../../time/virtual.js';
import { leaderOf } from '../leader.js';
import { type Members, membersOf } from '../members.js';
import { SimulatedFaults } from './faults.js';
import { deepFreeze } from './freeze.js';

/** What a simulated wall clock shows at instant 0: 2026-01-01 UTC, in nanoseconds. */
const EPOCH = 1_767_225_600_000_000_000;

/** Lines kept of a node's log when there is no folder for it. */
const LOG_LINES = 10_000;

export interface SimOptions {
  latency: Milliseconds;
  distribution: Delay['distribution'];
  jitter: Milliseconds;
  sync: Milliseconds;
  freeze: boolean;
}

/** No message is faster than a microsecond: a closed loop without any delay would stop virtual time. */
function flight(delay: Milliseconds): Nanoseconds {
  return Math.max(1000, toNs(delay));
}

interface Caller {
  outstanding: number;
  nextId: number;
  reply: ((body: Body) => void) | null;
}

export class SimulatedCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly faults: SimulatedFaults;
  readonly #context: ProvisionContext<SimOptions>;
  readonly #clock: VirtualClock;
  readonly #network: Network;
  readonly #members: Members;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #callers = new Map<string, Caller>();
  readonly #logs = new Map<string, TextLog | string[]>();
  readonly #messages: { log: MessageLog; file: TextLog } | null;
  #stopped = false;

  constructor(context: ProvisionContext<SimOptions>, clock: VirtualClock) {
    const { options, system, systemOptions, random } = context;
    const make = system.nodes;
    if (make === undefined) {
      throw new ChaosError('not-simulable', `${system.name} has no protocol to simulate`, { kind: 'usage' });
    }
    const { spares = [] } = context;
    this.nodes = [...context.nodes, ...spares];
    this.#context = context;
    this.#clock = clock;
    const base: Delay = { distribution: options.distribution, mean: options.latency, jitter: options.jitter };
    this.#network = new Network(random.derive('network'), base);
    this.#members = membersOf(context, this);
    this.faults = new SimulatedFaults(this.#network, (id) => this.#node(id), this.#members);
    this.#messages = this.#openMessageLog();
    const surroundings = {
      now: () => clock.now(),
      schedule: (instant: number, task: () => void) => clock.schedule(instant, task),
      transmit: (message: Message) => this.#transmit(message),
      event: context.event,
      print: (node: string, line: string) => this.#print(node, line),
    };
    this.nodes.forEach((id, ordinal) => {
      const stream = random.derive('node', ordinal);
      const syncs = stream.derive('sync');
      const node = new SimulatedNode(surroundings, {
        id,
        nodes: context.nodes,
        random: stream,
        make: (env) => make(env, systemOptions),
        syncTime: () => syncs.between(0.5 * options.sync, 1.5 * options.sync),
        volatile: system.volatile?.(systemOptions) ?? false,
        epoch: EPOCH,
      });
      this.#nodes.set(id, node);
    });
  }

  async start(): Promise<void> {
    for (const node of this.#nodes.values()) node.start();
  }

  request(client: string, node: string, body: Body, reply: (body: Body) => void): void {
    let caller = this.#callers.get(client);
    if (caller === undefined) {
      caller = { outstanding: 0, nextId: 1, reply: null };
      this.#callers.set(client, caller);
    }
    caller.outstanding = caller.nextId++;
    caller.reply = reply;
    body.msg_id = caller.outstanding;
    this.#transmit({ src: client, dest: node, body });
  }

  abandon(client: string): void {
    const caller = this.#callers.get(client);
    if (caller !== undefined) caller.reply = null;
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
    return [];
  }

  log(node: string): Iterable<string> {
    const log = this.#logs.get(node);
    return Array.isArray(log) ? log : [];
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const log of this.#logs.values()) if (!Array.isArray(log)) log.close();
    this.#messages?.file.close();
  }

  #node(id: string): SimulatedNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new ChaosError('unknown-node', `there is no node ${id}`, { kind: 'usage' });
    return node;
  }

  #transmit(message: Message): void {
    if (this.#stopped) return;
    if (this.#context.options.freeze) deepFreeze(message.body);
    const clock = this.#clock;
    const destination = this.#nodes.get(message.dest);
    const deliver = destination === undefined ? () => this.#toClient(message) : () => destination.receive(message);
    if (this.#messages === null) {
      this.#network.route(message.src, message.dest, (delay) => clock.schedule(clock.now() + flight(delay), deliver));
      return;
    }
    const delays: Milliseconds[] = [];
    this.#network.route(message.src, message.dest, (delay) => {
      delays.push(delay);
      clock.schedule(clock.now() + flight(delay), deliver);
    });
    this.#messages.log.record(clock.now(), message, delays);
  }

  #toClient(message: Message): void {
    const caller = this.#callers.get(message.dest);
    const { event } = this.#context;
    if (caller === undefined) {
      event({ time: this.#clock.now(), node: message.src, kind: 'note', detail: `message to unknown ${message.dest}` });
      return;
    }
    const { reply } = caller;
    if (reply === null || message.body.in_reply_to !== caller.outstanding) {
      const detail = `late ${message.body.type} to ${message.dest}`;
      event({ time: this.#clock.now(), node: message.src, kind: 'note', detail });
      return;
    }
    caller.reply = null;
    reply(message.body);
  }

  #print(node: string, line: string): void {
    let log = this.#logs.get(node);
    const { folder } = this.#context;
    if (log === undefined) {
      log = folder === null ? [] : new TextLog(`${folder}/${node}/node.log`);
      this.#logs.set(node, log);
    }
    const text = `${(this.#clock.now() / 1e9).toFixed(6)} ${line}`;
    if (!Array.isArray(log)) log.write(text);
    else if (log.length < LOG_LINES) log.push(text);
  }

  #openMessageLog(): { log: MessageLog; file: TextLog } | null {
    const { folder, logMessages } = this.#context;
    if (!logMessages || folder === null) return null;
    const file = new TextLog(`${folder}/messages.jsonl`);
    return { log: new MessageLog((line) => file.write(line)), file };
  }
}

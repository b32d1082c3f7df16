// A cluster whose nodes live on hosts: starts them, speaks to them, breaks them, and brings home what they leave.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Cluster, NodeHost } from '../../contracts/cluster.js';
import type { ProvisionContext } from '../../contracts/deployment.js';
import { ChaosError } from '../../contracts/error.js';
import type { Body } from '../../contracts/message.js';
import { Clients } from '../clients.js';
import type { HelperEvent } from '../helper/protocol.js';
import type { Host, HostSource } from '../host/host.js';
import { leaderOf } from '../leader.js';
import { Watchdog } from '../local/watchdog.js';
import { givenFolder, type TemporaryFolder, temporaryFolder } from '../local/workspace.js';
import { linesOf } from '../log-lines.js';
import { type Members, membersOf } from '../members.js';
import { NodeFaults } from '../node-faults.js';
import { Attempts } from './attempts.js';
import { RemoteLinks } from './links.js';
import { lifeMaker } from './lives.js';
import { RemoteNode } from './node.js';
import { type RemoteSettings, Site } from './site.js';

export class RemoteCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly faults: NodeFaults;
  readonly #context: ProvisionContext<unknown>;
  readonly #source: HostSource;
  readonly #tunnel: boolean;
  readonly #hostClock: boolean;
  readonly #shared: boolean;
  readonly #run = randomBytes(5).toString('hex');
  readonly #token = randomBytes(16).toString('hex');
  readonly #clients = new Clients();
  readonly #members: Members;
  readonly #site: Site;
  readonly #links: RemoteLinks;
  readonly #watchdog = new Watchdog();
  readonly #nodes = new Map<string, RemoteNode>();
  /** Here, where logs of nodes are brought; a temporary folder when the run keeps nothing. */
  readonly #folder: TemporaryFolder;
  readonly #logs = new Map<string, string[]>();
  #stopped: Promise<void> | null = null;

  constructor(context: ProvisionContext<unknown>, settings: RemoteSettings) {
    this.#context = context;
    this.#source = settings.source;
    this.#tunnel = settings.tunnel ?? false;
    this.#hostClock = settings.hostClock ?? false;
    this.#shared = settings.port === null;
    const { spares = [], clock } = context;
    this.nodes = [...context.nodes, ...spares];
    this.#folder = context.folder === null ? temporaryFolder('chaos-nodes-') : givenFolder(context.folder);
    this.#members = membersOf(context, this);
    this.#site = new Site({
      context,
      settings,
      run: this.#run,
      nodes: this.nodes,
      onEvent: (event) => this.#onEvent(event),
      onBack: async (node) => {
        await this.#links.declare(node);
        await this.#nodes.get(node)?.back();
      },
    });
    this.#links = new RemoteLinks({
      clock,
      run: this.#run,
      stations: this.#site.stations,
      note: (node, detail) => this.#node(node).note(detail),
    });
    const power = settings.source.powerOff !== undefined;
    this.faults = new NodeFaults(this.#links, (id) => this.#node(id), this.#members, { power });
  }

  async start(): Promise<void> {
    if (!(await this.#site.open())) return;
    this.#folder.make();
    this.#makeNodes();
    this.#watchdog.start();
    await this.#each((node) => node.life.prepare());
    await this.#each((node) => node.begin());
  }

  request(client: string, node: string, body: Body, reply: (body: Body) => void): void {
    body.msg_id = this.#clients.begin(client, reply);
    this.#node(node).life.request(client, body);
  }

  abandon(client: string): void {
    this.#clients.abandon(client);
  }

  /** The host that a node lives on, once the cluster has started. */
  host(node: string): Host {
    return this.#node(node).station.host;
  }

  hosts(): Readonly<Record<string, NodeHost>> {
    // Nodes that share this machine have no host to tell.
    if (this.#shared) return {};
    const entries = [...this.#nodes.values()].map(({ id, station: { host } }) => {
      const { address, title } = host;
      return [id, { address, title }] as const;
    });
    return Object.fromEntries(entries);
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
    if (this.#stopped !== null) return [];
    return [...this.#nodes.values()].map(
      ({ id, station }) =>
        `${id}: ${station.host.title}, enter it: ${this.#source.entrance(id)}, files in ${this.#site.place(id).home}`,
    );
  }

  log(node: string): Iterable<string> {
    if (this.#context.folder !== null) return [];
    return this.#logs.get(node) ?? linesOf(join(this.#folder.path, node, 'node.log'));
  }

  async bringLogs(): Promise<void> {
    await this.#each((node) => this.#bringHome(node));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #each(step: (node: RemoteNode) => Promise<void>): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(step));
  }

  async #stop(): Promise<void> {
    const attempts = new Attempts(this.#context.clock);
    const nodes = [...this.#nodes.values()];
    const each = (title: string, step: (node: RemoteNode) => Promise<unknown>) =>
      attempts.all(nodes, ({ id }) => `${title} ${id}`, step);
    await each('stop', (node) => node.stop());
    await this.#site.endRecords(attempts);
    await each('bring home the files of', (node) => this.#bringHome(node));
    await each('leave', ({ life }) => life.close());
    await this.#site.close(attempts);
    await attempts.one('end the watchdog', () => this.#watchdog.stop());
    if (this.#context.folder === null) {
      for (const { id } of nodes) this.#logs.set(id, linesOf(join(this.#folder.path, id, 'node.log')));
      this.#folder.remove();
    }
    attempts.conclude();
  }

  #makeNodes(): void {
    const { places } = this.#site;
    const makeLife = lifeMaker({
      context: this.#context,
      run: this.#run,
      token: this.#token,
      places,
      clients: this.#clients,
      watchdog: this.#watchdog,
      folder: this.#folder.path,
      tunnel: this.#tunnel,
      hostClock: this.#hostClock,
    });
    const { clock, random, event } = this.#context;
    this.nodes.forEach((id, ordinal) => {
      const node: RemoteNode = new RemoteNode({
        id,
        clock,
        random: random.derive('node', ordinal),
        station: places.get(id)!.station,
        life: makeLife(id, () => node),
        event,
        power: { off: () => this.#site.turnOff(id), on: () => this.#site.turnOn(id) },
      });
      this.#nodes.set(id, node);
    });
  }

  #onEvent(event: HelperEvent): void {
    if (event.event === 'exit') this.#nodes.get(event.node)?.onExit(event);
    else if (event.node !== null) this.#nodes.get(event.node)?.note(event.detail);
  }

  /** What it has left on its host, into the folder of the run. */
  async #bringHome(node: RemoteNode): Promise<void> {
    for (const note of await this.#site.bringHome(node.id, this.#folder.path, node.life.files)) node.note(note);
    node.life.secrets.hideIn(join(this.#folder.path, node.id));
  }

  #node(id: string): RemoteNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new ChaosError('unknown-node', `there is no node ${id}`, { kind: 'usage' });
    return node;
  }
}

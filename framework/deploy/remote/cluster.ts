// A cluster whose nodes live on hosts: brings them there, starts them, speaks to them, breaks them, and brings home what they left.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../contracts/cluster.js';
import type { ProvisionContext } from '../../contracts/deployment.js';
import { ChaosError } from '../../contracts/error.js';
import type { Body } from '../../contracts/message.js';
import { type Alarm, type Milliseconds, toNs } from '../../contracts/time.js';
import { Clients } from '../clients.js';
import { helperProgram } from '../helper/bundle.js';
import type { HelperEvent } from '../helper/protocol.js';
import type { Command, Host, HostSource } from '../host/host.js';
import { leaderOf } from '../leader.js';
import { Watchdog } from '../local/watchdog.js';
import { linesOf } from '../log-lines.js';
import { Members } from '../members.js';
import { NodeFaults } from '../node-faults.js';
import { Capture } from './capture.js';
import { collect } from './collect.js';
import { freePorts } from './free-ports.js';
import { RemoteLinks } from './links.js';
import { lifeMaker, type Place } from './lives.js';
import { RemoteNode } from './node.js';
import { nodeProgram } from './node-program.js';
import { Staging } from './staging.js';
import { Station } from './station.js';

/** What a deployment says of its hosts. */
export interface RemoteSettings {
  source: HostSource;
  /** Folder on every host that takes all that is ours; kept from run to run. */
  workspace: string;
  /** The port of every node; null: they share a machine, and each takes a free one. */
  port: number | null;
  /** How long faults and nodes outlive this process. */
  bound: Milliseconds;
  /** The helper runs as root. */
  root: boolean;
  /** Checks the hosts before anything starts, and says how Node runs on each. */
  inspect: (hosts: readonly Host[]) => Promise<ReadonlyMap<Host, Command>>;
  /** Bytes of packets that are recorded on each host; null: none are. */
  capture?: number | null;
  /** Last of all. */
  release?: () => Promise<void>;
}

const HELPER = 'helper.mjs';
const NODE = 'node.mjs';

/** Time that nodes and hosts get to end and to hand over what they have. */
const STOP: Milliseconds = 30_000;

export class RemoteCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly faults: NodeFaults;
  readonly #context: ProvisionContext<unknown>;
  readonly #settings: RemoteSettings;
  readonly #run = randomBytes(5).toString('hex');
  readonly #token = randomBytes(16).toString('hex');
  readonly #clients = new Clients();
  readonly #members: Members;
  readonly #links: RemoteLinks;
  readonly #watchdog = new Watchdog();
  /** What every host is given to run. */
  readonly #programs: Promise<Record<string, string>>;
  readonly #machines: Station[] = [];
  readonly #captures = new Map<Station, Capture>();
  /** By node. */
  readonly #stations = new Map<string, Station>();
  readonly #nodes = new Map<string, RemoteNode>();
  /** Here, where logs of nodes are brought; a temporary folder when the run keeps nothing. */
  readonly #folder: string;
  readonly #logs = new Map<string, string[]>();
  readonly #places = new Map<string, Place>();
  #stopped: Promise<void> | null = null;

  constructor(context: ProvisionContext<unknown>, settings: RemoteSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#programs = programsOf(context);
    this.#programs.catch(() => {});
    const { spares = [], clock } = context;
    this.nodes = [...context.nodes, ...spares];
    this.#folder = context.folder ?? mkdtempSync(join(tmpdir(), 'chaos-nodes-'));
    this.#members = new Members({
      clock,
      membership: context.system.membership,
      options: context.systemOptions,
      nodes: context.nodes,
      spares,
      leader: () => this.leader(),
      request: (client, node, body, reply) => this.request(client, node, body, reply),
      abandon: (client) => this.abandon(client),
    });
    this.#links = new RemoteLinks({
      clock,
      run: this.#run,
      stations: this.#stations,
      note: (node, detail) => this.#node(node).note(detail),
    });
    this.faults = new NodeFaults(this.#links, (id) => this.#node(id), this.#members);
  }

  async start(): Promise<void> {
    const { source, inspect } = this.#settings;
    const hosts = await source.open(this.nodes, (line) => this.#context.say?.(line));
    if (this.#stopped !== null) return;
    const machines = [...new Set(hosts.values())];
    const interpreters = await inspect(machines);
    if (this.#stopped !== null) return;
    await Promise.all(
      machines.map((host) => {
        const nodes = this.nodes.filter((id) => hosts.get(id) === host);
        return this.#man(host, nodes, interpreters.get(host)!);
      }),
    );
    if (this.#stopped !== null) return;
    await this.#record();
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
    return this.#station(node).host;
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
    const { source } = this.#settings;
    return [...this.#nodes.values()].map(
      ({ id, station }) =>
        `${id}: ${station.host.title}, enter it: ${source.entrance(id)}, files in ${this.#places.get(id)!.home}`,
    );
  }

  log(node: string): Iterable<string> {
    if (this.#context.folder !== null) return [];
    return this.#logs.get(node) ?? linesOf(join(this.#folder, node, 'node.log'));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #each(step: (node: RemoteNode) => Promise<void>): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(step));
  }

  /** Every step is tried, whatever became of the one before; the first error is told. */
  async #stop(): Promise<void> {
    const { clock, folder } = this.#context;
    const errors: unknown[] = [];
    const attempt = async (title: string, step: () => Promise<unknown>) => {
      let alarm: Alarm | undefined;
      const late = new Promise<never>((_, reject) => {
        const slow = new ChaosError('host-slow', `could not ${title} within ${STOP / 1000} s`);
        alarm = clock.at(clock.now() + toNs(STOP), () => reject(slow));
      });
      await Promise.race([step(), late]).catch((error: unknown) => errors.push(error));
      alarm?.cancel();
    };
    const nodes = [...this.#nodes.values()];
    const each = (title: string, step: (node: RemoteNode) => Promise<unknown>) =>
      Promise.all(nodes.map((node) => attempt(`${title} ${node.id}`, () => step(node))));
    await each('stop', (node) => node.stop());
    await Promise.all(
      [...this.#captures].map(([{ name }, capture]) =>
        attempt(`end the record of packets of ${name}`, () => capture.stop()),
      ),
    );
    await each('bring home the files of', (node) => this.#bringHome(node));
    await each('leave', ({ life }) => life.close());
    await Promise.all(
      this.#machines.map((station) => attempt(`end the helper of ${station.name}`, () => station.close())),
    );
    await attempt('end the watchdog', () => this.#watchdog.stop());
    await each('remove the files of', (node) => this.#remove(node));
    await attempt('let go of the hosts', () => this.#settings.source.close());
    await attempt('remove the workspace', async () => this.#settings.release?.());
    if (folder === null) {
      for (const id of this.#nodes.keys()) this.#logs.set(id, linesOf(join(this.#folder, id, 'node.log')));
      rmSync(this.#folder, { recursive: true, force: true });
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Brings programs to a host and starts its helper. */
  async #man(host: Host, nodes: readonly string[], interpreter: Command): Promise<void> {
    const { workspace, bound, port, root } = this.#settings;
    const { system, systemOptions } = this.#context;
    const staging = new Staging(host, `${workspace}/staged`);
    const paths = await staging.texts(await this.#programs);
    const needed = system.files?.(systemOptions) ?? {};
    const files = Object.keys(needed).length === 0 ? workspace : await staging.files(needed);
    const ports = port === null ? await freePorts(nodes.length) : nodes.map(() => port);
    const station = new Station({
      host,
      nodes,
      run: this.#run,
      root,
      bound,
      onEvent: (event) => this.#onEvent(event),
      onLost: (error) => this.#context.fail?.(error),
      onBack: async () => {
        await Promise.all(nodes.map((id) => this.#links.declare(id)));
      },
    });
    this.#machines.push(station);
    nodes.forEach((id, index) => {
      const home = `${workspace}/runs/${this.#run}/${id}`;
      this.#stations.set(id, station);
      this.#places.set(id, {
        id,
        number: this.nodes.indexOf(id) + 1,
        address: host.address,
        data: `${home}/data`,
        logs: `${home}/logs`,
        files,
        station,
        home,
        port: ports[index]!,
        interpreter,
        program: paths[NODE] ?? null,
      });
    });
    await station.attach([...interpreter, paths[HELPER]!, 'attach', `${workspace}/helper`]);
  }

  /** Records the packets of every host, where the plan asks for that. */
  async #record(): Promise<void> {
    const { capture: size = null } = this.#settings;
    if (size === null) return;
    await Promise.all(
      this.#machines.map((station) => {
        const node = station.nodes[0]!;
        const capture = new Capture({ node, station, folder: `${this.#places.get(node)!.home}/packets`, size });
        this.#captures.set(station, capture);
        return capture.start();
      }),
    );
  }

  #makeNodes(): void {
    const places = new Map(this.nodes.map((id) => [id, this.#places.get(id)!]));
    const makeLife = lifeMaker({
      context: this.#context,
      run: this.#run,
      token: this.#token,
      places,
      clients: this.#clients,
      watchdog: this.#watchdog,
      folder: this.#folder,
    });
    const { clock, random, event } = this.#context;
    this.nodes.forEach((id, ordinal) => {
      const { station } = places.get(id)!;
      const node: RemoteNode = new RemoteNode({
        id,
        clock,
        random: random.derive('node', ordinal),
        station,
        life: makeLife(id, () => node),
        event,
        power: { off: () => this.#turnOff(id, station), on: () => this.#turnOn(id, station) },
      });
      this.#nodes.set(id, node);
    });
  }

  async #turnOff(id: string, station: Station): Promise<void> {
    station.turnedOff();
    await this.#settings.source.powerOff?.(id);
  }

  async #turnOn(id: string, station: Station): Promise<void> {
    await this.#settings.source.powerOn?.(id);
    await station.turnedOn();
    await this.#links.declare(id);
  }

  #onEvent(event: HelperEvent): void {
    if (event.event === 'exit') this.#nodes.get(event.node)?.onExit(event);
    else if (event.node !== null) this.#nodes.get(event.node)?.note(event.detail);
  }

  /** What it has left on its host, into the folder of the run. */
  async #bringHome(node: RemoteNode): Promise<void> {
    const { id, station, life } = node;
    if (!station.isUp) return;
    const { logs, home } = this.#places.get(id)!;
    const packets = this.#captures.has(station) && station.nodes[0] === id ? { packets: `${home}/packets` } : {};
    const { notes } = await collect({
      host: station.host,
      folder: join(this.#folder, id),
      sources: { paths: { '.': logs, ...packets }, globs: life.files },
      root: station.isRoot,
    });
    for (const note of notes) node.note(note);
  }

  async #remove({ id, station }: RemoteNode): Promise<void> {
    await station.host.run(['rm', '-rf', `${this.#settings.workspace}/runs/${this.#run}/${id}`]);
  }

  #node(id: string): RemoteNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new ChaosError('unknown-node', `there is no node ${id}`, { kind: 'usage' });
    return node;
  }

  #station(id: string): Station {
    return this.#stations.get(id)!;
  }
}

async function programsOf({ system, source }: ProvisionContext<unknown>): Promise<Record<string, string>> {
  const helper = await helperProgram();
  return system.nodes === undefined ? { [HELPER]: helper } : { [HELPER]: helper, [NODE]: await nodeProgram(source) };
}

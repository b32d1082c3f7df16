// The hosts of a cluster: brings programs there, starts their helpers, and brings home what nodes have left.
import { join } from 'node:path';
import type { ClockDifference } from '../../contracts/cluster.js';
import type { ProvisionContext } from '../../contracts/deployment.js';
import type { Milliseconds } from '../../contracts/time.js';
import { attachCommand, helperProgram } from '../helper/bundle.js';
import type { HelperEvent } from '../helper/protocol.js';
import type { Command, Host, HostSource } from '../host/host.js';
import type { Attempts } from './attempts.js';
import { Capture } from './capture.js';
import { collect } from './collect.js';
import { freePorts } from './free-ports.js';
import type { Place } from './lives.js';
import { nodeProgram } from './node-program.js';
import { Staging } from './staging.js';
import { Station } from './station.js';

/** What a deployment says of its hosts. */
export interface RemoteSettings {
  source: HostSource;
  /** Folder on every host that takes all that is ours; kept from run to run. */
  workspace: string;
  /** Folder above the data of nodes, which may be a file system of its own; `workspace` where it is left out. */
  data?: string;
  /** Folder of the helper: what is in it need not survive the host being turned off. */
  helper?: string;
  /** The port of every node; null: they share a machine, and each takes a free one. */
  port: number | null;
  /** How long faults and nodes outlive this process. */
  bound: Milliseconds;
  /** Checks the hosts before anything starts, and says what each has. */
  inspect: (hosts: readonly Host[]) => Promise<ReadonlyMap<Host, Inspected>>;
  /** Clock faults of any program move the host's own clock. */
  hostClock?: boolean;
  /** Bytes of packets that are recorded on each host; null: none are. */
  capture?: number | null;
  /** Speak to reference nodes through the connections to their hosts. */
  tunnel?: boolean;
  /** Last of all. */
  release?: () => Promise<void>;
}

export interface Inspected {
  /** How Node runs there. */
  interpreter: Command;
  /** The helper runs as root. */
  root: boolean;
  /** Its clock against that of this machine; null or left out: it is the same, or nobody could tell. */
  clock?: ClockDifference | null;
}

export interface SiteOptions {
  context: ProvisionContext<unknown>;
  settings: RemoteSettings;
  run: string;
  /** In the order of the cluster, spares included. */
  nodes: readonly string[];
  onEvent: (event: HelperEvent) => void;
  /** What was in force on the links of a node has to be declared again. */
  onBack: (node: string) => Promise<void>;
}

/** Bytes of logs of one node that are brought home, beside its packets. */
const LOGS = 100e6;

const HELPER = 'helper.mjs';
const NODE = 'node.mjs';

export class Site {
  readonly #options: SiteOptions;
  /** What every host is given to run. */
  readonly #programs: Promise<Record<string, string>>;
  readonly #machines: Station[] = [];
  readonly #stations = new Map<string, Station>();
  readonly #places = new Map<string, Place>();
  readonly #captures = new Map<Station, Capture>();
  #closed = false;

  constructor(options: SiteOptions) {
    this.#options = options;
    this.#programs = programsOf(options.context);
    this.#programs.catch(() => {});
  }

  /** By node. */
  get stations(): ReadonlyMap<string, Station> {
    return this.#stations;
  }

  /** In the order of the cluster. */
  get places(): ReadonlyMap<string, Place> {
    return new Map(this.#options.nodes.map((id) => [id, this.#places.get(id)!]));
  }

  place(node: string): Place {
    return this.#places.get(node)!;
  }

  /** Resolves when every helper is there; false: it was closed meanwhile. */
  async open(): Promise<boolean> {
    const { settings, nodes, context } = this.#options;
    const hosts = await settings.source.open(nodes, (line) => context.say?.(line));
    if (this.#closed) return false;
    const machines = [...new Set(hosts.values())];
    const found = await settings.inspect(machines);
    if (this.#closed) return false;
    const living = (host: Host) => nodes.filter((id) => hosts.get(id) === host);
    for (const host of machines) this.#noteClock(living(host), found.get(host)?.clock ?? null);
    const sent = await Promise.all(machines.map((host) => this.#man(host, living(host), found.get(host)!)));
    if (settings.port !== null && !this.#closed) context.say?.(provisioned(sent));
    if (!this.#closed) await this.#record();
    return !this.#closed;
  }

  async turnOff(node: string): Promise<void> {
    this.#stations.get(node)!.turnedOff();
    await this.#options.settings.source.powerOff?.(node);
  }

  async turnOn(node: string): Promise<void> {
    await this.#options.settings.source.powerOn?.(node);
    const station = this.#stations.get(node)!;
    await station.turnedOn();
    await this.#options.onBack(node);
    await this.#captures.get(station)?.start();
  }

  /** Ends the records of packets: their files are complete then. */
  async endRecords(attempts: Attempts): Promise<void> {
    await attempts.all(
      [...this.#captures],
      ([{ name }]) => `end the record of packets of ${name}`,
      ([, capture]) => capture.stop(),
    );
  }

  /** What a node has left on its host, into a folder here; returns what could not be had. */
  async bringHome(node: string, folder: string, globs: readonly string[]): Promise<readonly string[]> {
    const { settings } = this.#options;
    const { logs, home, station } = this.#places.get(node)!;
    if (!station.isUp) return [`${station.host.title} cannot be reached: its files stay there, in ${home}`];
    const packets = this.#captures.has(station) && station.nodes[0] === node ? { packets: `${home}/packets` } : {};
    const sources = { paths: { '.': logs, ...packets }, globs };
    const most = LOGS + (settings.capture ?? 0);
    return (await collect({ host: station.host, folder: join(folder, node), sources, root: station.isRoot, most }))
      .notes;
  }

  /** Ends the helpers, removes the files of the run, and lets go of the hosts. Safe at any time, also while it opens. */
  async close(attempts: Attempts): Promise<void> {
    this.#closed = true;
    const { settings } = this.#options;
    const left = this.#machines.filter(({ isUp }) => isUp);
    await attempts.all(
      this.#machines,
      ({ name }) => `end the helper of ${name}`,
      (station) => station.close(),
    );
    await attempts.all(
      left,
      ({ name }) => `remove the files of the run from ${name}`,
      ({ host, isRoot }) => host.run(['rm', '-rf', ...this.#traces()], { root: isRoot }),
    );
    await attempts.one('let go of the hosts', () => settings.source.close());
    await attempts.one('remove the workspace', async () => settings.release?.());
  }

  /** Folders on each host that are this run's alone. */
  #traces(): string[] {
    const { settings, run } = this.#options;
    const { workspace, data } = settings;
    return [`${workspace}/runs/${run}`, ...(data === undefined ? [] : [`${data}/${run}`])];
  }

  /** For readers of the nodes' logs, which are written by their hosts' clocks. */
  #noteClock(nodes: readonly string[], clock: ClockDifference | null): void {
    if (clock === null) return;
    const { context } = this.#options;
    const { offset, uncertainty } = clock;
    const apart = `${Math.abs(offset).toFixed(1)} ms ${offset < 0 ? 'behind' : 'ahead of'}`;
    const detail = `the clock of its host is ${apart} this machine's, ±${uncertainty.toFixed(1)} ms`;
    for (const node of nodes) context.event({ time: context.clock.now(), node, kind: 'note', detail, clock });
  }

  /** Brings programs to a host and starts its helper; resolves to the bytes that were not there yet. */
  async #man(host: Host, nodes: readonly string[], { interpreter, root }: Inspected): Promise<number> {
    const { settings, context, run, onEvent, onBack } = this.#options;
    const { workspace, data, bound, port } = settings;
    const staging = new Staging(host, `${workspace}/staged`);
    const paths = await staging.texts(await this.#programs);
    const needed = context.system.files?.(context.systemOptions) ?? {};
    const files = Object.keys(needed).length === 0 ? workspace : await staging.files(needed);
    const ports = port === null ? await freePorts(nodes.length) : nodes.map(() => port);
    const station = new Station({
      host,
      nodes,
      run,
      root,
      bound,
      onEvent,
      onLost: (error) => context.fail?.(error),
      onBack: async () => {
        await Promise.all(nodes.map(onBack));
      },
    });
    this.#machines.push(station);
    nodes.forEach((id, index) => {
      const home = `${workspace}/runs/${run}/${id}`;
      this.#stations.set(id, station);
      this.#places.set(id, {
        id,
        number: this.#options.nodes.indexOf(id) + 1,
        address: host.address,
        data: data === undefined ? `${home}/data` : `${data}/${run}/${id}`,
        logs: `${home}/logs`,
        files,
        station,
        home,
        port: ports[index]!,
        interpreter,
        program: paths[NODE] ?? null,
      });
    });
    const folder = settings.helper ?? `${workspace}/helper`;
    await station.attach(attachCommand(interpreter, paths[HELPER]!, folder));
    return staging.sent;
  }

  /** Records the packets of every host, where the plan asks for that. */
  async #record(): Promise<void> {
    const { capture: size = null } = this.#options.settings;
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
}

/** For the person who waits; `sent`: bytes that went to each host. */
export function provisioned(sent: readonly number[]): string {
  const fresh = sent.filter((bytes) => bytes > 0);
  const hosts = `hosts: ${sent.length === 1 ? '1 is' : `${sent.length} are`} ready`;
  if (fresh.length === 0) return `${hosts}, all programs were there`;
  const most = Math.max(...fresh);
  const size = most < 1e6 ? `${Math.ceil(most / 1000)} kB` : `${(most / 1e6).toFixed(1)} MB`;
  const others = sent.length - fresh.length;
  const to =
    others > 0 ? ` to ${fresh.length} of them, there already on ${others}` : fresh.length > 1 ? ' to each' : '';
  return `${hosts}, ${size} of programs sent${to}`;
}

async function programsOf({ system, source }: ProvisionContext<unknown>): Promise<Record<string, string>> {
  const helper = await helperProgram();
  return system.nodes === undefined ? { [HELPER]: helper } : { [HELPER]: helper, [NODE]: await nodeProgram(source) };
}

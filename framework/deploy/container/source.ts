// Containers as hosts: a private network for a run, and a container with a fixed name and address for each node.
import { ChaosError } from '../../contracts/error.js';
import type { Host, HostSource } from '../host/host.js';
import { type ContainerPlan, notRunning, runArguments, startProblem } from './container.js';
import { ContainerHost } from './container-host.js';
import { type Engine, findEngine } from './engine.js';
import { ensureImage } from './image.js';
import { findMade, removeMade } from './leftovers.js';
import { makeNetwork } from './network.js';
import type { ContainerOptions } from './options.js';
import { labelOptions, type Owner, thisOwner } from './owner.js';
import { addressesFor } from './subnet.js';

export interface ContainerSourceOptions {
  /** Names the run, in labels and in the names of containers. */
  run: string;
  options: ContainerOptions;
  /** Options of `run` for each container, as faults need them. */
  more?: readonly string[];
  /** Leave containers and network at the end. */
  keep?: boolean;
}

/** How long an engine may take to start a container. */
const START_TIMEOUT = 120_000;

export class ContainerSource implements HostSource {
  readonly #options: ContainerOptions;
  readonly #more: readonly string[];
  readonly #keep: boolean;
  readonly #owner: Owner;
  readonly #stop = new AbortController();
  readonly #plans = new Map<string, ContainerPlan>();
  #engine: Engine | null = null;
  #opening: Promise<ReadonlyMap<string, Host>> | null = null;
  #closing: Promise<void> | null = null;

  constructor({ run, options, more = [], keep = false }: ContainerSourceOptions) {
    this.#options = options;
    this.#more = more;
    this.#keep = keep;
    this.#owner = thisOwner(run);
  }

  /** The engine that was found: `podman 4.3.1`; null before that. */
  get engine(): string | null {
    return this.#engine?.title ?? null;
  }

  open(nodes: readonly string[], say: (line: string) => void): Promise<ReadonlyMap<string, Host>> {
    this.#opening ??= this.#open(nodes, say);
    return this.#opening;
  }

  async powerOff(node: string): Promise<void> {
    const {
      engine,
      plan: { name },
    } = this.#of(node);
    const said = await engine.try(['kill', name]);
    if (said.code !== 0 && !/not running|is not running|can only kill running|state/i.test(said.stderr)) {
      throw new ChaosError('host-unreachable', `${node} could not be turned off: ${said.stderr}`, {
        hint: `See whether the container is still there: ${engine.kind} ps --all`,
      });
    }
    // Until the engine has seen its end it would refuse to start it.
    await engine.do(`see the end of ${name}`, ['wait', name]);
  }

  async powerOn(node: string): Promise<void> {
    const { engine, plan } = this.#of(node);
    await engine.do(`start ${plan.name} again`, ['start', plan.name], { timeout: START_TIMEOUT });
    await this.#host(engine, plan).run(['true'], { repeatable: true });
  }

  entrance(node: string): string {
    const { engine, plan } = this.#of(node);
    return `${engine.kind} exec -it ${plan.name} sh`;
  }

  close({ keep = this.#keep }: { keep?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#close(keep);
    return this.#closing;
  }

  async #open(nodes: readonly string[], say: (line: string) => void): Promise<ReadonlyMap<string, Host>> {
    const { run } = this.#owner;
    const engine = await findEngine(this.#options.engine);
    this.#engine = engine;
    say(`containers by ${engine.title}`);
    const labels = labelOptions(this.#owner);
    const network = nameOf(run);
    const [image, subnet] = await settled([
      ensureImage(engine, this.#options.image, say, this.#stop.signal),
      this.#unlessStopped(() => makeNetwork(engine, network, labels, this.#options.subnet ?? null)),
    ]);
    const addresses = addressesFor(subnet, nodes);
    const { memory, cpus, env = {} } = this.#options;
    for (const node of nodes) {
      const limits = { ...(memory === undefined ? {} : { memory }), ...(cpus === undefined ? {} : { cpus }) };
      const name = nameOf(run, node);
      this.#plans.set(node, { node, name, network, image, addresses, labels, env, more: this.#more, ...limits });
    }
    await this.#startAll(engine, say);
    await this.#checkAll(engine);
    return new Map([...this.#plans].map(([node, plan]) => [node, this.#host(engine, plan)]));
  }

  /** What one of them teaches about the engine on this machine is known to all others. */
  async #startAll(engine: Engine, say: (line: string) => void): Promise<void> {
    const [first, ...others] = [...this.#plans.values()];
    if (first === undefined) return;
    const problems = new Map<string, string | null>();
    const start = async (plan: ContainerPlan) => problems.set(plan.node, await this.#start(engine, plan, say));
    await start(first);
    if (problems.get(first.node) === null) await Promise.all(others.map(start));
    const failed = [...problems].filter((entry): entry is [string, string] => entry[1] !== null);
    if (failed.length > 0) throw startProblem(engine, new Map(failed), this.#options);
  }

  /** Null when it runs; else what the engine said. */
  async #start(engine: Engine, plan: ContainerPlan, say: (line: string) => void): Promise<string | null> {
    for (;;) {
      if (this.#stop.signal.aborted) return 'the run was ended meanwhile';
      // Values stay out of the list of processes.
      const said = await engine.try(runArguments(engine, plan), { env: plan.env, timeout: START_TIMEOUT });
      if (said.code === 0) return null;
      await engine.try(['rm', '--force', '--volumes', plan.name]);
      const change = engine.adapt(said.stderr);
      if (change === null) return said.stderr;
      if (change.note !== undefined) say(change.note);
    }
  }

  /** An image may end what it is to do at once. */
  async #checkAll(engine: Engine): Promise<void> {
    const names = [...this.#plans.values()].map(({ name }) => name);
    const lines = await engine.lines('look at its containers', [
      ...['container', 'inspect', '--format', '{{.Name}} {{.State.Running}} {{.State.ExitCode}}'],
      ...names,
    ]);
    const ended = lines.filter((line) => line.split(' ')[1] !== 'true');
    if (ended.length > 0) throw notRunning(engine, ended, this.#options);
  }

  #host(engine: Engine, { node, name, addresses }: ContainerPlan): Host {
    return new ContainerHost({ engine, node, name, address: addresses.get(node)! });
  }

  #of(node: string): { engine: Engine; plan: ContainerPlan } {
    const plan = this.#plans.get(node);
    if (this.#engine !== null && plan !== undefined) return { engine: this.#engine, plan };
    throw new ChaosError('host-unreachable', `there is no container for ${node}`, { kind: 'internal' });
  }

  async #unlessStopped<T>(body: () => Promise<T>): Promise<T> {
    if (this.#stop.signal.aborted) throw new ChaosError('run-ended', 'the run was ended meanwhile');
    return await body();
  }

  async #close(keep: boolean): Promise<void> {
    this.#stop.abort();
    // What the engine is still busy with would appear after we had looked.
    await this.#opening?.catch(() => {});
    const engine = this.#engine;
    if (engine === null || keep) return;
    const { run, pid, start } = this.#owner;
    await removeMade(engine, async (kind) =>
      (await findMade(engine, kind, run)).filter(({ owner }) => owner.pid === pid && owner.start === start),
    );
  }
}

/** Names that engines take, short enough for the name of a host. */
function nameOf(run: string, node?: string): string {
  const clean = run.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 48);
  return ['chaos', clean, ...(node === undefined ? [] : [node])].join('-');
}

/** Both results; waits for both before it rejects with the first error, so that nothing goes on unseen. */
async function settled<A, B>([a, b]: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

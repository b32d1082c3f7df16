// The part of a run that happens in the world of its deployment, on its clock: everything up to the end of the history.
import type { Cluster, NodeEvent, NodeHost } from '../contracts/cluster.js';
import { messageOf } from '../contracts/error.js';
import type { Phase } from '../contracts/history.js';
import { type Clock, type Milliseconds, NS_PER_MS } from '../contracts/time.js';
import type { Plan } from '../plan/plan.js';
import { createRandom } from '../time/random.js';
import { ClientFactory } from './client-factory.js';
import type { Clients, Counts } from './clients.js';
import { Load } from './load.js';
import { NemesisDriver } from './nemesis-driver.js';
import { type Progress, type RunStage, startedLine } from './progress.js';
import { provision } from './provision.js';
import type { Recording } from './recording.js';
import { Setup } from './setup.js';
import { Teardown } from './teardown.js';

/** Ctrl-C. */
export class Interrupted extends Error {}

/** What the run learns on the way; filled in as it goes, so that it is there however the run ends. */
export interface Execution {
  /** Operations issued during the load, and how long it has lasted, in milliseconds. */
  issued: number;
  loaded: Milliseconds;
  /** Milliseconds until the load began; null: it never did. */
  setup: Milliseconds | null;
  hosts: Readonly<Record<string, NodeHost>>;
  /** The cluster, when it was left running. */
  kept: Cluster | null;
  log: (node: string) => Iterable<string>;
}

export interface ExecuteContext {
  plan: Plan;
  clock: Clock;
  recording: Recording;
  signal: AbortSignal;
  keep: boolean;
  progress: (progress: Progress) => void;
  execution: Execution;
}

/** Rejects with Interrupted after an abort and with the first error otherwise; everything is healed and released by then. */
export async function execute(context: ExecuteContext): Promise<void> {
  const teardown = new Teardown();
  try {
    await new Executor(context, teardown).run();
  } finally {
    for (const { title, error } of await teardown.run()) {
      context.recording.log(`could not ${title}: ${messageOf(error)}`);
    }
  }
}

const READY_POLL: Milliseconds = 20;

class Executor {
  readonly #context: ExecuteContext;
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #teardown: Teardown;
  readonly #setup: Setup;
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;
  #stage: RunStage = 'provision';
  #stageSince = 0;
  #planned: Milliseconds | null = null;
  /** The clients of the load, and those of the final phase. */
  readonly #clients: Clients[] = [];
  #driver: NemesisDriver | null = null;

  constructor(context: ExecuteContext, teardown: Teardown) {
    this.#context = context;
    this.#plan = context.plan;
    this.#clock = context.clock;
    this.#setup = new Setup(context.plan, context.clock);
    this.#teardown = teardown;
    this.#failure = new Promise((_, reject) => {
      this.#fail = (error) => {
        this.#clock.settle();
        reject(error);
      };
    });
    this.#failure.catch(() => {});
    const onAbort = () => this.#fail(new Interrupted());
    if (context.signal.aborted) onAbort();
    context.signal.addEventListener('abort', onAbort, { once: true });
    teardown.defer('stop listening', () => context.signal.removeEventListener('abort', onAbort));
  }

  async run(): Promise<void> {
    this.#reportProgress();
    const cluster = await this.#provision();
    await this.#setUp(cluster);
    const { plan, clock, recording } = this.#context;
    const factory = new ClientFactory({ plan, clock, cluster, sink: recording.recorder, onError: this.#fail });
    const nextProcess = await this.#load(cluster, factory);
    await this.#finalReads(cluster, factory, nextProcess);
    this.#phase('end');
    this.#enter('collect');
  }

  async #provision(): Promise<Cluster> {
    const { plan, clock, recording, keep, execution } = this.#context;
    this.#enter('provision');
    const event = (happened: NodeEvent) =>
      this.#try(() => {
        recording.event(happened);
        if (happened.kind === 'start') this.#setup.started(happened.node);
      });
    const say = (line: string) => this.#say(line);
    const settings = { folder: recording.nodesFolder, event, keep, say, fail: this.#fail };
    const cluster = await this.#orFail(provision(plan, clock, settings));
    execution.log = (node) => cluster.log?.(node) ?? [];
    this.#teardown.defer('stop the nodes', async () => {
      execution.hosts = cluster.hosts?.() ?? {};
      if (keep && this.#stage === 'collect') execution.kept = cluster;
      else await cluster.stop();
    });
    this.#enter('start');
    await this.#orFail(cluster.start());
    if (plan.deploy.definition.world !== 'simulation')
      this.#say(startedLine(cluster.nodes.length, clock.now() - this.#stageSince));
    return cluster;
  }

  /** Waits for a leader where nodes report one, and sends what the workload wants every node to know. */
  async #setUp(cluster: Cluster): Promise<void> {
    const { system, timing } = this.#plan;
    if (system.definition.reports === true) {
      const until = this.#clock.now() + timing.ready * NS_PER_MS;
      while (cluster.leader() === null && this.#clock.now() < until) await this.#sleep(READY_POLL);
      if (cluster.leader() === null) this.#context.recording.log(`no leader within ${timing.ready} ms: going on`);
    }
    await this.#orFail(this.#setup.tell(cluster));
  }

  /** The load under faults, healing, and the load going on while the cluster recovers. Returns a fresh process number. */
  async #load(cluster: Cluster, factory: ClientFactory): Promise<number> {
    const { plan, recording, execution } = this.#context;
    const { workload, timing, seed } = plan;
    const load = new Load(this.#clock, createRandom(seed, 'arrivals'), workload.clients, workload.rate);
    const clients = this.#adopt(factory.load((thread) => load.onIdle(thread)));
    const driver = new NemesisDriver({
      clock: this.#clock,
      cluster,
      random: createRandom(seed, 'nemeses'),
      nemeses: plan.nemeses,
      injections: plan.injections,
      load: timing.load,
      record: (f, value) => recording.nemesis(this.#clock.now(), f, value),
      onError: this.#fail,
    });
    this.#driver = driver;
    this.#teardown.defer('heal', () => driver.stop());
    let since = this.#clock.now();
    const tally = () => {
      if (execution.loaded > 0) return;
      execution.issued = load.issued;
      execution.loaded = (this.#clock.now() - since) / NS_PER_MS;
    };
    this.#teardown.defer('stop the load', () => {
      tally();
      load.stop();
    });

    this.#phase('load');
    this.#enter('load', timing.load);
    since = this.#clock.now();
    execution.setup = since / NS_PER_MS;
    load.start(clients);
    driver.start();
    await this.#sleep(timing.load);
    tally();

    this.#phase('heal');
    this.#enter('heal');
    await this.#orFail(driver.stop());
    this.#phase('recover');
    this.#enter('recover', timing.recover);
    // Where final operations follow, the second half is quiet: what still spreads by gossip is to arrive before them.
    const calm = workload.definition.final === undefined ? 0 : timing.recover / 2;
    await this.#sleep(timing.recover - calm);
    load.stop();
    await this.#orFail(clients.quiet());
    await this.#sleep(calm);
    clients.close();
    if (load.shed > 0) recording.log(`${load.shed} arrivals were shed: the clients cannot keep up with the rate`);
    return clients.nextProcess;
  }

  /** Each node's own process does the workload's final operations, one node after the other. */
  async #finalReads(cluster: Cluster, factory: ClientFactory, firstProcess: number): Promise<void> {
    const { nodes, workload } = this.#plan;
    const { final } = workload.definition;
    if (final === undefined) return;
    this.#phase('final');
    this.#enter('final');
    let onIdle = () => {};
    const clients = this.#adopt(factory.final(final, firstProcess, () => onIdle()));
    for (const [thread, node] of nodes.entries()) {
      if (cluster.isDown(node)) {
        this.#context.recording.log(`no final operations at ${node}: it is down`);
        continue;
      }
      const done = new Promise<void>((resolve) => {
        onIdle = () => {
          if (clients.issue(thread)) return;
          this.#clock.settle();
          resolve();
        };
        onIdle();
      });
      await this.#orFail(done);
    }
    clients.close();
  }

  #adopt(clients: Clients): Clients {
    this.#clients.push(clients);
    this.#teardown.defer('close the clients', () => clients.close());
    return clients;
  }

  #phase(phase: Phase): void {
    this.#context.recording.nemesis(this.#clock.now(), 'phase', { phase });
  }

  /** A line for the person who waits, and for the log. */
  #say(line: string): void {
    this.#context.recording.log(line);
    this.#tell(0, line);
  }

  #enter(stage: RunStage, planned: Milliseconds | null = null): void {
    this.#stage = stage;
    this.#stageSince = this.#clock.now();
    this.#planned = planned;
    this.#context.recording.log(stage);
    this.#tell(0);
  }

  async #sleep(duration: Milliseconds): Promise<void> {
    await this.#orFail(this.#clock.sleep(duration));
  }

  /** Waits for a step, but no longer than for the first failure or the user's Ctrl-C. */
  #orFail<T>(step: Promise<T>): Promise<T> {
    return Promise.race([this.#failure, step]);
  }

  #reportProgress(): void {
    const { deploy } = this.#plan;
    const interval = deploy.definition.world === 'simulation' ? 5000 : 250;
    let completed = 0;
    let over = false;
    const again = () => this.#clock.at(this.#clock.now() + interval * NS_PER_MS, tick);
    const tick = () => {
      if (over) return;
      const { ok, fail, info } = this.#counts();
      const now = ok + fail + info;
      this.#tell(((now - completed) * 1000) / interval);
      completed = now;
      this.#try(() => this.#context.recording.flush());
      alarm = again();
    };
    let alarm = again();
    this.#teardown.defer('stop the progress', () => {
      over = true;
      alarm.cancel();
    });
  }

  /** What is written down inside a callback may fail, and then ends the run. */
  #try(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #counts(): Counts {
    const sum = (outcome: keyof Counts) => this.#clients.reduce((total, { counts }) => total + counts[outcome], 0);
    return { ok: sum('ok'), fail: sum('fail'), info: sum('info') };
  }

  #tell(rate: number, line?: string): void {
    this.#context.progress({
      stage: this.#stage,
      elapsed: (this.#clock.now() - this.#stageSince) / NS_PER_MS,
      planned: this.#planned,
      ...this.#counts(),
      rate,
      faults: this.#driver?.describe() ?? [],
      ...(line === undefined ? {} : { line }),
    });
  }
}

// A cluster without faults and the history of what was asked of it: what `verify` tries its steps on.
import type { Cluster, NodeEvent } from '../contracts/cluster.js';
import type { Completion, Invocation } from '../contracts/operation.js';
import type { Random } from '../contracts/random.js';
import { type Clock, type Milliseconds, NS_PER_MS } from '../contracts/time.js';
import type { OperationGenerator } from '../contracts/workload.js';
import { ColumnarHistory } from '../history/history.js';
import type { Plan } from '../plan/plan.js';
import { nodeLog } from '../store/store.js';
import { createRandom } from '../time/random.js';
import { assess } from './assess.js';
import { RpcCaller } from './caller.js';
import { provision } from './provision.js';
import { Setup } from './setup.js';

/** Operations issued at least in search of one success of each function. */
const ATTEMPTS = 31;

/** Before the first final operations; twice as long before each further ones. */
const FIRST_PAUSE: Milliseconds = 250;

/** A cluster and a history of what was asked of it, one operation after the other. */
export class Bench {
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly #clock: Clock;
  readonly #setup: Setup;
  /** A results folder of its own; null in the simulation. */
  readonly #folder: string | null;
  readonly #history = new ColumnarHistory();
  readonly #generator: OperationGenerator;
  readonly #random: Random;
  readonly #shared: unknown;
  #last: Completion | undefined;
  #process = 0;
  #operations = 0;
  #finals = 0;

  static async open(plan: Plan, clock: Clock, folder: string | null): Promise<Bench> {
    const nodes = folder === null ? null : `${folder}/nodes`;
    const setup = new Setup(plan, clock);
    const event = ({ kind, node }: NodeEvent) => {
      if (kind === 'start') setup.started(node);
    };
    const cluster = await provision(plan, clock, { folder: nodes, event, keep: false });
    return new Bench(plan, clock, cluster, setup, folder);
  }

  private constructor(plan: Plan, clock: Clock, cluster: Cluster, setup: Setup, folder: string | null) {
    this.#setup = setup;
    this.#folder = folder;
    this.plan = plan;
    this.cluster = cluster;
    this.#clock = clock;
    const { definition, options } = plan.workload;
    this.#random = createRandom(plan.seed, 'workload');
    const random = this.#random.derive('shared');
    this.#shared = definition.shared?.({ random, options, clients: 1, nodes: plan.nodes });
    this.#generator = definition.operations(this.#scope('process'));
  }

  async until(condition: () => boolean, limit: Milliseconds, complaint: string): Promise<void> {
    const end = this.#clock.now() + limit * NS_PER_MS;
    while (!condition()) {
      if (this.#clock.now() > end) throw new Error(`${complaint} within ${limit} ms`);
      await this.#clock.sleep(20);
    }
  }

  async ready(): Promise<string | null> {
    if (this.plan.system.definition.reports !== true) return null;
    await this.until(() => this.cluster.leader() !== null, this.plan.timing.ready, 'no node reported itself leader');
    return `${this.cluster.leader()} leads`;
  }

  async setUp(): Promise<string | null> {
    await this.#setup.tell(this.cluster);
    return this.#setup.size === 0 ? null : `${this.#setup.size} messages answered`;
  }

  /** One success of each function that the workload issues, within the time that nodes have to get ready. */
  async everyFunction(): Promise<string> {
    const seen = new Map<string, { ok: number; error: string }>();
    const end = this.#clock.now() + this.plan.timing.ready * NS_PER_MS;
    const wanting = () => this.#clock.now() < end && [...seen.values()].some(({ ok }) => ok === 0);
    for (let i = 0; i < ATTEMPTS || wanting(); i++) {
      const operation = this.#next();
      if (operation === null) break;
      const node = this.plan.nodes[i % this.plan.nodes.length]!;
      const completion = await this.#operate(operation, node);
      const entry = seen.get(operation.f) ?? { ok: 0, error: '' };
      if (completion.type === 'ok') entry.ok++;
      else entry.error = completion.error ?? completion.type;
      seen.set(operation.f, entry);
      if (completion.type !== 'ok') await this.#clock.sleep(20);
    }
    for (const [f, { ok, error }] of seen) {
      if (ok === 0) throw new Error(`no ${f} succeeded; the last one said: ${error}`);
    }
    if (seen.size === 0) throw new Error('the workload issues no operation');
    return [...seen].map(([f, { ok }]) => `${ok} ${f}`).join(', ');
  }

  /** A success at each node, within the time that a node has to get ready. */
  async everyNode(): Promise<string> {
    const { nodes, timing } = this.plan;
    for (const node of nodes) {
      const end = this.#clock.now() + timing.ready * NS_PER_MS;
      for (;;) {
        const operation = this.#next();
        if (operation === null) break;
        const completion = await this.#operate(operation, node);
        if (completion.type === 'ok') break;
        if (this.#clock.now() > end) {
          throw new Error(
            `${node} answered no operation within ${timing.ready} ms; the last one said: ${completion.error}`,
          );
        }
        await this.#clock.sleep(20);
      }
    }
    return `${nodes.length} nodes`;
  }

  /** How many nodes there are, and how many of them have logged anything. */
  async logs(): Promise<{ logged: number; nodes: number }> {
    await this.cluster.bringLogs?.();
    const { nodes } = this.plan;
    const lines = (node: string) =>
      this.#folder === null ? (this.cluster.log?.(node) ?? []) : nodeLog(this.#folder, node);
    return { logged: nodes.filter((node) => [...lines(node)].length > 0).length, nodes: nodes.length };
  }

  /** Judges what was recorded. Where the workload ends with final operations, what spreads by gossip gets time to arrive. */
  async judgeInTheEnd(): Promise<string> {
    const { timing, workload } = this.plan;
    const end = this.#clock.now() + timing.recover * NS_PER_MS;
    for (let pause = FIRST_PAUSE; workload.definition.final !== undefined; pause *= 2) {
      await this.#clock.sleep(pause);
      await this.#finalOperations();
      if (this.#clock.now() + 2 * pause * NS_PER_MS > end) break;
      const seen = await this.#judge().catch(() => null);
      if (seen !== null) return seen;
    }
    return this.#judge();
  }

  async #finalOperations(): Promise<void> {
    const { workload, nodes } = this.plan;
    this.#history.appendNemesis(this.#clock.now(), 'phase', { phase: 'final' });
    for (const node of nodes) {
      const operations = workload.definition.final?.(this.#scope(`final ${this.#finals++}`));
      let last: Completion | undefined;
      for (let step = operations?.next(); step !== undefined && step.done !== true; step = operations?.next(last)) {
        last = await this.#operate(step.value, node);
      }
    }
  }

  /** What a generator of the only client is made with. */
  #scope(purpose: string) {
    const { workload, nodes } = this.plan;
    const random = this.#random.derive(purpose, 0);
    return { random, options: workload.options, shared: this.#shared, process: 0, thread: 0, clients: 1, nodes };
  }

  async #judge(): Promise<string> {
    const evidence = { history: this.#history, events: [], log: () => [] };
    const { judgement } = await assess(this.plan, evidence, new AbortController().signal);
    const [anomaly] = judgement.anomalies;
    if (anomaly !== undefined) throw new Error(`${anomaly.name}: ${anomaly.message}`);
    return `${this.#operations} operations, no anomaly`;
  }

  #next(): Invocation | null {
    const step = this.#generator.next(this.#last);
    return step.done === true ? null : step.value;
  }

  async #operate(operation: Invocation, node: string): Promise<Completion> {
    const process = this.#process;
    this.#operations++;
    const caller = new RpcCaller(this.cluster, this.plan.workload.definition.rpc, process);
    this.#history.appendInvoke(this.#clock.now(), process, operation.f, operation.key, operation.value, node);
    const completion = await this.#send(node, operation, (done) => caller.invoke(operation, node, done));
    caller.close();
    this.#history.appendCompletion(this.#clock.now(), process, completion.type, completion.value, completion.error);
    if (completion.type === 'info') this.#process++;
    this.#last = completion;
    return completion;
  }

  #send(
    node: string,
    operation: Invocation,
    send: (done: (completion: Completion) => void) => void,
  ): Promise<Completion> {
    const { opTimeout } = this.plan.timing;
    const readOnly = this.plan.workload.definition.rpc[operation.f]?.readOnly === true;
    return new Promise((resolve) => {
      const finish = (completion: Completion) => {
        alarm.cancel();
        this.#clock.settle();
        resolve(completion);
      };
      const alarm = this.#clock.at(this.#clock.now() + opTimeout * NS_PER_MS, () => {
        const error = `${node} did not answer within ${opTimeout} ms`;
        finish({ type: readOnly ? 'fail' : 'info', value: operation.value, error });
      });
      send(finish);
    });
  }
}

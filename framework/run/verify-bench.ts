// A cluster without faults and the history of what was asked of it: what `verify` tries its steps on.
import type { Cluster, NodeEvent } from '../contracts/cluster.js';
import type { Completion, Invocation } from '../contracts/operation.js';
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

/** Operations issued at most in search of one success of each function. */
const ATTEMPTS = 300;

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
  #last: Completion | undefined;
  #process = 0;

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
    const random = createRandom(plan.seed, 'workload');
    const shared = definition.shared?.({ random: random.derive('shared'), options, clients: 1, nodes: plan.nodes });
    this.#generator = definition.operations({
      random: random.derive('process', 0),
      options,
      shared,
      process: 0,
      thread: 0,
      clients: 1,
      nodes: plan.nodes,
    });
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

  /** One success of each function that the workload issues. */
  async everyFunction(): Promise<string> {
    const seen = new Map<string, { ok: number; error: string }>();
    for (let i = 0; i < ATTEMPTS; i++) {
      const operation = this.#next();
      if (operation === null) break;
      const node = this.plan.nodes[i % this.plan.nodes.length]!;
      const completion = await this.#operate(operation, node);
      const entry = seen.get(operation.f) ?? { ok: 0, error: '' };
      if (completion.type === 'ok') entry.ok++;
      else entry.error = completion.error ?? completion.type;
      seen.set(operation.f, entry);
      if (i >= 30 && [...seen.values()].every(({ ok }) => ok > 0)) break;
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

  logs(): string {
    const { nodes } = this.plan;
    const lines = (node: string) =>
      this.#folder === null ? (this.cluster.log?.(node) ?? []) : nodeLog(this.#folder, node);
    const silent = nodes.filter((node) => [...lines(node)].length === 0);
    if (silent.length === nodes.length) throw new Error('no node has logged anything');
    return `${nodes.length - silent.length} of ${nodes.length} nodes have logged`;
  }

  async judge(): Promise<string> {
    const evidence = { history: this.#history, events: [], log: () => [] };
    const { judgement } = await assess(this.plan, evidence, new AbortController().signal);
    const [anomaly] = judgement.anomalies;
    if (anomaly !== undefined) throw new Error(`${anomaly.name}: ${anomaly.message}`);
    return `${this.#history.length / 2} operations, no anomaly`;
  }

  #next(): Invocation | null {
    const step = this.#generator.next(this.#last);
    return step.done === true ? null : step.value;
  }

  async #operate(operation: Invocation, node: string): Promise<Completion> {
    const process = this.#process;
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

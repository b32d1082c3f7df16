// Proves an adapter without faults, step by step; each step that fails comes with what to do about it.
import type { Cluster } from '../contracts/cluster.js';
import { messageOf } from '../contracts/error.js';
import type { Completion, Invocation } from '../contracts/operation.js';
import { type Clock, type Milliseconds, NS_PER_MS } from '../contracts/time.js';
import type { OperationGenerator } from '../contracts/workload.js';
import { ColumnarHistory } from '../history/history.js';
import type { Plan } from '../plan/plan.js';
import { nodeLog } from '../store/store.js';
import { createRandom } from '../time/random.js';
import { assess } from './assess.js';
import { RpcCaller } from './caller.js';

export interface StepResult {
  step: string;
  passed: boolean;
  /** What was seen. */
  detail: string;
  /** What to do when it failed. */
  remedy: string;
  /** The system cannot do it, and need not. */
  skipped?: boolean;
}

/** Operations issued at most in search of one success of each function. */
const ATTEMPTS = 300;

interface Step {
  name: string;
  remedy: string;
  /** Resolves with what was seen; throws with what went wrong. `null`: not applicable. */
  run: (bench: Bench) => Promise<string | null>;
}

const STEPS: readonly Step[] = [
  {
    name: 'start',
    remedy:
      'run one node by hand and send it an init message; it must answer init_ok on standard output, and log to standard error',
    run: async (bench) => {
      await bench.cluster.start();
      return `${bench.cluster.nodes.length} nodes answered init`;
    },
  },
  {
    name: 'ready',
    remedy:
      'a system with reports: true must call env.report({ leader }) once a leader is elected; raise timing.ready if it is slow',
    run: (bench) => bench.ready(),
  },
  {
    name: 'set-up',
    remedy: 'answer the workload’s set-up message (topology, for broadcast) with its _ok reply',
    run: async (bench) => bench.setUp(),
  },
  {
    name: 'operations',
    remedy:
      'answer each request with <type>_ok or an error body with a definite code; leave a function that the system does not offer out of the workload’s mix',
    run: (bench) => bench.everyFunction(),
  },
  {
    name: 'every node answers',
    remedy: 'a node that cannot serve a request itself must pass it on, or answer error 11 (temporarily unavailable)',
    run: (bench) => bench.everyNode(),
  },
  {
    name: 'restart of one node',
    remedy: 'a restarted node must rejoin with what it had acknowledged: recover its state from disk at start',
    run: async (bench) => {
      const [node] = bench.cluster.nodes;
      await (await bench.cluster.faults.kill([node!])).heal();
      await bench.everyNode();
      return `${node} was killed, started again and answers`;
    },
  },
  {
    name: 'restart of all nodes',
    remedy: 'what was acknowledged must be on disk (fsync) before the answer leaves',
    run: async (bench) => {
      if (bench.plan.system.definition.program !== undefined) return null;
      await (await bench.cluster.faults.kill(bench.cluster.nodes)).heal();
      await bench.everyNode();
      return 'all were killed, started again and answer';
    },
  },
  {
    name: 'logs',
    remedy:
      'print to standard error (programs) or call env.print (reference nodes), so that a failing run can be understood',
    run: async (bench) => bench.logs(),
  },
  {
    name: 'history is valid',
    remedy: 'without any fault the system broke its own promise: run the plan with `chaos run` and read the report',
    run: (bench) => bench.judge(),
  },
  {
    name: 'stop',
    remedy: 'the nodes must end when they are killed; nothing may keep answering',
    run: async (bench) => {
      await bench.cluster.stop();
      return 'every node is stopped';
    },
  },
];

/**
 * Runs the steps on two clusters: everything on the first, then, on a second one from empty folders, that nothing of the
 * first is left (wipe). Stops at the first failure, since later steps rest on earlier ones.
 */
export async function verifySystem(
  plan: Plan,
  folder: string | null,
  onStep: (result: StepResult) => void,
): Promise<boolean> {
  const world = plan.deploy.definition.createWorld();
  return world.drive(async () => {
    const first = await Bench.open(plan, world.clock, folder === null ? null : `${folder}/first`);
    for (const step of STEPS) {
      const result = await attempt(step, first);
      onStep(result);
      if (!result.passed) {
        await first.cluster.stop();
        return false;
      }
    }
    const second = await Bench.open(plan, world.clock, folder === null ? null : `${folder}/second`);
    const result = await attempt(WIPE, second);
    onStep(result);
    await second.cluster.stop();
    return result.passed;
  });
}

const WIPE: Step = {
  name: 'wipe',
  remedy: 'keep all state below the node’s own folder, so that a new run begins empty',
  run: async (bench) => {
    await bench.cluster.start();
    await bench.ready();
    await bench.setUp();
    await bench.everyNode();
    await bench.everyFunction();
    await bench.judge();
    return 'a new cluster starts empty';
  },
};

async function attempt(step: Step, bench: Bench): Promise<StepResult> {
  const { name, remedy } = step;
  try {
    const detail = await step.run(bench);
    return { step: name, passed: true, detail: detail ?? 'not applicable', remedy, skipped: detail === null };
  } catch (error) {
    return { step: name, passed: false, detail: messageOf(error), remedy };
  }
}

/** A cluster and a history of what was asked of it, one operation after the other. */
class Bench {
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly #clock: Clock;
  /** A results folder of its own; null in the simulation. */
  readonly #folder: string | null;
  readonly #history = new ColumnarHistory();
  readonly #generator: OperationGenerator;
  #last: Completion | undefined;
  #process = 0;

  static async open(plan: Plan, clock: Clock, folder: string | null): Promise<Bench> {
    const cluster = await plan.deploy.definition.provision({
      options: plan.deploy.options,
      nodes: plan.nodes,
      system: plan.system.definition,
      source: plan.system.source,
      systemOptions: plan.system.options,
      clock,
      random: createRandom(plan.seed, 'deploy'),
      folder: folder === null ? null : `${folder}/nodes`,
      services: plan.system.definition.program === undefined ? [] : ['seq-kv', 'lin-kv', 'lww-kv', 'lin-tso'],
      logMessages: false,
      event: () => {},
      keep: false,
    });
    return new Bench(plan, clock, cluster, folder);
  }

  private constructor(plan: Plan, clock: Clock, cluster: Cluster, folder: string | null) {
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
    const { nodes, workload } = this.plan;
    const messages = workload.definition.setup?.({ nodes, options: workload.options }) ?? [];
    for (const { node, body } of messages) {
      const completion = await this.#send(node, { f: body.type, value: null }, (done) =>
        this.cluster.request('c-setup', node, body, (reply) =>
          done(
            reply.type === 'error'
              ? { type: 'fail', value: null, error: String(reply['text']) }
              : { type: 'ok', value: null },
          ),
        ),
      );
      if (completion.type !== 'ok') throw new Error(`${node} did not accept '${body.type}': ${completion.error}`);
    }
    return messages.length === 0 ? null : `${messages.length} messages answered`;
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

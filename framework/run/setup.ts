// What a workload wants every node to know before the load, such as its neighbours: each is told once, and again whenever it
// starts anew, as it is sent `init` again. It is part of the surroundings, not of what a node has to keep.
import type { Cluster } from '../contracts/cluster.js';
import { ChaosError } from '../contracts/error.js';
import type { Body } from '../contracts/message.js';
import { type Clock, NS_PER_MS } from '../contracts/time.js';
import type { Plan } from '../plan/plan.js';

/** The name of the client that tells the message with this ordinal: like those of the load, and far beyond them. */
function setupClient(ordinal: number): string {
  return `c${999_000_000 + ordinal}`;
}

export class Setup {
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #messages: readonly { node: string; body: Body }[];
  #cluster: Cluster | null = null;

  constructor(plan: Plan, clock: Clock) {
    const { workload, nodes } = plan;
    this.#plan = plan;
    this.#clock = clock;
    this.#messages = workload.definition.setup?.({ nodes, options: workload.options }) ?? [];
  }

  /** How many messages there are. */
  get size(): number {
    return this.#messages.length;
  }

  /** Tells every node, one after the other. Rejects with ChaosError('setup-failed') when one refuses or does not answer. */
  async tell(cluster: Cluster): Promise<void> {
    for (const ordinal of this.#messages.keys()) await this.#tell(cluster, ordinal);
    this.#cluster = cluster;
  }

  /** Tells a node that has started anew, without waiting for its answer: by now it may be gone again. */
  started(node: string): void {
    for (const [ordinal, message] of this.#messages.entries()) {
      if (message.node === node) this.#cluster?.request(setupClient(ordinal), node, { ...message.body }, () => {});
    }
  }

  #tell(cluster: Cluster, ordinal: number): Promise<void> {
    const { timing, workload } = this.#plan;
    const { node, body } = this.#messages[ordinal]!;
    const failure = (what: string) =>
      new ChaosError('setup-failed', `${node} ${what}`, {
        hint: `The workload ${workload.name} sends '${body.type}' to every node before the load; the answer is '${body.type}_ok'.`,
      });
    return new Promise((resolve, reject) => {
      const alarm = this.#clock.at(this.#clock.now() + timing.opTimeout * NS_PER_MS, () => {
        this.#clock.settle();
        reject(failure(`did not answer '${body.type}' within ${timing.opTimeout} ms`));
      });
      cluster.request(setupClient(ordinal), node, { ...body }, (reply) => {
        alarm.cancel();
        this.#clock.settle();
        if (reply.type !== 'error') resolve();
        else reject(failure(`refused '${body.type}': ${String(reply['text'] ?? `error ${String(reply['code'])}`)}`));
      });
    });
  }
}

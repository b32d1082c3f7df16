// Makes the clients of a plan: which operations they issue, how these travel, and to which node.
import type { Cluster } from '../contracts/cluster.js';
import type { Random } from '../contracts/random.js';
import type { Clock } from '../contracts/time.js';
import type { OperationGenerator } from '../contracts/workload.js';
import type { Plan, Route } from '../plan/plan.js';
import { createRandom } from '../time/random.js';
import { type Caller, ClientCaller, RpcCaller } from './caller.js';
import { Clients, type OperationSink, type ThreadMaker } from './clients.js';

type Generators = (process: number, thread: number) => OperationGenerator;

export interface FactoryContext {
  plan: Plan;
  clock: Clock;
  cluster: Cluster;
  sink: OperationSink;
  onError: (error: unknown) => void;
}

export class ClientFactory {
  readonly #context: FactoryContext;
  readonly #random: Random;
  /** What all generators of the run share. */
  readonly #shared: unknown;

  constructor(context: FactoryContext) {
    this.#context = context;
    const { workload, nodes, seed } = context.plan;
    const { definition, options, clients } = workload;
    this.#random = createRandom(seed, 'workload');
    this.#shared = definition.shared?.({ random: this.#random.derive('shared'), options, clients, nodes });
  }

  /** The clients of the load, one a thread of the plan. */
  load(onIdle: (thread: number) => void): Clients {
    const { plan, cluster } = this.#context;
    const { workload, seed, nodes, system } = plan;
    const routing = createRandom(seed, 'route');
    const routes: Record<Route, ThreadMaker['route']> = {
      sticky: this.#home,
      random: () => routing.pick(nodes),
      leader: (thread) => cluster.leader() ?? this.#home(thread),
    };
    // A client of the system's own stays where it is connected.
    const route = system.definition.client === undefined ? routes[workload.route] : this.#home;
    return this.#make(workload.clients, 0, this.#generators('process', workload.definition.operations), route, onIdle);
  }

  /** The clients of the final operations, one a node. */
  final(
    operations: NonNullable<Plan['workload']['definition']['final']>,
    firstProcess: number,
    onIdle: () => void,
  ): Clients {
    const threads = this.#context.plan.nodes.length;
    const make = this.#generators('final', operations);
    // A process that replaces one in doubt has nothing left to do: the final operations are done once.
    const once: Generators = (process, thread) =>
      process < firstProcess + threads ? make(process, thread) : nothing();
    return this.#make(threads, firstProcess, once, this.#home, onIdle);
  }

  /** The node that a thread is bound to. */
  readonly #home = (thread: number): string => {
    const { nodes } = this.#context.plan;
    return nodes[thread % nodes.length]!;
  };

  #generators(purpose: string, make: Plan['workload']['definition']['operations']): Generators {
    const { workload, nodes } = this.#context.plan;
    const { options, clients } = workload;
    const shared = this.#shared;
    return (process, thread) =>
      make({ random: this.#random.derive(purpose, process), options, shared, process, thread, clients, nodes });
  }

  #make(
    threads: number,
    firstProcess: number,
    operations: Generators,
    route: ThreadMaker['route'],
    onIdle: (thread: number) => void,
  ): Clients {
    const { plan, clock, sink, onError } = this.#context;
    const { rpc } = plan.workload.definition;
    const caller = (process: number, node: string) => this.#caller(process, node);
    const readOnly = (f: string) => rpc[f]?.readOnly === true;
    const maker = { operations, caller, home: this.#home, route, readOnly };
    return new Clients({ clock, sink, maker, threads, firstProcess, timeout: plan.timing.opTimeout, onIdle, onError });
  }

  #caller(process: number, node: string): Caller {
    const { plan, clock, cluster } = this.#context;
    const { rpc } = plan.workload.definition;
    const system = plan.system.definition;
    if (system.client === undefined) return new RpcCaller(cluster, rpc, process);
    const random = createRandom(plan.seed, 'client', process);
    const context = { cluster, clock, random, system, workload: plan.workload.name, rpc };
    return new ClientCaller(context, process, node);
  }
}

function* nothing(): OperationGenerator {}

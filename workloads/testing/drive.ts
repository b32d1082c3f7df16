// Drives a workload as a run would, over its RPCs, against a server in the test: concurrent clients, no faults, no clock.
import type { Body } from '../../framework/contracts/message.js';
import type { Completion, Invocation } from '../../framework/contracts/operation.js';
import type { OptionValues } from '../../framework/contracts/options.js';
import type { AnyWorkload, OperationGenerator } from '../../framework/contracts/workload.js';
import { createRandom } from '../../framework/time/random.js';

export interface Done {
  invocation: Invocation;
  completion: Completion;
}

export interface DriveOptions {
  with?: OptionValues;
  clients?: number;
  operations?: number;
  nodes?: readonly string[];
  seed?: number;
}

export interface Driven {
  load: Done[];
  final: Done[];
}

/** Defaults of the workload's options, then `values`. */
export function resolved(workload: AnyWorkload, values: OptionValues = {}): OptionValues {
  const defaults = Object.entries(workload.options ?? {}).map(([name, schema]) => [name, schema.default]);
  return { ...Object.fromEntries(defaults), ...values };
}

/** One request and its reply, as the run turns them into a completion. */
export function exchange(workload: AnyWorkload, invocation: Invocation, serve: (body: Body) => Body): Completion {
  const rpc = workload.rpc[invocation.f]!;
  const reply = serve(rpc.request(invocation));
  if (reply.type !== 'error') return { type: 'ok', value: rpc.result(reply, invocation) };
  const code = reply['code'] as number;
  if (rpc.answers !== undefined && code in rpc.answers) return { type: 'ok', value: rpc.answers[code] };
  return { type: 'fail', value: invocation.value, error: String(code) };
}

/** Each operation takes effect between its invocation and its completion, in random order among those that are pending. */
export function drive(workload: AnyWorkload, serve: (body: Body) => Body, options: DriveOptions = {}): Driven {
  const { clients = 10, operations = 1000, nodes = ['n1', 'n2', 'n3'], seed = 1 } = options;
  const values = resolved(workload, options.with);
  const root = createRandom(seed, 'run');
  const shared = workload.shared?.({ random: root.derive('shared'), options: values, clients, nodes });
  const context = (process: number) => ({
    random: root.derive('client', process),
    options: values,
    shared,
    process,
    thread: process % clients,
    clients,
    nodes,
  });

  const generators: OperationGenerator[] = Array.from({ length: clients }, (_, i) => workload.operations(context(i)));
  const pending: (Invocation | undefined)[] = generators.map((g) => g.next(undefined).value ?? undefined);
  const order = root.derive('order');
  const load: Done[] = [];
  while (load.length < operations) {
    const client = order.int(clients);
    const invocation = pending[client]!;
    const completion = exchange(workload, invocation, serve);
    load.push({ invocation, completion });
    pending[client] = generators[client]!.next(completion).value ?? undefined;
  }

  const final: Done[] = [];
  nodes.forEach((_, i) => {
    const generator = workload.final?.(context(clients + i));
    let step = generator?.next(undefined);
    while (generator !== undefined && step !== undefined && !step.done) {
      const invocation = step.value;
      const completion = exchange(workload, invocation, serve);
      final.push({ invocation, completion });
      step = generator.next(completion);
    }
  });
  return { load, final };
}

// For tests: random schedules, which reorder, lose and repeat messages and kill nodes far more than a network does.
import type { Environment, Protocol } from '../../../framework/contracts/protocol.js';
import type { LooseOperation } from '../../../framework/history/from-operations.js';
import { createRandom } from '../../../framework/time/random.js';
import { MessageTable } from './message-table.js';
import { RegisterClients, type RegisterFunction } from './register-clients.js';

export interface Played {
  /** Times are step numbers. */
  operations: LooseOperation[];
  table: MessageTable;
  answered: number;
}

interface Shape {
  steps?: number;
  /** Beginnings of the names of timers that fire now and then. */
  timers?: readonly string[];
  functions?: readonly RegisterFunction[];
  /** Now and then nodes are out of touch with each other. */
  partitions?: boolean;
}

const FUNCTIONS = ['read', 'write', 'cas'] as const;

/** One register, `steps` random steps. */
export function playRegister(
  seed: number,
  nodes: number,
  make: (env: Environment) => Protocol,
  { steps = 800, timers = ['resend', 'backoff'], functions = FUNCTIONS, partitions = true }: Shape = {},
): Played {
  const random = createRandom(seed, 'schedule');
  const table = new MessageTable({ nodes, make, seed });
  const clients = new RegisterClients(table, random, functions);
  /** These nodes are in touch with each other, and so are the rest. */
  let side = new Set<string>();
  table.passes = ({ src, dest }) => side.has(src) === side.has(dest);
  for (let step = 0; step < steps; step++) {
    const node = random.pick(table.names);
    const dice = random.float();
    if (partitions && step % 50 === 0) side = new Set(table.names.filter(() => random.chance(0.3)));
    if (dice < 0.05) {
      if (table.runs(node)) clients.ask(step, node);
    } else if (dice < 0.055) table.restart(node);
    else if (dice < 0.06) table.toggle(node);
    else if (dice < 0.11) table.fire(node, random.pick(timers));
    else table.deliverOne(random);
    clients.collect(step);
  }
  return { operations: clients.operations, table, answered: clients.answered };
}

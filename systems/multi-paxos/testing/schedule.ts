// For tests: random schedules on the table, which reorder, lose and repeat messages and kill nodes more than a network does.

import { createRandom } from '../../../framework/time/random.js';
import { isLinearizable, RegisterClients } from '../../shared/testing/register-clients.js';
import type { PaxosOptions } from '../options.js';
import { Table } from './table.js';

export interface Played {
  /** Laws that did not hold, and what no order of the clients' operations explains. */
  broken: string[];
  answered: number;
  applied: number;
  reigns: number;
  /** Nodes that did not serve once they were left in peace. */
  dead: string[];
}

export const HASTY: Partial<PaxosOptions> = {
  heartbeat: 40,
  'election-timeout': 80,
  'checkpoint-every': 16,
  'checkpoint-chunk': 3,
  'max-batch': 5,
  window: 6,
};

/** One register, `steps` random steps and then peace; an operation's times are step numbers. */
export function play(seed: number, nodes: number, options: Partial<PaxosOptions> = {}, steps = 2000): Played {
  const random = createRandom(seed, 'schedule');
  const table = new Table(nodes, { ...HASTY, ...options }, seed);
  // Clocks so different that a slow leader still believes in itself when fast nodes have long replaced it.
  for (const name of table.names) table.rates.set(name, random.pick([0.25, 1, 4]));
  const clients = new RegisterClients(table, random, ['read', 'write']);

  const deliver = () => {
    if (table.messages.length === 0) return;
    // Mostly the oldest: so most messages arrive in time, and some when nobody expects them any more.
    const index = random.int(random.chance(0.8) ? Math.min(4, table.messages.length) : table.messages.length);
    const message = table.messages[index]!;
    const fate = random.float();
    if (fate > 0.05) table.messages.splice(index, 1);
    if (fate < 0.97 && table.passes(message)) table.give(message);
  };

  for (let step = 0; step < steps; step++) {
    const node = random.pick(table.names);
    const dice = random.float();
    if (dice < 0.06) clients.ask(step, node);
    else if (dice < 0.063) {
      table.kill(node);
      if (random.chance(0.7)) table.start(node);
    } else if (dice < 0.067) {
      for (const name of table.names) if (!table.runs(name)) table.start(name);
    } else if (dice < 0.08) {
      // Mostly single directions: so a leader of the past may be heard that hears nothing itself.
      const what = random.chance(0.2) ? node : `${node}>${random.pick(table.names)}`;
      if (!table.cut.delete(what) && table.cut.size < 4) table.cut.add(what);
    } else if (dice < 0.15) table.advance(random.exponential(5));
    else for (let i = 0; i < 3; i++) deliver();
    clients.collect(step);
  }

  table.cut.clear();
  table.rates.clear();
  for (const name of table.names) if (!table.runs(name)) table.start(name);
  table.run(5000);
  clients.collect(steps);
  const dead = table.names.filter((name, i) => {
    const answer = clients.ask(steps + i, name);
    table.run(1000);
    clients.collect(steps + i);
    const body = answer();
    const serves = body !== null && (body.type === 'read_ok' || body.type === 'write_ok' || body['code'] === 20);
    return !serves && typeof body?.['leader'] !== 'string';
  });
  const right = isLinearizable(clients.operations);
  const { applied, reigns } = table.laws;
  return {
    broken: [...table.laws.broken, ...(right ? [] : ['the register is not linearizable'])],
    answered: clients.answered,
    applied,
    reigns,
    dead,
  };
}

// For tests: random schedules on the bench, which reorder, lose and repeat messages and kill nodes far more than a network does.
import type { Body, Message } from '../../../framework/contracts/message.js';
import { createRandom } from '../../../framework/time/random.js';
import type { AbdOptions } from '../node.js';
import { Bench } from './bench.js';
import type { RegisterOperation } from './register-law.js';

export interface Played {
  history: RegisterOperation[];
  sent: readonly Message[];
  answered: number;
}

interface Asked {
  operation: RegisterOperation;
  answer: () => Body | null;
}

/** One register, `steps` random steps; an operation's times are step numbers. */
export function play(seed: number, nodes: number, options: Partial<AbdOptions> = {}, steps = 1000): Played {
  const random = createRandom(seed, 'schedule');
  const bench = new Bench(nodes, { 'compact-after': 3, ...options });
  const down = new Set<string>();
  const open: Asked[] = [];
  const history: RegisterOperation[] = [];
  let answered = 0;
  let written = 0;

  const ask = (step: number, node: string) => {
    const f = random.chance(0.5) ? 'read' : 'write';
    const value = f === 'write' ? ++written : null;
    const operation: RegisterOperation = { f, value, begin: step, end: Number.POSITIVE_INFINITY };
    open.push({
      operation,
      answer: bench.ask(node, f === 'write' ? { type: f, key: 'x', value } : { type: f, key: 'x' }),
    });
    if (f === 'write') history.push(operation);
  };

  const collect = (step: number) => {
    for (const asked of [...open]) {
      const body = asked.answer();
      if (body === null) continue;
      open.splice(open.indexOf(asked), 1);
      const missing = body.type === 'error' && body['code'] === 20;
      if (body.type === 'error' && !missing) continue;
      answered++;
      asked.operation.end = step;
      if (asked.operation.f === 'read') {
        history.push({ ...asked.operation, value: missing ? null : body['value'] });
      }
    }
  };

  for (let step = 0; step < steps; step++) {
    const node = random.pick(bench.names);
    const dice = random.float();
    if (dice < 0.05) {
      if (!down.has(node)) ask(step, node);
    } else if (dice < 0.055) {
      bench.kill(node);
      bench.start(node);
    } else if (dice < 0.06) {
      if (!down.delete(node)) {
        bench.kill(node);
        down.add(node);
      } else bench.start(node);
    } else if (dice < 0.1) {
      if (bench.timers.has(node)) bench.tick(node);
    } else if (bench.table.length > 0) {
      // Mostly the latest: so some messages stay behind for a long time, and arrive when nobody expects them.
      const from = random.chance(0.7) ? Math.max(0, bench.table.length - 6) : 0;
      const index = from + random.int(bench.table.length - from);
      const message = bench.table[index]!;
      const fate = random.float();
      // Most messages arrive once, in any order; some twice, some never.
      if (fate > 0.1) bench.table.splice(index, 1);
      if (fate < 0.9) bench.give(message);
    }
    collect(step);
  }
  return { history, sent: bench.sent, answered };
}

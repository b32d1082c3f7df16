// For tests: random schedules, which reorder, lose and repeat messages and kill nodes far more than a network does.
import { isDefinite } from '../../../framework/contracts/message.js';
import type { Environment, Protocol } from '../../../framework/contracts/protocol.js';
import type { LooseOperation } from '../../../framework/history/from-operations.js';
import { createRandom } from '../../../framework/time/random.js';
import { cas, RegisterBench, read, write } from './register-bench.js';

export interface Played {
  /** Times are step numbers. */
  operations: LooseOperation[];
  bench: RegisterBench;
  answered: number;
}

type Open = Omit<LooseOperation, 'completed' | 'outcome'> & {
  completed?: number;
  outcome?: 'ok' | 'fail';
  value: unknown;
};

/** One register, `steps` random steps. Values are written once each. */
export function playRegister(
  seed: number,
  nodes: number,
  make: (env: Environment) => Protocol,
  { steps = 800, timers = ['resend', 'backoff'] } = {},
): Played {
  const random = createRandom(seed, 'schedule');
  const bench = new RegisterBench(nodes, make, seed);
  const operations: Open[] = [];
  let open: { operation: Open; answer: ReturnType<RegisterBench['ask']> }[] = [];
  let written = 0;
  let answered = 0;
  /** These nodes are in touch with each other, and so are the rest. */
  let side = new Set<string>();

  const ask = (step: number, node: string) => {
    const f = random.pick(['read', 'write', 'cas']);
    // Mostly the last value: so a fair share of cas succeeds.
    const from = Math.max(1, written - (random.chance(0.6) ? 0 : random.int(3)));
    if (f !== 'read') written++;
    const body = f === 'read' ? read() : f === 'write' ? write(written) : cas(from, written);
    const value = f === 'read' ? null : f === 'write' ? written : [from, written];
    const operation: Open = { process: operations.length, f, key: 'x', asked: value, value, invoked: step };
    operations.push(operation);
    open.push({ operation, answer: bench.ask(node, body) });
  };

  const collect = (step: number) => {
    open = open.filter(({ operation, answer }) => {
      const body = answer();
      if (body === null) return true;
      if (body.type === 'error') {
        const code = body['code'] as number;
        const isEmptyRead = operation.f === 'read' && code === 20;
        if (!isEmptyRead && !isDefinite(code)) return false;
        operation.outcome = isEmptyRead ? 'ok' : 'fail';
      } else {
        operation.outcome = 'ok';
        if (operation.f === 'read') operation.value = body['value'];
      }
      operation.completed = step + 0.5;
      answered++;
      return false;
    });
  };

  for (let step = 0; step < steps; step++) {
    const node = random.pick(bench.names);
    const dice = random.float();
    if (step % 50 === 0) side = new Set(bench.names.filter(() => random.chance(0.3)));
    if (dice < 0.05) {
      if (bench.runs(node)) ask(step, node);
    } else if (dice < 0.055) {
      bench.restart(node);
    } else if (dice < 0.06) {
      if (bench.runs(node)) bench.kill(node);
      else bench.start(node);
    } else if (dice < 0.11) {
      bench.fire(node, random.pick(timers));
    } else if (bench.table.length > 0) {
      // Mostly the latest: so some messages stay behind for a long time, and arrive when nobody expects them.
      const from = random.chance(0.7) ? Math.max(0, bench.table.length - 8) : 0;
      const index = from + random.int(bench.table.length - from);
      const message = bench.table[index]!;
      if (side.has(message.src) !== side.has(message.dest)) continue;
      const fate = random.float();
      // Most messages arrive once, in any order; some twice, some never.
      if (fate > 0.1) bench.table.splice(index, 1);
      if (fate < 0.9) bench.give(message);
    }
    collect(step);
  }
  return { operations, bench, answered };
}

// For tests: clients of one register on a table, and the history of what they asked and were told.
import { checkLinearizable } from '../../../checkers/linearizable/check.js';
import { isDefinite } from '../../../framework/contracts/message.js';
import type { Random } from '../../../framework/contracts/random.js';
import { historyOfOperations, type LooseOperation } from '../../../framework/history/from-operations.js';
import type { MessageTable } from './message-table.js';
import { cas, read, write } from './register-table.js';

export type RegisterFunction = 'read' | 'write' | 'cas';

/** Whether each register behaves as if it were one, in one place. */
export function isLinearizable(operations: readonly LooseOperation[]): boolean {
  const { valid } = checkLinearizable(historyOfOperations(operations));
  if (valid === 'unknown') throw new Error('it takes too long to tell');
  return valid;
}

type Open = Omit<LooseOperation, 'completed' | 'outcome'> & {
  completed?: number;
  outcome?: 'ok' | 'fail';
  value: unknown;
};

export class RegisterClients {
  /** Times are step numbers; values are written once each. */
  readonly operations: LooseOperation[] = [];
  answered = 0;
  readonly #table: Pick<MessageTable, 'ask'>;
  readonly #random: Random;
  readonly #functions: readonly RegisterFunction[];
  #open: { operation: Open; answer: ReturnType<MessageTable['ask']> }[] = [];
  #written = 0;

  constructor(table: Pick<MessageTable, 'ask'>, random: Random, functions: readonly RegisterFunction[]) {
    this.#table = table;
    this.#random = random;
    this.#functions = functions;
  }

  /** A fresh client asks a node for anything. */
  ask(step: number, node: string): ReturnType<MessageTable['ask']> {
    const f = this.#random.pick(this.#functions);
    // Mostly the last value: so a fair share of cas succeeds.
    const from = Math.max(1, this.#written - (this.#random.chance(0.6) ? 0 : this.#random.int(3)));
    if (f !== 'read') this.#written++;
    const written = this.#written;
    const body = f === 'read' ? read() : f === 'write' ? write(written) : cas(from, written);
    const value = f === 'read' ? null : f === 'write' ? written : [from, written];
    const operation: Open = { process: this.operations.length, f, key: 'x', asked: value, value, invoked: step };
    const answer = this.#table.ask(node, body);
    this.operations.push(operation);
    this.#open.push({ operation, answer });
    return answer;
  }

  /** Takes note of the answers that have come by the end of this step. */
  collect(step: number): void {
    this.#open = this.#open.filter(({ operation, answer }) => {
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
      // Whoever refuses has done nothing.
      if (body['code'] !== 11) this.answered++;
      return false;
    });
  }
}

// Turns the operations of a Jepsen file into a history, whichever way the file wrote them.
import { ChaosError } from '../contracts/error.js';
import { ColumnarHistory } from './history.js';
import { at, malformed } from './issue.js';
import { type JepsenEvent, type KeyedChoice, KeyedChooser, type KeyedOption, keyAndValue } from './keyed.js';
import { appendEvent, Valueless } from './loose-event.js';

export interface JepsenHistory {
  history: ColumnarHistory;
  keyed: KeyedChoice;
  warnings: string[];
  /** The line of each event. */
  lines: Int32Array;
}

/**
 * `read` gives the events of the file, and is called twice: once to see what kind of file it is, once to build the history, so
 * that the events are never in memory together. Throws `ChaosError` with file and line: what `loadHistory` throws for the same
 * defects.
 */
export function historyOfJepsen(file: string, read: () => Iterable<JepsenEvent>, option: KeyedOption): JepsenHistory {
  const chooser = new KeyedChooser(file, option);
  const processes = new Processes();
  let count = 0;
  for (const event of read()) {
    chooser.note(event);
    processes.note(event);
    count++;
  }
  if (count === 0) throw new ChaosError('history-empty', `the history ${file} holds no operation`, { kind: 'usage' });
  const keyed = chooser.choose();
  const history = new ColumnarHistory();
  history.reserve(count);
  const lines = new Int32Array(count);
  const valueless = new Valueless();
  let last = -1;
  for (const event of read()) {
    const { index, line } = event;
    if (typeof index === 'number') {
      if (index <= last) throw malformed(file, line, `index ${index} follows index ${last}`);
      last = index;
    }
    lines[history.length] = line;
    append(file, history, event, processes.number(event), keyed.chosen);
    valueless.note(event, line);
  }
  return { history, keyed, warnings: [...processes.warnings(), ...valueless.warnings()], lines };
}

function append(file: string, history: ColumnarHistory, event: JepsenEvent, process: unknown, keyed: boolean): void {
  const { line, time, type, f, value, node, error } = event;
  const parts = process === 'nemesis' ? { value } : keyAndValue(event, keyed);
  try {
    const problem = appendEvent(history, { time: time ?? line, process, type, f, node, error, ...parts });
    if (problem !== null) throw malformed(file, line, problem);
  } catch (error) {
    throw error instanceof ChaosError && error.location === undefined ? at(error, file, line) : error;
  }
}

/**
 * Jepsen retires a process after an indeterminate operation: p goes on as p + concurrency. Where a file lets it go on under
 * its old number, the process that goes on gets a fresh one, so that no number stands for two clients.
 */
class Processes {
  #next = 0;
  readonly #renamed = new Map<unknown, number>();
  readonly #retired = new Set<unknown>();
  #first: { process: unknown; line: number } | null = null;

  /** Fresh numbers begin behind all that the file holds. */
  note({ process }: JepsenEvent): void {
    if (typeof process === 'number') this.#next = Math.max(this.#next, process + 1);
  }

  number({ process, type, line }: JepsenEvent): unknown {
    if (type === 'invoke' && this.#retired.delete(process)) {
      this.#first ??= { process, line };
      this.#renamed.set(process, this.#next++);
    }
    if (type === 'info' && process !== 'nemesis') this.#retired.add(process);
    return this.#renamed.get(process) ?? process;
  }

  warnings(): string[] {
    if (this.#first === null) return [];
    const { process, line } = this.#first;
    return [
      `line ${line}: process ${process} goes on after an indeterminate operation: it has a fresh number from here on`,
    ];
  }
}

// A history from operations that somebody else recorded: any iterable of plain objects, in any order.
import { ChaosError } from '../contracts/error.js';
import { EVENT_FAIL, EVENT_INFO, EVENT_OK, type History } from '../contracts/history.js';
import type { Key, Outcome } from '../contracts/operation.js';
import { ColumnarHistory } from './history.js';
import { valueProblem } from './loose-event.js';

/**
 * An operation: what a process asked for, when, and what came of it. The operations of a `History` are of this shape.
 *
 * `invoked` and `completed` are finite numbers of any unit and origin; they only order events. `asked` (or `input`) is what was
 * asked for, null by default; `value` (or `output`) is what an `ok` operation returned, null by default. Both are JSON values.
 */
export interface LooseOperation {
  /** A whole number from 0. A process has one operation open at a time. */
  readonly process: number;
  readonly f: string;
  readonly key?: Key | undefined;
  readonly asked?: unknown;
  readonly input?: unknown;
  readonly value?: unknown;
  readonly output?: unknown;
  readonly invoked: number;
  /** Left out: it never completed. */
  readonly completed?: number | undefined;
  /** By default `ok` when it completed and `info` (it may or may not have happened) when it did not. */
  readonly outcome?: Outcome | undefined;
  /** Event indexes, of the operations of a `History`. Where all operations have them, they order events, and times are not looked at. */
  readonly index?: number;
  readonly end?: number;
  readonly node?: string | undefined;
  readonly error?: string | undefined;
}

const NEVER = Number.POSITIVE_INFINITY;
const OUTCOMES: Readonly<Record<Outcome, number>> = { ok: EVENT_OK, fail: EVENT_FAIL, info: EVENT_INFO };

/**
 * The history of these operations. Where a completion and an invocation are at the same instant, the invocation comes first: operations
 * that touch count as concurrent, which is the weaker claim, also when they are of one process. Throws `ChaosError`
 * `operation-malformed`, `operation-times` (it completed before it was invoked) and `history-open` (a process has two operations
 * open), each of which names the operation.
 */
export function historyOfOperations(operations: Iterable<LooseOperation>): History {
  const all = Array.isArray(operations) ? (operations as readonly LooseOperation[]) : [...operations];
  const { starts, ends } = instants(all);
  const order = inOrder(starts);
  refuseOverlaps(all, order, starts, ends);
  return new Builder(all, starts, ends).build(order);
}

/** When each operation begins and ends; ends are NEVER without a completion. */
function instants(all: readonly LooseOperation[]): { starts: Float64Array; ends: Float64Array } {
  const starts = new Float64Array(all.length);
  const ends = new Float64Array(all.length);
  const numbered = all.every((operation) => isEvent(operation?.index) && isEvent(operation.end));
  for (let i = 0; i < all.length; i++) {
    const operation = all[i]!;
    const problem = shapeProblem(operation, numbered);
    if (problem !== null)
      throw new ChaosError('operation-malformed', `operation ${i}: ${problem}`, { kind: 'usage', event: i });
    starts[i] = numbered ? operation.index! : operation.invoked;
    const end = numbered ? operation.end! : (operation.completed ?? NEVER);
    ends[i] = numbered && end < 0 ? NEVER : end;
    if (ends[i]! < starts[i]!) throw backwards(operation, i);
  }
  return { starts, ends };
}

function isEvent(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -1;
}

function shapeProblem(operation: LooseOperation, numbered: boolean): string | null {
  if (typeof operation !== 'object' || operation === null) return 'an object is expected';
  const { process, f, key, invoked, completed, outcome } = operation;
  if ((process | 0) !== process || process < 0)
    return `"process" is ${String(process)}: a whole number from 0 is expected`;
  if (typeof f !== 'string') return `"f" is ${String(f)}: a text is expected`;
  if (key !== undefined && typeof key !== 'string' && !Number.isFinite(key))
    return '"key" is neither a text nor a number';
  if (outcome !== undefined && !Object.hasOwn(OUTCOMES, outcome))
    return `"outcome" is ${String(outcome)}: ok, fail or info is expected`;
  if (!numbered) {
    if (!Number.isFinite(invoked)) return `"invoked" is ${String(invoked)}: a finite number is expected`;
    if (completed !== undefined && !Number.isFinite(completed))
      return `"completed" is ${String(completed)}: a finite number is expected`;
    if (completed === undefined && outcome === 'ok') return 'it is ok, but never completed: "completed" is missing';
  }
  const wrong = problemOf(asked(operation)) ?? problemOf(returned(operation));
  return wrong === null ? null : `${wrong}: a JSON value is expected`;
}

function problemOf(value: unknown): string | null {
  return typeof value === 'number' && (value | 0) === value ? null : valueProblem(value);
}

function asked({ asked: value, input }: LooseOperation): unknown {
  return value === undefined ? input : value;
}

function returned({ value, output }: LooseOperation): unknown {
  return value === undefined ? output : value;
}

function outcomeOf({ outcome, completed }: LooseOperation): Outcome {
  return outcome ?? (completed === undefined ? 'info' : 'ok');
}

function told({ process, f }: LooseOperation, i: number): string {
  return `operation ${i} (${f} of process ${process})`;
}

function backwards(operation: LooseOperation, i: number): ChaosError {
  const { invoked, completed } = operation;
  const message = `${told(operation, i)} completed at ${completed}, before it was invoked at ${invoked}`;
  return new ChaosError('operation-times', message, { kind: 'usage', event: i });
}

/** The operations in order of their begin, those of one instant as they came. */
function inOrder(starts: Float64Array): Uint32Array {
  const order = new Uint32Array(starts.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let sorted = true;
  for (let i = 1; i < starts.length && sorted; i++) sorted = starts[i]! >= starts[i - 1]!;
  return sorted ? order : order.sort((a, b) => starts[a]! - starts[b]! || a - b);
}

function refuseOverlaps(
  all: readonly LooseOperation[],
  order: Uint32Array,
  starts: Float64Array,
  ends: Float64Array,
): void {
  const last = new Map<number, number>();
  for (const i of order) {
    const { process } = all[i]!;
    const before = last.get(process);
    if (before !== undefined && ends[before]! > starts[i]!) {
      const message = `${told(all[i]!, i)} was invoked while ${told(all[before]!, before)} was open`;
      const hint =
        'a process has one operation at a time; give clients that go on after an operation without answer a new number';
      throw new ChaosError('history-open', message, { kind: 'usage', hint, event: i });
    }
    last.set(process, i);
  }
}

/** Sweeps over the begins, with the operations that will complete in a heap. */
class Builder {
  readonly #history = new ColumnarHistory();
  readonly #all: readonly LooseOperation[];
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Row of each operation's invocation. */
  readonly #rows: Int32Array;
  /** A binary heap of operations, the one that completes first on top. */
  readonly #heap: number[] = [];

  constructor(all: readonly LooseOperation[], starts: Float64Array, ends: Float64Array) {
    this.#all = all;
    this.#starts = starts;
    this.#ends = ends;
    this.#rows = new Int32Array(all.length);
  }

  build(order: Uint32Array): History {
    this.#history.reserve(this.#all.length * 2);
    for (const i of order) {
      this.#completeBefore(this.#starts[i]!);
      this.#invoke(i);
      if (this.#ends[i]! < NEVER) this.#push(i);
    }
    this.#completeBefore(NEVER);
    return this.#history;
  }

  #invoke(i: number): void {
    const operation = this.#all[i]!;
    const { process, f, key, node } = operation;
    const history = this.#history;
    const keyId = key === undefined ? -1 : history.idOfKey(key);
    const nodeId = node === undefined ? -1 : history.idOfNode(node);
    const row = history.invokeAside(
      operation.invoked ?? this.#starts[i]!,
      process,
      history.idOfFunction(f),
      keyId,
      nodeId,
    );
    history.setValue(row, asked(operation));
    this.#rows[i] = row;
  }

  #completeBefore(time: number): void {
    const heap = this.#heap;
    while (heap.length > 0 && this.#ends[heap[0]!]! < time) this.#complete(this.#pop());
  }

  #complete(i: number): void {
    const operation = this.#all[i]!;
    const outcome = outcomeOf(operation);
    const row = this.#history.completeAside(operation.completed ?? this.#ends[i]!, this.#rows[i]!, OUTCOMES[outcome]);
    this.#history.setValue(row, outcome === 'ok' ? returned(operation) : asked(operation));
    if (operation.error !== undefined) this.#history.setError(row, operation.error);
  }

  /** Those that complete at one instant do so in the order in which they came. */
  #isBefore(a: number, b: number): boolean {
    const difference = this.#ends[a]! - this.#ends[b]!;
    return difference < 0 || (difference === 0 && this.#rows[a]! < this.#rows[b]!);
  }

  #push(i: number): void {
    const heap = this.#heap;
    let at = heap.push(i) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(i, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = i;
  }

  #pop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    const { length } = heap;
    if (length === 0) return top;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

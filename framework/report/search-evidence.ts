// Reads from an anomaly's evidence what the search of the linearizability checker came up against.
import type { History, Operation } from '../contracts/history.js';
import { operationAt, operationText } from './operations.js';
import type { PageOperation, PageOrder, PageSearch } from './page/evidence.js';
import { clipShort } from './text.js';

const MOST_OPERATIONS = 120;
const MOST_ORDERS = 200;
const MOST_STEPS = 100;
const MOST_NEXT = 8;
const LONGEST_STATE = 80;
const LONGEST_REASON = 240;

/** Null: the checker did not search, or an older version wrote the results. `skipped`: why there is nothing to explore. */
export function searchOf(evidence: Readonly<Record<string, unknown>>, history: History): PageSearch | Skipped | null {
  const { search } = evidence;
  if (!isRecord(search)) return null;
  if (typeof search['skipped'] === 'string') return { skipped: clipShort(search['skipped'], 300) };
  return new Reader(history, search).read();
}

export interface Skipped {
  readonly skipped: string;
}

export function isSkipped(search: PageSearch | Skipped): search is Skipped {
  return 'skipped' in search;
}

const UNREADABLE: Skipped = { skipped: 'what the checker wrote about its search cannot be read with this history' };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const listOf = (value: unknown, most: number): readonly unknown[] => (Array.isArray(value) ? value.slice(0, most) : []);
const textOf = (value: unknown, most: number): string => (typeof value === 'string' ? clipShort(value, most) : '');
const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0);

/** Results are anybody's: what is not as it should be is left out. */
class Reader {
  readonly #history: History;
  readonly #search: Record<string, unknown>;
  readonly #positions = new Map<number, number>();

  constructor(history: History, search: Record<string, unknown>) {
    this.#history = history;
    this.#search = search;
  }

  read(): PageSearch | Skipped {
    const { window, stuck, partials, prefix, longest, exhaustive } = this.#search;
    const written = listOf(partials, MOST_ORDERS).filter(isRecord);
    const operations = this.#operations([stuck, ...listOf(window, MOST_OPERATIONS)], written);
    const orders = written.map((partial) => this.#order(partial));
    const position = this.#positions.get(Number(stuck));
    if (position === undefined || orders.length === 0) return UNREADABLE;
    const most = isRecord(longest) ? longest : {};
    return {
      operations,
      stuck: position,
      orders,
      first: firstOf(written, prefix),
      longest: operations.map(({ row }) => {
        const order = Object.hasOwn(most, row) ? most[row] : undefined;
        return typeof order === 'number' && orders[order] !== undefined ? order : -1;
      }),
      exhaustive: exhaustive === true,
    };
  }

  /** All that the picture shows, in order of invocation. */
  #operations(rows: readonly unknown[], partials: readonly Record<string, unknown>[]): PageOperation[] {
    const steps = partials.flatMap(({ rows }) => listOf(rows, MOST_STEPS));
    const wanted = [...new Set([...rows, ...steps])].filter((row) => typeof row === 'number').slice(0, MOST_OPERATIONS);
    const operations = wanted
      .sort((a, b) => a - b)
      .flatMap((row) => {
        const operation = operationAt(this.#history, row);
        return operation === undefined || operation.index !== row ? [] : [shown(operation)];
      });
    for (const [position, { row }] of operations.entries()) this.#positions.set(row, position);
    return operations;
  }

  #order({ earlier, start, rows, states, next }: Record<string, unknown>): PageOrder {
    const after = listOf(states, MOST_STEPS);
    const known = listOf(rows, MOST_STEPS).map((row, i) => ({ at: this.#positions.get(Number(row)), state: after[i] }));
    const steps = known.filter((step): step is { at: number; state: unknown } => step.at !== undefined);
    return {
      earlier: countOf(earlier),
      start: textOf(start, LONGEST_STATE),
      steps: steps.map(({ at }) => at),
      states: steps.map(({ state }) => textOf(state, LONGEST_STATE)),
      next: listOf(next, MOST_NEXT)
        .filter(isRecord)
        .flatMap(({ row, why }) => {
          const operation = this.#positions.get(Number(row));
          return operation === undefined ? [] : [{ operation, why: textOf(why, LONGEST_REASON) }];
        }),
    };
  }
}

/** The order with all that returned before the stuck operation, unless another one is longer. */
function firstOf(partials: readonly Record<string, unknown>[], prefix: unknown): number {
  const wanted = typeof prefix === 'number' ? partials[prefix] : undefined;
  const isLongest = wanted !== undefined && wanted['completed'] === partials[0]?.['completed'];
  return isLongest ? (prefix as number) : 0;
}

function shown(operation: Operation): PageOperation {
  const { index, process, node, invoked, completed, outcome } = operation;
  return {
    row: index,
    text: operationText(operation, 48),
    process,
    node: clipShort(node ?? '', 12),
    invoked,
    completed: outcome === 'info' ? null : (completed ?? null),
    outcome,
  };
}

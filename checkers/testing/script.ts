// Writes histories by hand for tests: one call an event, in the order in which they happened.
import type { AnyChecker, CheckContext, Verdict } from '../../framework/contracts/checker.js';
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import {
  type Columns,
  EVENT_INFO,
  EVENT_INVOKE,
  EVENT_TYPES,
  type History,
  type Operation,
  type Phase,
  VALUE_OTHER,
} from '../../framework/contracts/history.js';
import { type HistoryEvent, type Key, NEMESIS, type Outcome } from '../../framework/contracts/operation.js';
import type { OptionSchema } from '../../framework/contracts/options.js';
import { NS_PER_MS } from '../../framework/contracts/time.js';

interface Details {
  node?: string;
  key?: Key;
}

/** Each event is a millisecond after the one before, unless `at` moved the time. A process is on node `n<process + 1>`. */
export class Script {
  readonly #events: HistoryEvent[] = [];
  readonly #open = new Map<number, HistoryEvent>();
  #now = 0;

  at(milliseconds: number): this {
    this.#now = milliseconds;
    return this;
  }

  invoke(process: number, f: string, value: unknown = null, details: Details = {}): this {
    const event = this.#push({ process, type: 'invoke', f, value, node: `n${process + 1}`, ...details });
    this.#open.set(process, event);
    return this;
  }

  /** `value`: the result; when left out, the value that was asked for. */
  ok(process: number, value?: unknown): this {
    return this.#complete(process, 'ok', value);
  }

  fail(process: number, error?: string): this {
    return this.#complete(process, 'fail', undefined, error);
  }

  info(process: number, error?: string): this {
    return this.#complete(process, 'info', undefined, error);
  }

  /** Invocation and `ok` completion. */
  did(process: number, f: string, asked: unknown = null, result: unknown = asked, details: Details = {}): this {
    return this.invoke(process, f, asked, details).ok(process, result);
  }

  phase(phase: Phase): this {
    this.#push({ process: NEMESIS, type: 'info', f: 'phase', value: { phase } });
    return this;
  }

  fault(f: string, phase: 'inject' | 'heal', id = 0): this {
    const instant = this.#now * NS_PER_MS;
    const value = { id, phase, targets: [], requested: instant, effective: instant };
    this.#push({ process: NEMESIS, type: 'info', f, value });
    return this;
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  history(): History {
    return historyOf(this.#events);
  }

  #complete(process: number, type: Outcome, value?: unknown, error?: string): this {
    const invocation = this.#open.get(process);
    if (invocation === undefined) throw new Error(`process ${process} has no open operation`);
    this.#open.delete(process);
    const { f, key, node } = invocation;
    this.#push({
      process,
      type,
      f,
      value: value === undefined ? invocation.value : value,
      ...(key === undefined ? {} : { key }),
      ...(node === undefined ? {} : { node }),
      ...(error === undefined ? {} : { error }),
    });
    return this;
  }

  #push(event: Omit<HistoryEvent, 'index' | 'time'>): HistoryEvent {
    const whole = { index: this.#events.length, time: this.#now * NS_PER_MS, ...event };
    this.#events.push(whole);
    this.#now++;
    return whole;
  }
}

function interned<T>(items: T[], item: T | undefined): number {
  if (item === undefined) return -1;
  const at = items.indexOf(item);
  return at >= 0 ? at : items.push(item) - 1;
}

/** A history of events in memory, simple rather than small: every value is in `others`. */
export function historyOf(events: readonly HistoryEvent[]): History {
  const length = events.length;
  const functions: string[] = [];
  const keys: Key[] = [];
  const nodes: string[] = [];
  const open = new Map<number, number>();
  const columns = {
    length,
    time: Float64Array.from(events, (e) => e.time),
    process: Int32Array.from(events, (e) => (e.process === NEMESIS ? -1 : e.process)),
    type: Uint8Array.from(events, (e) => EVENT_TYPES.indexOf(e.type)),
    f: Uint16Array.from(events, (e) => interned(functions, e.f)),
    key: Int32Array.from(events, (e) => interned(keys, e.key)),
    node: Int16Array.from(events, (e) => interned(nodes, e.node)),
    kind: new Uint8Array(length).fill(VALUE_OTHER),
    a: Int32Array.from(events, (_, row) => row),
    b: new Int32Array(length),
    mate: new Int32Array(length).fill(-1),
  } satisfies Columns;
  for (let row = 0; row < length; row++) {
    const process = columns.process[row]!;
    if (process < 0) continue;
    if (columns.type[row] === EVENT_INVOKE) {
      open.set(process, row);
    } else {
      const mate = open.get(process) ?? -1;
      open.delete(process);
      columns.mate[row] = mate;
      if (mate >= 0) columns.mate[mate] = row;
    }
  }
  const operation = (row: number): Operation => {
    const end = columns.mate[row]!;
    const event = events[row]!;
    const completion = events[end];
    return {
      index: row,
      process: columns.process[row]!,
      f: event.f,
      key: event.key,
      asked: event.value,
      outcome: EVENT_TYPES[end < 0 ? EVENT_INFO : columns.type[end]!] as Outcome,
      value: completion?.value,
      invoked: event.time,
      completed: completion?.time,
      end,
      node: event.node,
      error: completion?.error,
    };
  };
  return {
    columns,
    functions,
    keys,
    nodes,
    others: events.map((e) => e.value),
    length,
    functionId: (name) => functions.indexOf(name),
    value: (row) => events[row]!.value,
    error: (row) => events[row]!.error,
    event: (row) => events[row]!,
    operation,
    *operations() {
      for (let row = 0; row < length; row++) {
        if (columns.process[row]! >= 0 && columns.type[row] === EVENT_INVOKE) yield operation(row);
      }
    },
    nemesisEvents: () => events.filter((e) => e.process === NEMESIS),
  };
}

export interface CheckInput {
  with?: Record<string, unknown>;
  nodes?: readonly string[];
  reads?: readonly string[];
  events?: readonly NodeEvent[];
  logs?: Record<string, readonly string[]>;
  cancelled?: () => boolean;
}

/** A default with its unit turned into a number; durations in seconds only. */
function inUnits(schema: OptionSchema): unknown {
  const { default: fallback, 'x-unit': unit } = schema;
  if (unit === undefined || typeof fallback !== 'string') return fallback;
  return Number.parseFloat(fallback) * (unit === 'percent' ? 0.01 : 1000);
}

/** Runs a checker that answers at once, with the defaults of its options. */
export function judge(checker: AnyChecker, script: Script | History, input: CheckInput = {}): Verdict {
  const defaults = Object.entries(checker.options ?? {}).map(([name, schema]) => [name, inUnits(schema)]);
  const context: CheckContext = {
    options: { ...Object.fromEntries(defaults), ...input.with },
    nodes: input.nodes ?? ['n1', 'n2', 'n3'],
    reads: input.reads ?? ['read'],
    events: input.events ?? [],
    log: (node) => input.logs?.[node] ?? [],
    random: null as never,
    cancelled: input.cancelled ?? (() => false),
    elapsed: () => 0,
  };
  const verdict = checker.check(script instanceof Script ? script.history() : script, context);
  if (verdict instanceof Promise) throw new Error(`${checker.name} did not answer at once`);
  for (const { name } of verdict.anomalies) {
    if (!checker.anomalies.includes(name)) throw new Error(`${checker.name} does not declare ${name}`);
  }
  return verdict;
}

/** The names of the anomalies in a verdict, in order. */
export function names(verdict: Verdict): string[] {
  return verdict.anomalies.map(({ name }) => name);
}

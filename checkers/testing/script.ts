// Writes histories by hand for tests: one call an event, in the order in which they happened.
import type { AnyChecker, CheckContext, Verdict } from '../../framework/contracts/checker.js';
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { History, Phase } from '../../framework/contracts/history.js';
import { type HistoryEvent, type Key, NEMESIS, type Outcome } from '../../framework/contracts/operation.js';
import type { OptionSchema } from '../../framework/contracts/options.js';
import { NS_PER_MS } from '../../framework/contracts/time.js';

import { ColumnarHistory } from '../../framework/history/history.js';

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

/** The history of some events. */
export function historyOf(events: readonly HistoryEvent[]): History {
  const history = new ColumnarHistory();
  for (const { time, process, type, f, key, value, node, error } of events) {
    if (process === NEMESIS) history.appendNemesis(time, f, value);
    else if (type === 'invoke') history.appendInvoke(time, process, f, key, value, node);
    else history.appendCompletion(time, process, type, value, error);
  }
  return history;
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
  if (unit === undefined || unit === 'path' || unit === 'program' || typeof fallback !== 'string') return fallback;
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

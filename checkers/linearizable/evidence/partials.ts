// What a search came up against: around a violation, how far operations can be put in order, and why no further.
import { ChaosError } from '../../../framework/contracts/error.js';
import type { History } from '../../../framework/contracts/history.js';
import { type AnyModel, ILLEGAL } from '../models/model.js';
import type { Machine } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import { stepOf } from '../proof/verify.js';
import { Explorer, NOWHERE } from './explore.js';
import { approach, type Conclusion, type Entry, type Window } from './window.js';

/** A partial linearization: operations in an order that real time and the model allow, as far as it goes. */
export interface Partial {
  /** Operations put in order before the first of `rows`, and the state that they left. */
  earlier: number;
  start: string;
  /** Event indexes of invocations in order of effect, and the state after each. */
  rows: number[];
  states: string[];
  /** Completed operations in order in all, those before `rows` included. */
  completed: number;
  /** What could come next by its times, but is illegal, in order of return. */
  next: { row: number; state: string; why: string }[];
}

export interface Partials {
  /** Event indexes of the invocations of the operations around the violation, ascending. */
  window: number[];
  /** The operation with whose return no order was left: the first such, unless `prefix` is null. */
  stuck: number;
  /** The longest first. */
  partials: Partial[];
  /** Which of them has all operations that returned before the stuck one; null: none was found. */
  prefix: number | null;
  /** Per operation of the window: the longest that contains it. Missing: it fits nowhere (if `exhaustive`). */
  longest: Record<string, number>;
  /** Every order within the window was looked at, from the start of the history, and nothing was left out for its size. */
  exhaustive: boolean;
}

/** `skipped`: why there is none, a clause. */
export type SearchEvidence = Partials | { skipped: string };

/** Configurations in the window: for all orders, else for all that are useful, and on top for operations that were in none. */
const MOST_FOR_ALL = 5000;
const MOST_VISITED = 15_000;
const LEAST_SHARE = 1000;
const MOST_SOUGHT = 5000;
const LEAST_SOUGHT = 200;
/** Operations of one partial linearization, and characters of a state. */
const MOST_ROWS = 60;
const LONGEST_STATE = 60;
const MOST_NEXT = 8;
/** Characters of all partial linearizations as JSON. */
const MOST_TEXT = 36_000;

/**
 * For a violation on a key, `stuck` being the completed operation with whose return the key is illegal (an index into the
 * partition). Deterministic. Throws `ChaosError` `violation-refuted`, a defect of ours, if there is an order after all.
 */
export function partialsOf(history: History, machine: Machine, partition: Partition, stuck: number): SearchEvidence {
  const found = approach(machine, partition, stuck);
  if (typeof found === 'string') return { skipped: found };
  const { window } = found;
  const explorer = new Explorer(history, machine.actions.model, window);
  const ways = new Ways(explorer, found.entries());
  const exact = tryAll(explorer, ways);
  if (explorer.entries.length === 0) {
    // The search gives up early where an operation that is still open has become hopeless.
    const earlier = ways.conclusion?.stuck ?? NOWHERE;
    if (earlier >= 0) return partialsOf(history, machine, partition, earlier);
    return { skipped: 'the search did not come here once more within its budget' };
  }
  const reached = exact || tryUseful(explorer, ways);
  if (!reached && explorer.furthest < window.stuck) arrive(explorer, found.arrival());
  if (!exact) seekMissing(explorer, window);
  refuseOrder(explorer, window);
  return assemble(history, machine, window, explorer, reached, exact);
}

/** The ways into the window, by number, found when they are first asked for. */
class Ways {
  /** Known once there are no more. */
  conclusion: Conclusion | null = null;
  readonly #explorer: Explorer;
  readonly #entries: Generator<Entry, Conclusion, void>;

  constructor(explorer: Explorer, entries: Generator<Entry, Conclusion, void>) {
    this.#explorer = explorer;
    this.#entries = entries;
  }

  has(number: number): boolean {
    if (number < this.#explorer.entries.length) return true;
    const { done, value } = this.#entries.next();
    if (done === true) this.conclusion = value ?? this.conclusion;
    else this.#explorer.add(value);
    return done !== true;
  }
}

/** True if every order in the window was seen. */
function tryAll(explorer: Explorer, ways: Ways): boolean {
  for (let entry = 0; ways.has(entry); entry++) if (!explorer.explore(entry, MOST_FOR_ALL, 'all')) return false;
  return ways.conclusion?.complete === true;
}

/** True if enough orders were seen to know how far any comes. */
function tryUseful(explorer: Explorer, ways: Ways): boolean {
  explorer.restart();
  let reached = true;
  for (let entry = 0; explorer.visited < MOST_VISITED && ways.has(entry); entry++) {
    const share = Math.max(LEAST_SHARE, (MOST_VISITED - explorer.visited) >> 1);
    reached = explorer.explore(entry, Math.min(MOST_VISITED, explorer.visited + share), 'useful') && reached;
  }
  return reached && ways.conclusion?.complete === true;
}

/** From the stuck operation's return on, when no way into the window has led so far. */
function arrive(explorer: Explorer, entry: Entry | null): void {
  if (entry === null) return;
  explorer.restart();
  explorer.explore(explorer.add(entry), explorer.visited + LEAST_SHARE, 'useful');
}

/** Operations that are in no order yet get a search of their own. */
function seekMissing(explorer: Explorer, { count }: Window): void {
  const missing = [...explorer.longest.keys()].filter((i) => explorer.longest[i] === NOWHERE);
  const each = Math.max(LEAST_SOUGHT, Math.floor(MOST_SOUGHT / Math.max(1, Math.min(count, missing.length))));
  const end = explorer.visited + MOST_SOUGHT;
  for (const i of missing) {
    if (explorer.longest[i] !== NOWHERE || explorer.visited >= end) continue;
    explorer.restart();
    explorer.explore(0, Math.min(end, explorer.visited + each), 'all', i);
  }
}

function refuseOrder(explorer: Explorer, { row, stuck }: Window): void {
  if (explorer.furthest <= stuck) return;
  throw new ChaosError(
    'violation-refuted',
    `a violation of the checker linearizable does not hold: operation ${row[stuck]} can be put in order`,
    { kind: 'internal' },
  );
}

function assemble(
  history: History,
  machine: Machine,
  window: Window,
  explorer: Explorer,
  reached: boolean,
  exact: boolean,
): Partials {
  // Where the search gave up early, an operation before the one it named may be the first that is stuck.
  const stuck = reached ? explorer.furthest : window.stuck;
  const exhaustive = exact && explorer.entries[0]!.rows.length === 0;
  const wanted = new Set([explorer.prefix, ...explorer.longest].filter((at) => at !== NOWHERE));
  const ordered = [...wanted].sort((a, b) => explorer.compare(a, b));
  // Each operation goes to the first that contains it, which is as long as its own; the others are not needed.
  const firstWith = (list: readonly number[], i: number) => list.find((at) => explorer.contains(at, i));
  const used = new Set([explorer.prefix, ...[...window.row.keys()].map((i) => firstWith(ordered, i))]);
  const kept: { at: number; partial: Partial }[] = [];
  let left = MOST_TEXT;
  // The prefix is the one that must not be missing.
  const byNeed = ordered
    .filter((at) => used.has(at))
    .sort((a, b) => Number(b === explorer.prefix) - Number(a === explorer.prefix));
  for (const at of byNeed) {
    const partial = partialOf(history, machine, window, explorer, at);
    left -= JSON.stringify(partial).length;
    if (left < 0 && kept.length > 0) break;
    kept.push({ at, partial });
  }
  kept.sort((a, b) => explorer.compare(a.at, b.at));
  const list = kept.map(({ at }) => at);
  const longest: Record<string, number> = {};
  const byRow = [...window.row.keys()].sort((a, b) => window.row[a]! - window.row[b]!);
  for (const i of byRow) {
    const at = firstWith(list, i);
    if (at !== undefined) longest[window.row[i]!] = list.indexOf(at);
  }
  const prefix = explorer.furthest === stuck ? list.indexOf(explorer.prefix) : NOWHERE;
  return {
    window: byRow.map((i) => window.row[i]!),
    stuck: window.row[stuck]!,
    partials: kept.map(({ partial }) => partial),
    prefix: prefix < 0 ? null : prefix,
    longest,
    exhaustive: exhaustive && kept.length === byNeed.length,
  };
}

/** Replays the order through the model from the start of the history, so that what it shows is so. */
function partialOf(history: History, machine: Machine, window: Window, explorer: Explorer, at: number): Partial {
  const { model } = machine.actions;
  const order = explorer.rowsOf(at);
  const inWindow = new Set(window.row);
  const first = order.findIndex((row) => inWindow.has(row));
  const earlier = Math.max(order.length - MOST_ROWS, first < 0 ? order.length : first);
  const states: string[] = [];
  let state: unknown = machine.state(machine.initial);
  let start = stateText(model, state);
  for (const [i, row] of order.entries()) {
    state = stepOf(history, { model, initial: null }, state, row);
    if (state === ILLEGAL) throw new Error(`operation ${row} is illegal in a partial linearization`);
    if (i === earlier - 1) start = stateText(model, state);
    if (i >= earlier) states.push(stateText(model, state));
  }
  const next = explorer.illegalNext(at).slice(0, MOST_NEXT);
  return {
    earlier,
    start,
    rows: order.slice(earlier),
    states,
    completed: explorer.completed(at),
    next: next.map((i) => illegal(history, model, window.row[i]!, state)),
  };
}

function illegal(history: History, model: AnyModel, row: number, state: unknown) {
  const { f, asked, outcome, value } = history.operation(row);
  const text = stateText(model, state);
  const operation = cut(model.showOperation(f, asked, outcome === 'ok' ? value : undefined));
  const because = model.cell === undefined ? `the state is ${text}` : `the register holds ${text}`;
  return { row, state: text, why: `${operation} is illegal: ${because}` };
}

function stateText(model: AnyModel, state: unknown): string {
  return cut(model.showState(state));
}

function cut(text: string): string {
  return text.length <= LONGEST_STATE ? text : `${text.slice(0, LONGEST_STATE - 1)}…`;
}

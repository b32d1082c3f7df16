// What the parts of the page have in common: the run's data, and what the reader looks at.
import type { Nanoseconds } from '../../contracts/time.js';
import type { BlockName, Blocks } from '../page/blocks.js';
import { type Operations, unpackOperations } from '../page/operations.js';
import type { RunBlock } from '../page/run.js';
import { loadBlock } from './load.js';
import { Store } from './store.js';

/** What the reader looks at; the URL's fragment keeps it. */
export interface View {
  /** The stretch of the timeline in sight. */
  from: Nanoseconds;
  to: Nanoseconds;
  /** Event index of the invocation of the selected operation; null: none. */
  operation: number | null;
  /** Position in `run.anomalies` of the one whose operations are numbered; 0 also where there is none. */
  anomaly: number;
  lanes: 'process' | 'node';
  filter: Filter;
}

/** What is shown; an empty list: everything. */
export interface Filter {
  keys: readonly string[];
  processes: readonly number[];
  nodes: readonly string[];
  functions: readonly string[];
  outcomes: readonly string[];
}

export const EVERYTHING: Filter = { keys: [], processes: [], nodes: [], functions: [], outcomes: [] };

/** Where the pointer is, in every picture with a time axis. */
export interface Cursor {
  time: Nanoseconds | null;
}

export interface LogLine {
  time: Nanoseconds;
  text: string;
}

/** Lines of a node's log within `[from, to]`, in order, at most `most` of them. */
export type LogLines = (node: string, from: Nanoseconds, to: Nanoseconds, most: number) => Promise<readonly LogLine[]>;

export class App {
  readonly run: RunBlock;
  readonly view: Store<View>;
  /** Set by the part that shows logs; null: the page has none. */
  readonly logs = new Store<{ lines: LogLines | null }>({ lines: null });
  /** Counts how often somebody asked to see the timeline; `centre`: the selected operation must be in sight. */
  readonly asked = new Store<{ times: number; centre: boolean }>({ times: 0, centre: false });
  readonly cursor = new Store<Cursor>({ time: null });
  readonly #blocks = new Map<BlockName, Promise<unknown>>();
  #operations: Promise<Operations | null> | null = null;

  constructor(run: RunBlock) {
    this.run = run;
    this.view = new Store<View>(openingView(run));
  }

  /** Null: the page has no such block. Read and unpacked once. */
  block<K extends BlockName>(name: K): Promise<Blocks[K] | null> {
    const known = this.#blocks.get(name) ?? loadBlock(name);
    this.#blocks.set(name, known);
    return known as Promise<Blocks[K] | null>;
  }

  /** Brings the timeline into sight. */
  ask(centre: boolean): void {
    this.asked.set({ times: this.asked.value.times + 1, centre });
  }

  operations(): Promise<Operations | null> {
    this.#operations ??= this.block('operations').then((block) => (block === null ? null : unpackOperations(block)));
    return this.#operations;
  }
}

/** What a page shows when nothing else was asked for. */
export function openingView(run: RunBlock): View {
  return { ...run.opening, operation: null, anomaly: 0, lanes: 'process', filter: EVERYTHING };
}

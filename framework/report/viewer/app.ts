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

export class App {
  readonly run: RunBlock;
  readonly view: Store<View>;
  readonly cursor = new Store<Cursor>({ time: null });
  readonly #blocks = new Map<BlockName, Promise<unknown>>();
  #operations: Promise<Operations | null> | null = null;

  constructor(run: RunBlock) {
    this.run = run;
    this.view = new Store<View>({ from: 0, to: run.end, operation: null, lanes: 'process', filter: EVERYTHING });
  }

  /** Null: the page has no such block. Read and unpacked once. */
  block<K extends BlockName>(name: K): Promise<Blocks[K] | null> {
    const known = this.#blocks.get(name) ?? loadBlock(name);
    this.#blocks.set(name, known);
    return known as Promise<Blocks[K] | null>;
  }

  operations(): Promise<Operations | null> {
    this.#operations ??= this.block('operations').then((block) => (block === null ? null : unpackOperations(block)));
    return this.#operations;
  }
}

// A workload: a generator of operations, how they travel, and the checks that suit them.
import type { CheckSpec } from './checker.js';
import type { Completion, Invocation } from './operation.js';
import type { Options, OptionValues } from './options.js';
import type { Random } from './random.js';
import type { Rpc } from './rpc.js';

export interface GeneratorContext<O, S> {
  /** This process's own stream. */
  random: Random;
  options: O;
  /** State shared by all generators of the run. */
  shared: S;
  /** The process (unique, never reused) and its thread (0 .. clients-1). */
  process: number;
  thread: number;
  clients: number;
  nodes: readonly string[];
}

/** Yields invocations; `next(completion)` hands back what came of the last one. Returning ends this process's load. */
export type OperationGenerator = Generator<Invocation, void, Completion | undefined>;

export interface Workload<O = OptionValues, S = unknown> {
  name: string;
  summary: string;
  options?: Options;
  /** Problems that the schema cannot express, as sentences; empty when fine. */
  validate?: (options: O) => readonly string[];
  /** Other names with preset options: `{ 'pn-counter': { decrement: true } }`. */
  aliases?: Readonly<Record<string, OptionValues>>;
  /** Creates what the generators of one run share. */
  shared?: (context: { random: Random; options: O; clients: number; nodes: readonly string[] }) => S;
  operations: (context: GeneratorContext<O, S>) => OperationGenerator;
  /** Operations of the final phase, after everything has healed; run by one process per node, one after the other. */
  final?: (context: GeneratorContext<O, S>) => OperationGenerator;
  /** Messages to every node before the load, each answered (`topology`). */
  setup?: (context: { nodes: readonly string[]; options: O }) => { node: string; body: import('./message.js').Body }[];
  rpc: Rpc;
  /** Functions that count as reads for "at least one ok read after the last heal". */
  reads: readonly string[];
  /** Checks that judge it unless the plan names others. */
  checks: readonly CheckSpec[] | ((options: O) => readonly CheckSpec[]);
}

// biome-ignore lint/suspicious/noExplicitAny: the option type of a definition is erased in collections, as with event handlers
export type AnyWorkload = Workload<any, any>;

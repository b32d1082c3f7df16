// A checker: a judge of a history. It knows the history and what was recorded beside it, never a system or a deployment.
import type { NodeEvent } from './cluster.js';
import type { Exhibit } from './exhibit.js';
import type { Explanations } from './explanation.js';
import type { History } from './history.js';
import type { Options, OptionValues } from './options.js';
import type { Random } from './random.js';
import type { Workers } from './workers.js';

/** A check as a plan names it: a checker with options. */
export interface CheckSpec {
  use: string;
  with?: OptionValues;
}

export type Valid = true | false | 'unknown';

/** A named, evidenced departure. */
export interface Anomaly {
  /** As a person would name it: `stale-read`, `lost-write`. */
  name: string;
  /** One or two sentences that name the operations, with processes, values and times. */
  message: string;
  /** Event indexes of the invocations that prove it, few and in order. */
  operations?: number[];
  key?: string | number;
  /** Anything more that proves it, as JSON. */
  evidence?: Record<string, unknown>;
}

export interface Verdict {
  valid: Valid;
  anomalies: Anomaly[];
  /** Why it is not `true`, or what a `true` rests on; a clause without a full stop, since others are joined to it. */
  reason?: string;
  /** Figures worth keeping, as JSON. */
  details?: Record<string, unknown>;
  /** What it shows of what it saw, few and bounded; the report draws them. */
  exhibits?: readonly Exhibit[];
}

export interface CheckContext<O = OptionValues> {
  options: O;
  /** All nodes of the cluster, also those that no operation reached. */
  nodes: readonly string[];
  /** Functions of the workload that only read. */
  reads: readonly string[];
  /** What happened beside the history, in order of time. */
  events: readonly NodeEvent[];
  /** The nodes' logs: lines of one node, read lazily; empty when there are none. */
  log: (node: string) => Iterable<string>;
  random: Random;
  /** Set when the caller asked to stop: return `unknown` with the progress so far. */
  cancelled: () => boolean;
  /** Milliseconds from an arbitrary origin, for budgets that the caller asked for; verdicts must not depend on it otherwise. */
  elapsed: () => number;
  /** Threads for work that can be divided; what a checker answers must not depend on them. */
  workers?: Workers;
  /** Bytes that the machine can spare for a checker's tables, an upper limit to what its options ask for; absent: not known. */
  memory?: number;
  /** The default export of the module that an option of the unit `module` names, by its absolute path. Throws ChaosError. */
  module?: (path: string) => unknown;
  /**
   * Takes a function that says what is known so far. It is called when the check was broken off in the middle (Ctrl-C), so it
   * only reads, and takes no time to speak of.
   */
  soFar?: (report: () => Verdict) => void;
}

export interface Checker<O = OptionValues> {
  name: string;
  summary: string;
  options?: Options;
  /**
   * Problems that the schema cannot express (a broken regular expression), as sentences; empty when fine. `module` as in
   * `CheckContext`.
   */
  validate?: (options: O, module: (path: string) => unknown) => readonly string[];
  /** Names of the anomalies it can report. */
  anomalies: readonly string[];
  /** What they mean, by name; may explain others, too. */
  explains?: Explanations;
  /** Runs in every run whether or not the plan names it (coverage, exceptions, …). */
  always?: boolean;
  check: (history: History, context: CheckContext<O>) => Verdict | Promise<Verdict>;
  /**
   * Lines of a file that proves, to whoever does not trust the checker, that the history is valid. `file`: where the history
   * is, for the proof to name it. Throws ChaosError when there is no proof.
   */
  prove?: (history: History, context: CheckContext<O>, file: string) => Iterable<string>;
}

// biome-ignore lint/suspicious/noExplicitAny: the option type of a definition is erased in collections, as with event handlers
export type AnyChecker = Checker<any>;

// A nemesis: a fault with its choice (which draws), its injection (which does not) and its healing.
import type { Capability } from './capability.js';
import type { Effect, Faults } from './cluster.js';
import type { Options, OptionValues } from './options.js';
import type { Random } from './random.js';

/** What was decided, as plain JSON: everything that is needed to inject it again, and nothing that draws. */
export interface Injection {
  targets: readonly string[];
  [field: string]: unknown;
}

export interface Skip {
  skip: string;
}

export interface ChooseContext<O> {
  options: O;
  random: Random;
  /** The nodes that the plan's `targets` resolved to; empty when the nemesis has no use for targets. */
  targets: readonly string[];
  /** All nodes, spares included, and those that belong to the cluster now. */
  nodes: readonly string[];
  members: readonly string[];
  leader: string | null;
}

/** How a plan names targets. */
export const TARGETS = ['one', 'minority-third', 'minority', 'majority', 'all', 'leader', 'followers', 'some'] as const;
export type TargetName = (typeof TARGETS)[number];

export interface Nemesis<O = OptionValues, I extends Injection = Injection> {
  name: string;
  summary: string;
  /** Capabilities that injections with these options need. */
  needs: readonly Capability[] | ((options: O) => readonly Capability[]);
  /** Where only `offered` can be had, and that is not enough for these options: which would do, as a sentence; null: none. */
  instead?: (options: O, offered: readonly Capability[]) => string | null;
  options?: Options;
  /** Problems that the schema cannot express, as sentences; empty when fine. */
  validate?: (options: O) => readonly string[];
  /** Where the plan says nothing. `null`: the nemesis chooses its own targets and refuses `targets` in the plan. */
  targets: TargetName | null;
  /** Decides what to inject; every draw is made here. */
  choose: (context: ChooseContext<O>) => I | Skip;
  /** Injects what was decided. Deterministic in `injection`. */
  inject: (injection: I, faults: Faults) => Promise<Effect>;
}

// biome-ignore lint/suspicious/noExplicitAny: the option type of a definition is erased in collections, as with event handlers
export type AnyNemesis = Nemesis<any, any>;

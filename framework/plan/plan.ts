// A plan after everything was resolved: definitions loaded, options filled in, units turned into numbers.
import type { Capability } from '../contracts/capability.js';
import type { AnyChecker } from '../contracts/checker.js';
import type { AnyDeployment, DefinitionSource } from '../contracts/deployment.js';
import type { AnyNemesis, Injection, TargetName } from '../contracts/nemesis.js';
import type { OptionValues } from '../contracts/options.js';
import type { Expectation } from '../contracts/result.js';
import type { AnySystem } from '../contracts/system.js';
import type { Milliseconds } from '../contracts/time.js';
import type { AnyWorkload } from '../contracts/workload.js';

export type Route = 'sticky' | 'random' | 'leader';

/** When a nemesis strikes; instants in milliseconds after the start of the load. */
export type Schedule =
  | { kind: 'every'; every: Milliseconds; for: Milliseconds; jitter: number }
  | { kind: 'at'; at: readonly Milliseconds[]; for: Milliseconds };

export interface PlannedNemesis {
  name: string;
  definition: AnyNemesis;
  options: OptionValues;
  /** A name, or a list of node ids; null: the plan does not say, so that the nemesis's own default holds. */
  targets: TargetName | readonly string[] | null;
  schedule: Schedule;
}

/** A resolved injection (replay, shrinking): no draw is made for it. */
export interface PlannedInjection {
  name: string;
  definition: AnyNemesis;
  at: Milliseconds;
  for: Milliseconds;
  injection: Injection;
}

export interface PlannedCheck {
  /** Unique within the plan; the checker's name, with `-2` and so on where one is used twice. */
  name: string;
  definition: AnyChecker;
  options: OptionValues;
  /** The default exports of the modules that options name, by their absolute paths. */
  modules: ReadonlyMap<string, unknown>;
}

/** What a `valid` verdict must rest on; less makes it `unknown`. */
export interface EvidenceRules {
  /** `ok` operations of each function that was invoked. */
  okPerFunction: number;
  readsAfterHeal: number;
  /** Operations that overlap each injected fault kind. */
  overlap: number;
}

export interface Plan {
  name: string;
  /** Folder name in `results/`: the file's stem (or the name), with the cell's id behind `@`. */
  id: string;
  /** As given on the command line; null when it did not come from a file. */
  file: string | null;
  /** Stable id of the matrix cell, such as `reads=lease`; null without a matrix. */
  cell: string | null;
  /** The expanded document as plain JSON, in the plan's own words: what `plan.yaml` in the results holds. */
  document: Record<string, unknown>;
  /** The first members of the cluster, and the nodes that run beside them. */
  nodes: readonly string[];
  spares: readonly string[];
  system: { name: string; definition: AnySystem; source: DefinitionSource; options: OptionValues };
  deploy: { name: string; definition: AnyDeployment; options: OptionValues };
  workload: {
    name: string;
    definition: AnyWorkload;
    options: OptionValues;
    clients: number;
    /** Operations per second over all clients; null: closed loop, each client as fast as it is answered. */
    rate: number | null;
    route: Route;
  };
  nemeses: readonly PlannedNemesis[];
  injections: readonly PlannedInjection[];
  /** What must appear in no result, log or report; longest first. */
  secrets: readonly string[];
  /** What all of these faults need of the deployment. */
  needs: readonly Capability[];
  timing: { load: Milliseconds; recover: Milliseconds; opTimeout: Milliseconds; ready: Milliseconds };
  checks: readonly PlannedCheck[];
  expect: Expectation;
  evidence: EvidenceRules;
  logMessages: boolean;
  seed: number;
}

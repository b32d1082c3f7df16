// A deployment: where nodes live, in which world, and what can be done to them there.
import type { Capability } from './capability.js';
import type { Cluster, NodeEvent } from './cluster.js';
import type { Options, OptionValues } from './options.js';
import type { Random } from './random.js';
import type { AnySystem } from './system.js';
import type { Clock } from './time.js';

/** A clock with whatever makes it advance. */
export interface World {
  clock: Clock;
  /**
   * Runs `body` to its end. A virtual world executes its events meanwhile and rejects with `ChaosError('simulation-stuck')`
   * when the body waits while no event is left; a real one just awaits it.
   */
  drive<T>(body: () => Promise<T>): Promise<T>;
}

/** Where a system's code comes from, so that another process can load it again. */
export type DefinitionSource = { kind: 'builtin'; name: string } | { kind: 'path'; path: string };

export interface ProvisionContext<O = OptionValues> {
  options: O;
  /** The first members of the cluster. */
  nodes: readonly string[];
  /** Nodes that run beside them, for systems whose members can change. */
  spares?: readonly string[];
  system: AnySystem;
  source: DefinitionSource;
  systemOptions: OptionValues;
  clock: Clock;
  /** The deployment's own stream; derive one for each purpose. */
  random: Random;
  /** Folder for logs and data of nodes (`<folder>/<node>/`), absolute; null: keep nothing on disk. */
  folder: string | null;
  /** Maelstrom services (`lin-kv`, …) that nodes may call. */
  services: readonly string[];
  /** Record every message in `<folder>/messages.jsonl`. */
  logMessages: boolean;
  event: (event: NodeEvent) => void;
  /** Leave nodes running at the end (`--keep`). */
  keep: boolean;
}

export interface Deployment<O = OptionValues> {
  name: string;
  summary: string;
  options?: Options;
  world: 'simulation' | 'local' | 'remote';
  /** What can be done to reference nodes (`protocol`) and to Maelstrom programs; a runtime that is missing cannot run here. */
  capabilities: { protocol?: readonly Capability[]; program?: readonly Capability[] };
  createWorld: () => World;
  /** Registers nothing and starts nothing until `cluster.start()`; `cluster.stop()` is safe at any time after it. */
  provision: (context: ProvisionContext<O>) => Promise<Cluster>;
}

// biome-ignore lint/suspicious/noExplicitAny: the option type of a definition is erased in collections, as with event handlers
export type AnyDeployment = Deployment<any>;

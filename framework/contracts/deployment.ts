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

/** What can be done to each kind of system; a kind that is missing cannot run there. */
export interface Capabilities {
  /** Reference nodes. */
  protocol?: readonly Capability[];
  /** Maelstrom programs. */
  program?: readonly Capability[];
  /** Programs that are installed, started and stopped by commands. */
  lifecycle?: readonly Capability[];
}

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
  /** What the faults of the plan need, so that a host that cannot do it is refused before anything starts. */
  needs?: readonly Capability[];
  /** A host or its helper was lost for good: the run must end, with this error. */
  fail?: (error: unknown) => void;
  /** A line for the person who waits: what was found of the hosts, say. */
  say?: (line: string) => void;
  /** Leave nodes running at the end (`--keep`). */
  keep: boolean;
}

export interface Deployment<O = OptionValues> {
  name: string;
  summary: string;
  options?: Options;
  world: 'simulation' | 'local' | 'remote';
  /** What it offers at best; what the hosts at hand cannot do is found when they are reached. */
  capabilities: Capabilities | ((options: Partial<O>) => Capabilities);
  /** Problems that the schema cannot express and that show without asking anybody (fewer hosts than nodes), as sentences. */
  validate?: (options: O, nodes: readonly string[]) => readonly string[];
  createWorld: () => World;
  /** Registers nothing and starts nothing until `cluster.start()`; `cluster.stop()` is safe at any time after it. */
  provision: (context: ProvisionContext<O>) => Promise<Cluster>;
  /**
   * Runs this whole program again, with the same arguments, where it has the rights that hosts need; resolves to its exit code, or to
   * null where it has them already. Command lines call it before a run begins. Rejects when there is no such place.
   */
  elsewhere?: () => Promise<number | null>;
  /** Undoes the faults that a run which died may have left on the hosts of a plan; returns what was done, a line for each host. */
  heal?: (options: O, nodes: readonly string[]) => Promise<string[]>;
  /**
   * Removes whatever runs that died have left, of which the deployment knows without a plan (containers, namespaces); returns what
   * was removed. `dry`: only tells. `images`: also what runs keep for the next one.
   */
  clean?: (dry: boolean, what?: { images: boolean }) => Promise<string[]>;
  /** What runs keep on this machine for the next one, a line for each. */
  kept?: () => Promise<string[]>;
}

/** What a deployment offers with these options; `{}`: with its defaults. */
export function offered(deployment: AnyDeployment, options: OptionValues): Capabilities {
  const { capabilities } = deployment;
  return typeof capabilities === 'function' ? capabilities(options) : capabilities;
}

// biome-ignore lint/suspicious/noExplicitAny: the option type of a definition is erased in collections, as with event handlers
export type AnyDeployment = Deployment<any>;

// The system under test: an adapter, and for reference systems also the code of its nodes.
import type { Body } from './message.js';
import type { Options, OptionValues } from './options.js';
import type { Environment, Protocol } from './protocol.js';
import type { Client, ClientContext } from './rpc.js';
import type { Milliseconds } from './time.js';

/** A defect planted on purpose, chosen by the system option `bug`. */
export interface PlantedBug {
  summary: string;
  /** The anomalies it causes, by name. */
  anomalies: readonly string[];
  /** Why the ordinary mix of faults finds it in less than one seed of twenty; such a bug must be found in one of a hundred. */
  rare?: string;
}

/** What a design does not promise, whoever builds it: nothing is wrong, and this happens all the same. */
export interface Weakness {
  summary: string;
  /** The anomalies that show it, by name. */
  anomalies: readonly string[];
  /** Options with which it shows, where the defaults do not have it. */
  options?: OptionValues;
  /** As of a planted bug. */
  rare?: string;
}

/**
 * How the members of a running cluster change. The nodes of a plan are the first members (`env.nodes` of every node); its spares
 * run beside them and belong to nobody until they are asked in. Joining and leaving are one request: a node often takes the place of
 * another, and protocols differ in whether that is one step.
 */
export interface Membership<O = OptionValues> {
  /**
   * The request that lets some nodes join and others leave, at once. It goes to a member, the leader where one is known, and is
   * answered `<type>_ok` when the change is complete, also when it had been made before. A definite error: ask again.
   */
  change: (join: readonly string[], leave: readonly string[], options: O) => Body;
}

/** A program that speaks the Maelstrom protocol on stdin and stdout. Started without a shell. */
export interface Program {
  command: string;
  args: readonly string[];
  /** Working directory; that of the run where it is left out. */
  cwd?: string;
}

/** A node's place on its host. */
export interface NodePlace {
  id: string;
  /** 1 for the first node, and so on, spares included. */
  number: number;
  /** Where other hosts reach it. */
  address: string;
  /** A port there that no other node has, also where nodes share a host. */
  port: number;
  /** Absolute folders there, made before anything runs: its own data, and its logs. `wipe` empties the first. */
  data: string;
  logs: string;
  /** What was uploaded for the system, by the names that `files` gives; absolute. */
  files: string;
}

/** One step of a node's life: a command whose arguments no shell reads, or a script for `sh -eu`. */
export interface Step {
  command?: readonly string[];
  script?: string;
  env?: Readonly<Record<string, string>>;
  /** Names of variables that it gets from our own environment; their values are shown and kept nowhere. */
  secrets?: readonly string[];
  /** Needs root. */
  root?: boolean;
  /** After so long it is killed and counts as failed; for `ready`: how long a node may take until it succeeds. */
  timeout?: Milliseconds;
}

/** How one node of any program is installed, started and stopped on its host. Every step but `start` may be left out. */
export interface Lifecycle {
  /** Once on each host, before anything starts. */
  install?: Step;
  /** The command goes on as long as the node lives, unless `daemon`: it then ends when the node runs, and leaves it behind. */
  start: Step;
  daemon?: boolean;
  /** Asked again and again until it succeeds; without it a node is ready when it has run for half a second. */
  ready?: Step;
  /** Before the node is killed at the end of a run; a kill by a nemesis asks nothing. */
  stop?: Step;
  /** Before the first start, so that nothing of an earlier run is left; without it the data folder is emptied. */
  wipe?: Step;
  /** Files that are collected at the end, as absolute globs; those in the folders of the node always are. */
  logs?: readonly string[];
}

export interface System<O = OptionValues> {
  name: string;
  /** One line. */
  summary: string;
  family?: 'single-leader' | 'leaderless';
  /** What it promises while no bug is planted, one line. */
  guarantees?: string;
  /** The faults under which it does, one line. */
  survives?: string;
  /** The number in the name of the first node: 1 (n1, n2, …) where it is left out. */
  firstNode?: 0 | 1;
  /** Workloads (or their aliases) that its nodes answer. */
  workloads: readonly string[];
  /** Options by name. `bug` is added by the framework when `bugs` is given. */
  options?: Options;
  bugs?: Readonly<Record<string, PlantedBug>>;
  /** What it does not promise, by name: the plan `plans/<system>/truths/<system>-<name>.yaml` shows each. */
  weaknesses?: Readonly<Record<string, Weakness>>;
  /** True when nodes call `env.report` with `leader`. */
  reports?: boolean;
  /** Reference systems: the node's state machine. `options` are resolved; `options.bug` is a bug's name or `none`. */
  nodes?: (env: Environment, options: O) => Protocol;
  /** Programs in any language that speak the Maelstrom protocol. */
  program?: (options: O) => Program;
  /** Any other program: how its nodes live on hosts. Called for each node, with all of them. */
  lifecycle?: (options: O, node: NodePlace, nodes: readonly NodePlace[]) => Lifecycle;
  /** Where options name the program under test: what a person calls it, for reports. Empty: they do not. */
  title?: (options: O) => string;
  /** Files and folders of this machine (absolute) that nodes need, by the name under `NodePlace.files`. */
  files?: (options: O) => Readonly<Record<string, string>>;
  /**
   * Only with `lifecycle`, and without `client`: a program beside `chaos`, one for each node, that speaks the Maelstrom protocol for
   * it: takes `init` and the clients' requests on stdin, asks the node in its own language, and answers on stdout.
   */
  bridge?: (
    options: O,
    node: NodePlace,
    nodes: readonly NodePlace[],
  ) => Program & { env?: Readonly<Record<string, string>> };
  /** Only for systems whose members can change. */
  membership?: Membership<O>;
  /** Only for systems that do not answer the workload's RPCs. */
  client?: (workload: string, context: ClientContext) => Client;
  /** Planted bug only: true makes the runtime release effects before the log is synced, and never sync it. */
  volatile?: (options: O) => boolean;
  /**
   * Problems that the schema cannot express (R + W > N, …), as sentences; empty when fine. `workload`: its name, where it is one of
   * those that the system offers.
   */
  validate?: (options: O, nodes: number, workload?: string) => readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the option type of a definition is erased in collections, as with event handlers
export type AnySystem = System<any>;

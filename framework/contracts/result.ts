// `result.json`: what a run came to, complete enough to write every report from it and the history.
import type { Anomaly, Valid, Verdict } from './checker.js';
import type { NodeHost } from './cluster.js';
import type { OptionValues } from './options.js';

/** What a plan expects: `valid`, or that all of `anomalies` are found and no other unless `others` is `allow`. */
export type Expectation = 'valid' | { anomalies: readonly string[]; others: 'forbid' | 'allow' };

export interface FoundAnomaly extends Anomaly {
  checker: string;
}

export interface FaultCoverage {
  nemesis: string;
  injected: number;
  skipped: number;
  /** Injections that at least one client operation overlapped. */
  overlapped: number;
  /** Client operations that overlapped one of its injections. */
  operations: number;
  /** Nanoseconds in force, summed. */
  inForce: number;
}

export interface FunctionCounts {
  invoke: number;
  ok: number;
  fail: number;
  info: number;
}

export interface Coverage {
  /** By function. */
  operations: Record<string, FunctionCounts>;
  faults: FaultCoverage[];
  /** Reads that succeeded after the last heal. */
  readsAfterHeal: number;
  /** Reasons why a `valid` verdict would rest on too little; empty when there is enough. */
  missing: string[];
}

/** Milliseconds from the invocation to the completion. */
export interface Latency {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** What a run measured, for comparisons and trends. */
export interface RunFigures {
  /** Of operations that were `ok`: of all of them, null where there are none, and by function. */
  latency: { all: Latency | null; byFunction: Record<string, Latency> };
  /** The share of what was asked during the load that was answered, from 0 to 1; null: nothing was asked. */
  availability: number | null;
}

export interface RunResult {
  format: 1;
  /** The program's version. */
  version: string;
  /** `interrupted`: Ctrl-C, the history is kept. `failed`: `error` says why. */
  status: 'completed' | 'interrupted' | 'failed';
  valid: Valid;
  /** One sentence for people. */
  verdict: string;
  expect: Expectation;
  expectationMet: boolean;
  exitCode: number;
  plan: { name: string; id: string; file: string | null; cell: string | null };
  /** `program`: what options name as the program under test, such as `redis-server`. */
  system: { name: string; program?: string; options: OptionValues };
  workload: { name: string; options: OptionValues };
  deployment: string;
  nodes: readonly string[];
  /** By node; absent where nodes have no hosts of their own. */
  hosts?: Readonly<Record<string, NodeHost>>;
  clients: number;
  seed: number;
  /** Operations per second during the load. */
  rate: { asked: number | null; achieved: number };
  anomalies: FoundAnomaly[];
  /** By checker (with an ordinal suffix where one is used twice), without the anomalies' evidence. */
  checks: Record<string, Omit<Verdict, 'anomalies'> & { anomalies: string[] }>;
  coverage: Coverage;
  /** Missing in results of older versions. */
  figures?: RunFigures;
  /**
   * `started`: ISO 8601, UTC. Durations of the run's own clock, and of the wall, in milliseconds. `setup`: of the run's own clock until
   * the load began, where time 0 of the history is the start of the run; absent where it never did.
   */
  times: { started: string; duration: number; wall: number; setup?: number };
  /** The command that repeats the run. */
  repeat: string;
  error?: { code: string; message: string; hint?: string };
}

/** Exit codes are Jepsen's. */
export const EXIT = { ok: 0, anomaly: 1, unknown: 2, interrupted: 130, usage: 254, internal: 255 } as const;

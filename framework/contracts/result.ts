// `result.json`: what a run came to, complete enough to write every report from it and the history.
import type { Anomaly, Valid, Verdict } from './checker.js';
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
  system: { name: string; options: OptionValues };
  workload: { name: string; options: OptionValues };
  deployment: string;
  nodes: readonly string[];
  clients: number;
  seed: number;
  /** Operations per second during the load. */
  rate: { asked: number | null; achieved: number };
  anomalies: FoundAnomaly[];
  /** By checker (with an ordinal suffix where one is used twice), without the anomalies' evidence. */
  checks: Record<string, Omit<Verdict, 'anomalies'> & { anomalies: string[] }>;
  coverage: Coverage;
  /** `started`: ISO 8601, UTC. Durations of the run's own clock, and of the wall, in milliseconds. */
  times: { started: string; duration: number; wall: number };
  /** The command that repeats the run. */
  repeat: string;
  error?: { code: string; message: string; hint?: string };
}

/** Exit codes are Jepsen's. */
export const EXIT = { ok: 0, anomaly: 1, unknown: 2, interrupted: 130, usage: 254, internal: 255 } as const;

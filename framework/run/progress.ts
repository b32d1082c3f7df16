// What a run tells while it goes on: plain data, shown by the CLI on a terminal or as lines.

export type RunStage =
  | 'provision'
  | 'start'
  | 'load'
  | 'heal'
  | 'recover'
  | 'final'
  | 'collect'
  | 'check'
  | 'report'
  | 'done';

export interface Progress {
  stage: RunStage;
  /** Milliseconds of the run's own clock since the stage began, and its planned length where it has one. */
  elapsed: number;
  planned: number | null;
  /** Completions so far, and invocations per second over the last second. */
  ok: number;
  fail: number;
  info: number;
  rate: number;
  /** Faults in force, such as `partition n1 | n2 n3`. */
  faults: string[];
  /** The checker at work, during `check`. */
  checker?: string;
  /** A line of its own for the person who waits: what was found of the hosts, say. */
  line?: string;
}

/** `start: 3 nodes run, after 1.2 s`; `took`: nanoseconds. */
export function startedLine(nodes: number, took: number): string {
  return `start: ${nodes === 1 ? '1 node runs' : `${nodes} nodes run`}, after ${(took / 1e9).toFixed(1)} s`;
}

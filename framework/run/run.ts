// One run: provision, start, load under faults, heal, recover, final reads, collect, check, report.
import type { Cluster, NodeEvent } from '../contracts/cluster.js';
import type { History } from '../contracts/history.js';
import { EXIT, type RunResult } from '../contracts/result.js';
import type { Plan } from '../plan/plan.js';
import { writeReports } from '../report/write.js';
import { nodeFiles } from '../store/node-files.js';
import { assess, planCoverage, planExplanations } from './assess.js';
import { type Execution, execute, Interrupted } from './execute.js';
import { type Breakable, judge } from './judge.js';
import type { Progress } from './progress.js';
import { Recording } from './recording.js';
import { describeError, resultOf } from './run-result.js';

export interface RunOptions {
  /** Results folder, such as `results`; null: keep nothing on disk. */
  results: string | null;
  /** Aborting ends the run early: everything heals, the history is kept, the result is `interrupted`. */
  signal?: AbortSignal;
  /** Leave the nodes running at the end. */
  keep?: boolean;
  /** The command that repeats this run, for reports. */
  repeat?: string;
  /** Runs work that keeps the event loop waiting, such as a check, so that Ctrl-C can end it. */
  breakable?: Breakable;
  onProgress?: (progress: Progress) => void;
}

export interface RunOutcome {
  result: RunResult;
  history: History;
  events: readonly NodeEvent[];
  /** The folder of this run; null when nothing was kept. */
  folder: string | null;
  /** The cluster, when `keep` left it running: the caller stops it. */
  kept: Cluster | null;
  /** What ended the run, when `result.status` is `failed`. */
  error?: unknown;
}

/**
 * Runs a plan to its verdict. Does not throw once the results folder exists: a failure is in the outcome, with the history so
 * far. Throws ChaosError when the results folder cannot be made.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<RunOutcome> {
  const wallStart = performance.now();
  const started = new Date();
  const recording = Recording.open(plan, options.results, started);
  const signal = options.signal ?? new AbortController().signal;
  const progress = options.onProgress ?? (() => {});
  const world = plan.deploy.definition.createWorld();
  const execution: Execution = { issued: 0, loaded: 0, setup: null, hosts: {}, kept: null, log: () => [] };
  const keep = options.keep ?? false;
  let error: unknown;
  try {
    await world.drive(() => execute({ plan, clock: world.clock, recording, signal, keep, progress, execution }));
  } catch (thrown) {
    error = thrown;
  }
  const duration = world.clock.now() / 1e6;
  try {
    recording.closeHistory();
  } catch (thrown) {
    error ??= thrown;
  }

  const { history, events, planYaml, folder } = recording;
  const evidence = { history, events, log: (node: string) => recording.nodeLog(node) ?? execution.log(node) };
  const onCheck = (checker: string) => progress({ ...IDLE, stage: 'check', checker });
  const assessment =
    error === undefined
      ? await assess(plan, evidence, signal, { onCheck, breakable: options.breakable })
      : unassessed(plan, history);
  const interrupted = error instanceof Interrupted || signal.aborted;
  if (error instanceof Interrupted) error = undefined;
  const result = resultOf({
    plan,
    history,
    ...assessment,
    status: error !== undefined ? 'failed' : interrupted ? 'interrupted' : 'completed',
    error,
    rate: execution.loaded === 0 ? 0 : execution.issued / (execution.loaded / 1000),
    started,
    setup: execution.setup,
    hosts: execution.hosts,
    duration,
    wall: performance.now() - wallStart,
    repeat: options.repeat ?? `npx chaos run ${plan.file ?? 'plan.yaml'} --seed ${plan.seed}`,
  });
  try {
    if (folder !== null) {
      progress({ ...IDLE, stage: 'report' });
      recording.close(result);
      await writeReports(folder, {
        result,
        history,
        events,
        planYaml,
        nodeLogs: evidence.log,
        nodeFiles: (node) => nodeFiles(folder, node),
        explains: planExplanations(plan),
      });
    }
  } catch (thrown) {
    error ??= thrown;
    // The verdict stands, and a bad one is not hidden by a report that could not be written.
    result.error = describeError(thrown, plan.secrets);
    if (result.exitCode === EXIT.ok) result.exitCode = EXIT.internal;
  }
  progress({ ...IDLE, stage: 'done' });
  return { result, history, events, folder, kept: execution.kept, ...(error === undefined ? {} : { error }) };
}

const IDLE = { elapsed: 0, planned: null, ok: 0, fail: 0, info: 0, rate: 0, faults: [] };

function unassessed(plan: Plan, history: History): Awaited<ReturnType<typeof assess>> {
  const coverage = planCoverage(plan, history);
  return { coverage, judgement: judge(new Map(), coverage, plan.expect) };
}

// A stored run, judged again from what is on disk: with better checkers, or after a crash that left no result.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCatalog } from '../catalog/catalog.js';
import { ChaosError } from '../contracts/error.js';
import type { RunResult } from '../contracts/result.js';
import { loadHistory } from '../history/load.js';
import { planToYaml } from '../plan/document.js';
import { loadPlan } from '../plan/load.js';
import { writeReports } from '../report/write.js';
import { readEvents } from '../store/events.js';
import { nodeFiles } from '../store/node-files.js';
import { findRun } from '../store/runs.js';
import { nodeLog, readResult, writeResult } from '../store/store.js';
import { assess, planExplanations } from './assess.js';
import type { CheckHooks } from './judge.js';
import type { RunOutcome } from './run.js';
import { resultOf } from './run-result.js';

/**
 * Judges the run in a results folder again and rewrites its result and reports. `warn` is told what is missing or torn. Throws
 * ChaosError when the folder holds no run, or its history cannot be read; 'interrupted' after an abort, and then leaves what is
 * stored as it is.
 */
export async function recheck(
  path: string,
  signal: AbortSignal,
  warn: (line: string) => void,
  hooks: CheckHooks = {},
): Promise<RunOutcome> {
  const folder = findRun(path);
  const planFile = join(folder, 'plan.yaml');
  if (!existsSync(planFile)) {
    const hint = 'check its history file by itself: chaos check FILE --checker NAME';
    throw new ChaosError('no-plan', `${folder} has no plan.yaml`, { kind: 'usage', hint });
  }
  const [plan] = await loadPlan(planFile, { catalog: defaultCatalog(), variables: unasked(planFile), set: [] });
  if (plan === undefined) throw new ChaosError('no-plan', `${planFile} holds no plan`, { kind: 'usage' });
  const { breakable = (work) => work() } = hooks;
  const { history, warnings } = breakable(() => loadHistory(join(folder, 'history.jsonl')));
  for (const warning of warnings) warn(warning);
  const events = existsSync(join(folder, 'events.jsonl')) ? readEvents(folder) : [];
  const stored = existsSync(join(folder, 'result.json')) ? readResult(folder) : null;
  if (stored === null) warn('there is no result.json: the run did not end; judging the history so far');
  const evidence = { history, events, log: (node: string) => nodeLog(folder, node) };
  const start = performance.now();
  const assessment = await assess(plan, evidence, signal, hooks);
  if (signal.aborted)
    throw new ChaosError('interrupted', `what is stored in ${folder} stays as it is`, { kind: 'usage' });
  const { columns } = history;
  const last = columns.length === 0 ? 0 : columns.time[columns.length - 1]!;
  const result: RunResult = resultOf({
    plan,
    history,
    ...assessment,
    status: 'completed',
    error: undefined,
    rate: stored?.rate.achieved ?? 0,
    started: new Date(stored?.times.started ?? 0),
    setup: stored?.times.setup ?? null,
    hosts: stored?.hosts ?? {},
    duration: stored?.times.duration ?? last / 1e6,
    wall: performance.now() - start,
    repeat: stored?.repeat ?? `npx chaos run ${planFile}`,
  });
  // Where the plan came from is known only to the run itself.
  if (stored !== null) result.plan = stored.plan;
  writeResult(folder, result);
  await writeReports(folder, {
    result,
    history,
    events,
    planYaml: planToYaml(plan),
    nodeLogs: evidence.log,
    nodeFiles: (node) => nodeFiles(folder, node),
    explains: planExplanations(plan),
  });
  return { result, history, events, folder, kept: null };
}

/** To judge a run nobody reaches its hosts: what the stored plan would ask for (where keys are) is not needed. */
function unasked(planFile: string): Record<string, string> {
  const names = readFileSync(planFile, 'utf8').matchAll(/\$\{(CHAOS_\w+)\}/g);
  return Object.fromEntries([...names].map(([, name]) => [name, '/none']));
}

// From a recorded history to a judgement: used at the end of a run and whenever a stored run is checked again.
import type { NodeEvent } from '../contracts/cluster.js';
import type { Explanations } from '../contracts/explanation.js';
import type { History } from '../contracts/history.js';
import type { Coverage } from '../contracts/result.js';
import type { Plan } from '../plan/plan.js';
import { createRandom } from '../time/random.js';
import { coverage } from './coverage.js';
import { type CheckHooks, type Judgement, judge, runChecks } from './judge.js';
import { memoryForChecks } from './memory.js';
import { workers } from './workers.js';

export interface Evidence {
  history: History;
  events: readonly NodeEvent[];
  log: (node: string) => Iterable<string>;
}

/** What the history covers of what the plan asked for. */
export function planCoverage(plan: Plan, history: History): Coverage {
  const nemeses = [...new Set([...plan.nemeses, ...plan.injections].map((nemesis) => nemesis.name))];
  return coverage(history, nemeses, plan.workload.definition.reads, plan.evidence);
}

/** What the plan's checkers say of their anomalies; users' definitions may hold anything. */
export function planExplanations({ checks }: Plan): Explanations {
  const all = checks.flatMap(({ definition: { explains = {} } }) => Object.entries(explains));
  return Object.fromEntries(all.filter(([, explanation]) => typeof explanation?.meaning === 'string'));
}

/** Runs the plan's checks. After an abort the checkers say `unknown` with how far they came. */
export async function assess(
  plan: Plan,
  evidence: Evidence,
  signal: AbortSignal,
  hooks: CheckHooks = {},
): Promise<{ coverage: Coverage; judgement: Judgement }> {
  const covered = planCoverage(plan, evidence.history);
  const start = performance.now();
  const context = {
    nodes: plan.nodes,
    reads: plan.workload.definition.reads,
    events: evidence.events,
    log: evidence.log,
    cancelled: () => signal.aborted,
    workers: workers(signal),
    elapsed: () => performance.now() - start,
    memory: memoryForChecks(),
  };
  const random = createRandom(plan.seed, 'check');
  const verdicts = await runChecks(evidence.history, plan.checks, context, random, hooks);
  return { coverage: covered, judgement: judge(verdicts, covered, plan.expect) };
}

// Puts together `result.json` from a plan, its assessment and what the run measured.
import { ChaosError } from '../contracts/error.js';
import type { History } from '../contracts/history.js';
import { EXIT, type RunResult } from '../contracts/result.js';
import type { Plan } from '../plan/plan.js';
import { hidden } from '../plan/secrets.js';
import type { assess } from './assess.js';
import { figuresOf } from './figures.js';
import type { Judgement } from './judge.js';
import { VERSION } from './version.js';

export interface RunFacts extends Awaited<ReturnType<typeof assess>> {
  plan: Plan;
  history: History;
  status: RunResult['status'];
  error: unknown;
  /** Operations per second achieved during the load. */
  rate: number;
  started: Date;
  /** Milliseconds on the run's clock until the load began; null: it never did. */
  setup: number | null;
  hosts: NonNullable<RunResult['hosts']>;
  /** Milliseconds, on the run's clock and on the wall. */
  duration: number;
  wall: number;
  repeat: string;
}

export function resultOf(facts: RunFacts): RunResult {
  const { plan, status, error } = facts;
  return {
    format: 1,
    version: VERSION,
    status,
    ...overruled(facts.judgement, status, error, plan.secrets),
    expect: plan.expect,
    plan: { name: plan.name, id: plan.id, file: plan.file, cell: plan.cell },
    system: { name: plan.system.name, ...programOf(plan), options: plan.system.options },
    workload: { name: plan.workload.name, options: plan.workload.options },
    deployment: plan.deploy.name,
    nodes: [...plan.nodes, ...plan.spares],
    ...(Object.keys(facts.hosts).length === 0 ? {} : { hosts: facts.hosts }),
    clients: plan.workload.clients,
    seed: plan.seed,
    rate: { asked: plan.workload.rate, achieved: facts.rate },
    coverage: facts.coverage,
    figures: figuresOf(facts.history),
    times: { started: facts.started.toISOString(), duration: facts.duration, wall: facts.wall, ...setupOf(facts) },
    repeat: facts.repeat,
    ...(error === undefined ? {} : { error: describeError(error, plan.secrets) }),
  };
}

/** What options name as the program under test. */
function programOf({ system, secrets }: Plan): { program?: string } {
  const title = system.definition.title?.(system.options) ?? '';
  return title === '' ? {} : { program: hidden(title, secrets) };
}

function setupOf({ setup }: RunFacts): { setup?: number } {
  return setup === null ? {} : { setup };
}

/** A run that did not complete has no verdict, whatever its history would say. */
function overruled(
  judgement: Judgement,
  status: RunResult['status'],
  error: unknown,
  secrets: readonly string[],
): Judgement {
  if (status === 'completed') return judgement;
  const verdict =
    status === 'interrupted'
      ? 'Unknown: the run was interrupted; its history is kept.'
      : `Unknown: the run failed: ${describeError(error, secrets).message}`;
  const usage = error instanceof ChaosError && error.kind === 'usage';
  const exitCode = status === 'interrupted' ? EXIT.interrupted : usage ? EXIT.usage : EXIT.internal;
  return { ...judgement, valid: 'unknown', verdict, expectationMet: false, exitCode };
}

export function describeError(error: unknown, secrets: readonly string[]): NonNullable<RunResult['error']> {
  const shown = (text: string) => hidden(text, secrets);
  if (error instanceof ChaosError) {
    const { code, message, hint } = error;
    return { code, message: shown(message), ...(hint === undefined ? {} : { hint: shown(hint) }) };
  }
  return { code: 'internal', message: shown(error instanceof Error ? (error.stack ?? error.message) : String(error)) };
}

// Some seeds of one plan, run in memory.
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { withSeed } from '../framework/hunt/seeds.js';
import { loadPlan } from '../framework/plan/load.js';
import type { Plan } from '../framework/plan/plan.js';
import { runPlan } from '../framework/run/run.js';
import type { Claim } from './claims.js';

export interface Piece {
  /** Its place in the list of claims. */
  claim: number;
  file: string;
  set: readonly string[];
  /** Seeds `from` to `to`. */
  from: number;
  to: number;
}

export interface Outcome {
  seed: number;
  /** It came out as the plan expects. */
  met: boolean;
  verdict: string;
  /** Names of the anomalies, each once. */
  anomalies: string[];
  /** A check came to no verdict, or the run itself failed. */
  unclear: boolean;
}

export interface Done {
  piece: Piece;
  outcomes: Outcome[];
  /** Seconds of simulated time, and of this process's own. */
  simulated: number;
  spent: number;
}

/** The cells of a plan with a matrix are runs of their own; each seed runs all of them. */
export function loadCells({ file, set }: Pick<Claim, 'file' | 'set'>): Promise<Plan[]> {
  return loadPlan(file, { catalog: defaultCatalog(), variables: {}, set: [...set] });
}

export async function work(piece: Piece): Promise<Done> {
  const plans = await loadCells(piece);
  const done: Done = { piece, outcomes: [], simulated: 0, spent: 0 };
  const before = process.cpuUsage();
  for (let seed = piece.from; seed <= piece.to; seed++) {
    for (const plan of plans) {
      done.outcomes.push(await once(plan, seed));
      done.simulated += (plan.timing.load + plan.timing.recover) / 1000;
    }
  }
  const { user, system } = process.cpuUsage(before);
  done.spent = (user + system) / 1e6;
  return done;
}

async function once(plan: Plan, seed: number): Promise<Outcome> {
  const { result } = await runPlan(withSeed(plan, seed), { results: null });
  const unclear = result.status === 'failed' || Object.values(result.checks).some(({ valid }) => valid === 'unknown');
  const anomalies = [...new Set(result.anomalies.map(({ name }) => name))];
  return { seed, met: result.expectationMet, verdict: result.verdict, anomalies, unclear };
}

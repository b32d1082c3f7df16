// Many seeds of one plan: what was found, with which seeds, and the folder of one that shows it.
import { EXIT } from '../contracts/result.js';
import type { Plan } from '../plan/plan.js';
import { mergeExitCodes } from '../run/exit-codes.js';
import type { Breakable } from '../run/judge.js';
import { runPlan } from '../run/run.js';

export interface SeedOptions {
  first: number;
  last: number;
  results: string;
  signal: AbortSignal;
  repeat: (plan: Plan) => string;
  /** See `RunOptions`. */
  breakable?: Breakable;
  /** Called after each seed with the number done. */
  onSeed?: (done: number) => void;
}

export interface SeedReport {
  plan: string;
  seeds: number;
  /** Runs that came out as the plan expects. */
  met: number;
  valid: number;
  invalid: number;
  unknown: number;
  failed: number;
  anomalies: { name: string; seeds: number[] }[];
  /** The distinct reasons of unknown and failed runs, a few. */
  reasons: string[];
  perSecond: number;
  /** The run that was kept: the first that shows what matters. */
  kept: { seed: number; folder: string } | null;
  exitCode: number;
}

const REASONS = 5;

export function withSeed(plan: Plan, seed: number): Plan {
  return { ...plan, seed, document: { ...plan.document, seed } };
}

/**
 * Runs every seed. Simulated runs keep nothing on disk but the first one that matters (an anomaly, or a run that did not come
 * out as expected), which is run again for its report: the same seed gives the same run.
 */
export async function exploreSeeds(plan: Plan, options: SeedOptions): Promise<SeedReport> {
  const simulated = plan.deploy.definition.world === 'simulation';
  const started = performance.now();
  const anomalies = new Map<string, number[]>();
  const reasons = new Set<string>();
  const report = { seeds: 0, met: 0, valid: 0, invalid: 0, unknown: 0, failed: 0 };
  const codes: number[] = [];
  let kept: SeedReport['kept'] = null;
  let showing: number | null = null;
  for (let seed = options.first; seed <= options.last && !options.signal.aborted; seed++) {
    const seeded = withSeed(plan, seed);
    const results = simulated ? null : options.results;
    const { result, folder } = await runPlan(seeded, {
      results,
      signal: options.signal,
      repeat: options.repeat(seeded),
      ...(options.breakable === undefined ? {} : { breakable: options.breakable }),
    });
    if (result.status === 'interrupted') break;
    report.seeds++;
    if (result.expectationMet) report.met++;
    if (result.status === 'failed') report.failed++;
    else if (result.valid === true) report.valid++;
    else if (result.valid === false) report.invalid++;
    else report.unknown++;
    if (result.valid === 'unknown' && reasons.size < REASONS) reasons.add(`seed ${seed}: ${result.verdict}`);
    for (const name of new Set(result.anomalies.map((anomaly) => anomaly.name))) {
      const seeds = anomalies.get(name);
      if (seeds === undefined) anomalies.set(name, [seed]);
      else seeds.push(seed);
    }
    codes.push(result.exitCode);
    const matters = result.anomalies.length > 0 || result.status === 'failed';
    if (showing === null && matters) {
      showing = seed;
      if (folder !== null) kept = { seed, folder };
    }
    options.onSeed?.(report.seeds);
  }
  const elapsed = (performance.now() - started) / 1000;
  if (showing !== null && kept === null && !options.signal.aborted) {
    const seeded = withSeed(plan, showing);
    const again = await runPlan(seeded, { results: options.results, repeat: options.repeat(seeded) });
    if (again.folder !== null) kept = { seed: showing, folder: again.folder };
  }
  return {
    plan: plan.id,
    ...report,
    anomalies: [...anomalies].map(([name, seeds]) => ({ name, seeds })),
    reasons: [...reasons],
    perSecond: report.seeds / elapsed,
    kept,
    exitCode: exitCode(plan, codes),
  };
}

/** A plan that expects anomalies is satisfied when a seed shows them; one that expects `valid` when every seed is. */
function exitCode(plan: Plan, codes: readonly number[]): number {
  if (plan.expect !== 'valid' && codes.includes(EXIT.ok))
    return mergeExitCodes(codes.filter((code) => code > EXIT.unknown));
  return mergeExitCodes(codes);
}

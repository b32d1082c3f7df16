// What many seeds of one claim came to, and whether that is what it has to be.
import { type Claim, COMMON, type Kind, RARE } from './claims.js';
import type { Done, Outcome } from './work.js';

export interface Tally {
  claim: Claim;
  /** Why less than the common percentage is enough. */
  rare: string | undefined;
  outcomes: Outcome[];
  simulated: number;
  spent: number;
}

export interface Row {
  kind: Kind;
  title: string;
  seeds: number;
  /** Seeds in which the claim's anomaly was found; of valid plans and plans without their bug, in which any was. */
  found: number;
  /** Seeds that have to be tried, in the median, until one finds it; null: none does, or nothing is to be found. */
  median: number | null;
  unclear: number;
  /** Times faster than real time, on one core. */
  speed: number;
  ok: boolean;
  /** What is wrong, or worth knowing. */
  note: string;
}

export function add(tally: Tally, { outcomes, simulated, spent }: Done): void {
  tally.outcomes.push(...outcomes);
  tally.simulated += simulated;
  tally.spent += spent;
}

const FOUND: Readonly<Record<Kind, (outcome: Outcome) => boolean>> = {
  valid: ({ anomalies }) => anomalies.length > 0,
  without: ({ anomalies }) => anomalies.length > 0,
  bug: ({ met }) => met,
  truth: ({ met }) => met,
};

export function rowOf(tally: Tally): Row {
  const { claim, rare } = tally;
  const outcomes = [...tally.outcomes].sort((a, b) => a.seed - b.seed);
  const found = outcomes.filter(FOUND[claim.kind]);
  const wanted = claim.kind === 'bug' || claim.kind === 'truth';
  const seeds = outcomes.length;
  const percentage = seeds === 0 ? 0 : (100 * found.length) / seeds;
  const least = rare === undefined ? COMMON : RARE;
  const unmet = claim.kind === 'valid' ? outcomes.filter(({ met }) => !met) : claim.kind === 'without' ? found : [];
  const ok = seeds > 0 && (wanted ? percentage >= least : unmet.length === 0);
  return {
    kind: claim.kind,
    title: claim.title,
    seeds,
    found: found.length,
    median: wanted ? medianTries(outcomes.map(FOUND[claim.kind])) : null,
    unclear: outcomes.filter(({ unclear }) => unclear).length,
    speed: tally.spent === 0 ? 0 : tally.simulated / tally.spent,
    ok,
    note: noteOf(unmet, ok, wanted, least, rare),
  };
}

function noteOf(
  unmet: readonly Outcome[],
  ok: boolean,
  wanted: boolean,
  least: number,
  rare: string | undefined,
): string {
  const [first] = unmet;
  if (first !== undefined) return `seed ${first.seed}: ${first.verdict}`;
  if (wanted && !ok) return `in less than ${least} % of the seeds`;
  return rare === undefined ? '' : `rare: ${rare}`;
}

/** From each seed on, how many have to be tried until one finds it (after the last comes the first again); the median of these. */
export function medianTries(found: readonly boolean[]): number | null {
  const count = found.length;
  if (!found.includes(true)) return null;
  const tries: number[] = new Array<number>(count);
  let next = 0;
  for (let i = 2 * count - 1; i >= 0; i--) {
    next = found[i % count] === true ? 1 : next + 1;
    if (i < count) tries[i] = next;
  }
  tries.sort((a, b) => a - b);
  return tries[(count - 1) >> 1]!;
}

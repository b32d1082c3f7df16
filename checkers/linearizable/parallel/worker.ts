// Runs in a thread: keeps searches between rounds, and carries out its share of each round.
import type { WorkerContext } from '../../../framework/contracts/workers.js';
import { modelNamed } from '../models/table.js';
import { problemOf } from '../search/problem.js';
import { carryOut, LEAST_SHARE, type Limits, type Report, type Round } from '../search/rounds.js';
import { Search } from '../search/search.js';
import { type Job, machineOf } from './job.js';

export interface RoundCall {
  round: Round;
  limits: Limits;
  /** Milliseconds of this thread's clock that the round may take; null: no limit. */
  time: number | null;
}

const searches = new Map<number, Search>();

/** Brings the searches to where they are in the thread that hands them over: the same steps with the same limits. */
export function begin(job: Job, { cancelled }: WorkerContext): void {
  const model = modelNamed(job.model);
  if (model === undefined) throw new RangeError(`there is no model ${job.model}`);
  const machine = machineOf(job, model);
  for (const [i, number] of job.numbers.entries()) {
    const search = new Search(machine, problemOf(job.operations[i]!, machine.actions), LEAST_SHARE);
    for (const { limit, share } of job.past) {
      search.grant(share);
      search.run(limit, cancelled);
    }
    searches.set(number, search);
  }
}

export function carryOn({ round, limits, time }: RoundCall, { cancelled, elapsed }: WorkerContext): Report[] {
  const end = time === null ? Number.POSITIVE_INFINITY : elapsed() + time;
  return carryOut(
    round,
    (number) => searches.get(number)!,
    limits,
    () => cancelled() || elapsed() > end,
  );
}

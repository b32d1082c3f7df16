// The engines with the searches spread over threads. Rounds are the same as in one thread, and each search lives in one thread
// from its begin to its end, so the answer does not depend on how many there are.
import type { Milliseconds } from '../../../framework/contracts/time.js';
import type { Worker, Workers } from '../../../framework/contracts/workers.js';
import {
  type Assessment,
  begin,
  conclude,
  type EngineOptions,
  limitsOf,
  progress,
  searchesOf,
  type Task,
} from '../engines.js';
import { modelNamed } from '../models/table.js';
import type { Machine } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import { type Limits, type Report, type Round, Rounds, runRound } from '../search/rounds.js';
import { jobOf } from './job.js';
import type { RoundCall } from './worker.js';

/** A round of so many configurations for each search is worth the time that threads take to start and to catch up. */
const HARD = 200_000;
/** As many distinct actions take longer to copy than they save. */
const MOST_ACTIONS = 200_000;

const MODULE = new URL('./worker.js', import.meta.url).href;

interface Thread {
  worker: Worker;
  /** Numbers of its tasks. */
  numbers: number[];
}

/** As `assess`, and the same answers: the rounds begin here, and threads take over those searches that turn out to be hard. */
export async function assessWith(
  workers: Workers,
  machine: Machine,
  partitions: readonly Partition[],
  options: EngineOptions,
  timeLeft: () => Milliseconds | null,
): Promise<Assessment[]> {
  const { assessments, tasks } = begin(machine, partitions, options);
  const limits = limitsOf(tasks, options);
  const rounds = new Rounds(tasks.length, limits);
  const searches = searchesOf(machine, tasks);
  options.watch?.(() => progress(assessments, tasks, searches, rounds));
  const past: Round[] = [];
  let threads: Thread[] | null = null;
  try {
    for (let round = rounds.next(); round !== null; round = rounds.next()) {
      if (threads === null && round.limit > HARD && canShare(machine, round)) {
        threads = start(workers, round);
        // Without threads there is no await, so that whoever guards synchronous work goes on doing so.
        if (threads.length > 0) {
          for (const number of round.searches) searches[number]!.release();
          await handOver(threads, machine, tasks, past);
        }
      }
      if (threads === null || threads.length === 0) runRound(rounds, round, searches, options.stop);
      else rounds.take(round, await runThere(threads, round, limits, timeLeft()), options.stop());
      past.push(round);
    }
    conclude(assessments, tasks, rounds.found);
    return assessments;
  } finally {
    for (const { worker } of threads ?? []) worker.end();
  }
}

/** Models of users are functions, which do not pass from thread to thread. */
function canShare({ actions }: Machine, { searches }: Round): boolean {
  return searches.length > 1 && actions.count <= MOST_ACTIONS && modelNamed(actions.model.name) === actions.model;
}

/** Threads with the searches of a round dealt out evenly; none where threads cannot be had. */
function start(workers: Workers, { searches }: Round): Thread[] {
  const threads: Thread[] = [];
  for (let i = 0; i < Math.min(workers.count, searches.length); i++) {
    const worker = workers.start(MODULE);
    if (worker !== null) threads.push({ worker, numbers: [] });
  }
  if (threads.length < 2) {
    for (const { worker } of threads) worker.end();
    return [];
  }
  for (const [i, number] of searches.entries()) threads[i % threads.length]!.numbers.push(number);
  return threads;
}

/** Brings the threads as far as the rounds have come. */
async function handOver(
  threads: readonly Thread[],
  machine: Machine,
  tasks: readonly Task[],
  past: readonly Round[],
): Promise<void> {
  const operationsOf = (number: number) => tasks[number]!.part.operations;
  await Promise.all(
    threads.map(({ worker, numbers }) => worker.call('begin', jobOf(machine, numbers, operationsOf, past))),
  );
}

/** The searches of a round, each in its thread; answers come in their order. */
async function runThere(
  threads: readonly Thread[],
  round: Round,
  limits: Limits,
  time: Milliseconds | null,
): Promise<Report[]> {
  const reports = new Map<number, Report>();
  const calls = threads.map(async ({ worker, numbers }) => {
    const searches = round.searches.filter((number) => numbers.includes(number));
    if (searches.length === 0) return;
    const call: RoundCall = { round: { ...round, searches }, limits, time };
    const answers = (await worker.call('carryOn', call)) as Report[];
    for (const [i, number] of searches.entries()) reports.set(number, answers[i]!);
  });
  await Promise.all(calls);
  return round.searches.map((number) => reports.get(number)!);
}

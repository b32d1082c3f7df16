// The engines with the searches spread over threads. Rounds are the same as in one thread, and each search lives in one thread
// from its begin to its end, so the answer does not depend on how many there are.
import type { Milliseconds } from '../../../framework/contracts/time.js';
import type { Worker, Workers } from '../../../framework/contracts/workers.js';
import { type Assessment, begin, conclude, type EngineOptions, limitsOf, searchAll, type Task } from '../engines.js';
import { modelNamed } from '../models/table.js';
import type { Machine } from '../prepare/machine.js';
import type { Partition } from '../prepare/partition.js';
import { type Ended, type Found, type Limits, type Report, type Round, Rounds } from '../search/rounds.js';
import { jobOf } from './job.js';
import type { RoundCall } from './worker.js';

/** Fewer operations are searched sooner than threads start. */
const WORTHWHILE = 150_000;
/** As many distinct actions take longer to copy than they save. */
const MOST_ACTIONS = 200_000;

const MODULE = new URL('./worker.js', import.meta.url).href;

interface Thread {
  worker: Worker;
  /** Numbers of its tasks. */
  numbers: number[];
}

/** As `assess`, and the same answers. */
export async function assessWith(
  workers: Workers,
  machine: Machine,
  partitions: readonly Partition[],
  options: EngineOptions,
  timeLeft: () => Milliseconds | null,
): Promise<Assessment[]> {
  const { assessments, tasks } = begin(machine, partitions, options);
  const threads = pays(machine, tasks) ? start(workers, tasks) : [];
  try {
    const found =
      threads.length === 0
        ? searchAll(machine, tasks, options)
        : await searchThere(threads, machine, tasks, options, timeLeft);
    conclude(assessments, tasks, found);
    return assessments;
  } finally {
    for (const { worker } of threads) worker.end();
  }
}

/** Models of users are functions, which do not pass from thread to thread. */
function pays({ actions }: Machine, tasks: readonly Task[]): boolean {
  if (tasks.length < 2 || actions.count > MOST_ACTIONS || modelNamed(actions.model.name) !== actions.model)
    return false;
  return tasks.reduce((sum, { part }) => sum + part.operations.count, 0) >= WORTHWHILE;
}

/** Threads with their tasks, dealt out so that all have about as many operations; none where threads cannot be had. */
function start(workers: Workers, tasks: readonly Task[]): Thread[] {
  const threads: (Thread & { operations: number })[] = [];
  for (let i = 0; i < Math.min(workers.count, tasks.length); i++) {
    const worker = workers.start(MODULE);
    if (worker !== null) threads.push({ worker, numbers: [], operations: 0 });
  }
  if (threads.length < 2) {
    for (const { worker } of threads) worker.end();
    return [];
  }
  for (const [number, { part }] of tasks.entries()) {
    const least = threads.reduce((a, b) => (b.operations < a.operations ? b : a));
    least.numbers.push(number);
    least.operations += part.operations.count;
  }
  return threads;
}

async function searchThere(
  threads: readonly Thread[],
  machine: Machine,
  tasks: readonly Task[],
  options: EngineOptions,
  timeLeft: () => Milliseconds | null,
): Promise<Found[]> {
  const limits = limitsOf(tasks, options);
  const operationsOf = (number: number) => tasks[number]!.part.operations;
  await Promise.all(threads.map(({ worker, numbers }) => worker.call('begin', jobOf(machine, numbers, operationsOf))));
  const threadOf = new Map(threads.flatMap((thread) => thread.numbers.map((number) => [number, thread] as const)));
  const rounds = new Rounds(tasks.length, limits);
  for (let round = rounds.next(); round !== null; round = rounds.next()) {
    const reports = await carryOutThere(round, threadOf, threads, limits, timeLeft());
    const ended: Ended | undefined = options.stop();
    rounds.take(
      round,
      round.searches.map((number) => reports.get(number)!),
      ended,
    );
  }
  return rounds.found;
}

async function carryOutThere(
  round: Round,
  threadOf: ReadonlyMap<number, Thread>,
  threads: readonly Thread[],
  limits: Limits,
  time: Milliseconds | null,
): Promise<Map<number, Report>> {
  const answers = threads.map(async (thread): Promise<[number, Report][]> => {
    const searches = round.searches.filter((number) => threadOf.get(number) === thread);
    if (searches.length === 0) return [];
    const call: RoundCall = { round: { ...round, searches }, limits, time };
    const reports = (await thread.worker.call('carryOn', call)) as Report[];
    return searches.map((number, i) => [number, reports[i]!]);
  });
  return new Map((await Promise.all(answers)).flat());
}

// chaos run: plans to verdicts.
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import type { Plan } from '../plan/plan.js';
import type { RunOutcome } from '../run/run.js';
import { withoutExhibits } from '../store/exhibit-file.js';
import { type Command, type OptionBag, textOption } from './command.js';
import { elsewhere } from './elsewhere.js';
import type { Io } from './io.js';

export const run: Command = {
  usage: 'run <plans...>',
  summary: 'run plans (files or folders) and judge what happened',
  options: [
    { flags: '--seed <n>', description: 'the seed of every random choice, instead of the plan’s' },
    { flags: '--seeds <a..b>', description: 'run each plan with each of these seeds, end with a table' },
    { flags: '--set <path=value>', description: 'override a value of the plan, such as timing.load=60s', repeat: true },
    { flags: '--cell <id>', description: 'only these cells of the matrix, such as reads=lease' },
    { flags: '--results <folder>', description: 'where results go', default: 'results' },
    { flags: '--keep', description: 'leave the nodes running until Ctrl-C, and say how to reach them' },
    { flags: '-q, --quiet', description: 'no progress: the summary only' },
    { flags: '--json', description: 'print one result a line as JSON instead of a summary' },
  ],
  ending: 'healing, collecting',
  help: `Examples:
  npx chaos run plans/quickstart.yaml
  npx chaos run plans/quickstart.yaml --set deploy=sim --seed 7
  npx chaos run plans/raft/bugs --seeds 1..200
  npx chaos run plans/quickstart.yaml --set timing.load=2m --set workload.rate=500/s

Exit codes: 0 as expected, 1 an anomaly (or an expected one not found), 2 unknown, 130 interrupted,
254 bad arguments or plan, 255 internal error. With several runs: the worst, invalid over unknown over valid.`,
  action: async (args, options, io) => {
    const { selectPlans } = await import('./select-plans.js');
    const selection = await selectPlans(args[0] as string[], options, io);
    if (selection === null) return EXIT.usage;
    const { plans, repeat } = selection;
    refuseContradictions(plans, options);
    const code = await elsewhere(plans);
    if (code !== null) return code;
    if (options['seeds'] !== undefined) {
      const { runSeeds } = await import('./run-seeds.js');
      return runSeeds(selection, options, io);
    }
    const { mergeExitCodes } = await import('../run/exit-codes.js');
    const codes: number[] = [];
    for (const plan of plans) {
      if (io.signal.aborted) return EXIT.interrupted;
      if (plans.length > 1 && options['json'] !== true) io.out(`${codes.length > 0 ? '\n' : ''}${titleOf(plan)}\n`);
      codes.push(await runOne(plan, repeat(plan), options, io));
    }
    if (plans.length > 1 && options['json'] !== true) io.out(`\n${tally(plans, codes)}\n`);
    return codes.includes(EXIT.interrupted) ? EXIT.interrupted : mergeExitCodes(codes);
  },
};

/** `12 runs: 11 as expected, 1 not: quickstart (exit 1)` */
function tally(plans: readonly Plan[], codes: readonly number[]): string {
  const others = plans.flatMap(({ id }, index) => (codes[index] === EXIT.ok ? [] : [`${id} (exit ${codes[index]})`]));
  if (others.length === 0) return `${plans.length} runs: all as expected`;
  return `${plans.length} runs: ${plans.length - others.length} as expected, ${others.length} not: ${others.join(', ')}`;
}

function refuseContradictions(plans: readonly Plan[], options: OptionBag): void {
  const refuse = (message: string, hint: string) => {
    throw new ChaosError('contradicting-options', message, { kind: 'usage', hint });
  };
  const { keep, seed, seeds } = options;
  if (seeds !== undefined && seed !== undefined)
    refuse('--seed and --seeds exclude each other', 'leave one of them out');
  if (keep !== true) return;
  if (seeds !== undefined) refuse('--keep holds the nodes of one run', 'leave --seeds out');
  const simulated = plans.find((plan) => plan.deploy.definition.world === 'simulation');
  if (simulated !== undefined) {
    refuse(`--keep: the nodes of ${simulated.id} are simulated, and end with the run`, 'add --set deploy=local');
  }
}

function titleOf({ name, cell }: Plan): string {
  return cell === null ? name : `${name} [${cell}]`;
}

async function runOne(plan: Plan, repeat: string, options: OptionBag, io: Io): Promise<number> {
  const [{ runPlan }, { ProgressPrinter }, { printSummary }] = await Promise.all([
    import('../run/run.js'),
    import('./progress.js'),
    import('./summary.js'),
  ]);
  const printer = options['quiet'] === true || options['json'] === true ? null : new ProgressPrinter(io);
  let outcome: RunOutcome;
  try {
    outcome = await runPlan(plan, {
      results: textOption(options, 'results') ?? 'results',
      signal: io.signal,
      keep: options['keep'] === true,
      repeat,
      breakable: io.breakable,
      ...(printer === null ? {} : { onProgress: (progress) => printer.show(progress) }),
    });
  } finally {
    printer?.end();
  }
  if (options['json'] === true)
    io.out(`${JSON.stringify({ folder: outcome.folder, ...withoutExhibits(outcome.result) })}\n`);
  else await printSummary(outcome, io);
  if (outcome.kept !== null) {
    const { holdCluster } = await import('./keep.js');
    await holdCluster(outcome.kept, io);
  }
  return outcome.result.exitCode;
}

// chaos check: judges a stored run again, or any history file.
import { statSync } from 'node:fs';
import { ChaosError, messageOf } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { withoutExhibits } from '../store/exhibit-file.js';
import type { FileJudge } from './check-file.js';
import { type Command, type OptionBag, textOption } from './command.js';
import { printError } from './errors.js';
import type { Io } from './io.js';
import { StatusLine } from './progress.js';

export const check: Command = {
  usage: 'check <paths...>',
  summary: 'judge stored runs (results folders) or history files again',
  options: [
    { flags: '--checker <name>', description: 'for a file: the checker, by name or path', default: 'linearizable' },
    { flags: '--model <name>', description: 'for a file: the model, such as register, or ./my-model.ts' },
    { flags: '--initial <value>', description: 'for a file: the initial value, as JSON' },
    { flags: '--nil-matches-any', description: 'for a file: a read that returned null says nothing' },
    { flags: '--budget <n>', description: 'for a file: configurations to explore for each key before giving up' },
    { flags: '--max-time <duration>', description: 'for a file: give up after this time, such as 30s' },
    { flags: '--memory <size>', description: 'for a file: memory for the tables of the search, such as 1GiB' },
    { flags: '--with <name=value>', description: 'for a file: any option of the checker', repeat: true },
    {
      flags: '--keyed <choice>',
      description: 'for Jepsen’s files: are values [key value] pairs? auto, yes or no',
      default: 'auto',
    },
    { flags: '--proof <file>', description: 'for a valid file: write an order that proves it, as lines of JSON' },
    { flags: '--json', description: 'one line of JSON per path, in the order given' },
  ],
  help: `Examples:
  npx chaos check results/latest
  npx chaos check history.jsonl --model cas-register --json
  npx chaos check jepsen/history.edn --model register --initial 0
  npx chaos check queue.edn --model ./my-queue.ts --max-time 30s --memory 1GiB

Exit codes: 0 valid, 1 invalid, 2 unknown, 130 interrupted, 254 a file or an option that makes no sense, 255 internal
error. With several paths: the worst.`,
  action: async (args, options, io) => {
    const paths = args[0] as string[];
    const folders = paths.filter(isFolder);
    if (textOption(options, 'proof') !== undefined && (paths.length > 1 || folders.length > 0)) {
      const hint = 'check one history file at a time';
      throw new ChaosError('bad-proof', '--proof writes the proof of one file', { kind: 'usage', hint });
    }
    const judge = folders.length === paths.length ? null : await fileJudge(options, io);
    const { mergeExitCodes } = await import('../run/exit-codes.js');
    const codes: number[] = [];
    for (const path of paths) codes.push(await checkOne(path, judge, options, io));
    return mergeExitCodes(codes);
  },
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Everything about the checker is settled, or refused, before the first file is read. */
async function fileJudge(options: OptionBag, io: Io): Promise<FileJudge> {
  const { prepareJudge } = await import('./check-file.js');
  return prepareJudge(options, io);
}

/** A path that cannot be judged is told, and the others still are. */
async function checkOne(path: string, judge: FileJudge | null, options: OptionBag, io: Io): Promise<number> {
  const asJson = options['json'] === true;
  try {
    if (io.signal.aborted) throw new ChaosError('interrupted', `${path} was not looked at`, { kind: 'usage' });
    return judge === null || isFolder(path) ? await checkRun(path, asJson, io) : await judge.judge(path);
  } catch (error) {
    if (asJson) io.out(`${JSON.stringify(errorLine(path, error))}\n`);

    return printError(error, io);
  }
}

function errorLine(path: string, error: unknown) {
  const { code, location } = error instanceof ChaosError ? error : { code: 'internal-error', location: undefined };
  return {
    file: path,
    valid: 'unknown',
    error: { code, message: messageOf(error), file: location?.file ?? path, line: location?.line ?? null },
  };
}

async function checkRun(folder: string, asJson: boolean, io: Io): Promise<number> {
  const [{ recheck }, { printSummary }] = await Promise.all([import('../run/recheck.js'), import('./summary.js')]);
  const line = io.interactive && !asJson ? new StatusLine(io) : null;
  const outcome = await recheck(folder, io.signal, (warning) => io.err(`${warning}\n`), {
    breakable: io.breakable,
    onCheck: (checker) => line?.draw(`check ${checker}`),
  }).finally(() => line?.end());
  if (asJson)
    io.out(`${JSON.stringify({ file: folder, folder: outcome.folder, ...withoutExhibits(outcome.result) })}\n`);
  else await printSummary(outcome, io);
  return io.signal.aborted ? EXIT.interrupted : outcome.result.exitCode;
}

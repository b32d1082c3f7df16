// chaos check: judges a stored run again, or any history file.
import { statSync } from 'node:fs';
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { type Command, listOption, type OptionBag, textOption } from './command.js';
import { type Io, paint, paintError } from './io.js';
import { StatusLine } from './progress.js';

export const check: Command = {
  usage: 'check <paths...>',
  summary: 'judge stored runs (results folders) or history files again',
  options: [
    { flags: '--checker <name>', description: 'for a file: the checker, by name or path', default: 'linearizable' },
    { flags: '--model <name>', description: 'for a file: the model, such as register or cas-register' },
    { flags: '--initial <value>', description: 'for a file: the initial value, as JSON' },
    { flags: '--with <name=value>', description: 'for a file: an option of the checker', repeat: true },
    {
      flags: '--keyed <choice>',
      description: 'for Jepsen EDN: are values [key value] pairs? auto, yes or no',
      default: 'auto',
    },
    { flags: '--json', description: 'one line of JSON per path' },
  ],
  help: `Examples:
  chaos check results/latest
  chaos check history.jsonl --model cas-register --json
  chaos check jepsen/history.edn --model register --initial 0`,
  action: async (args, options, io) => {
    const { mergeExitCodes } = await import('../run/exit-codes.js');
    const codes: number[] = [];
    for (const path of args[0] as string[]) {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined) {
        const hint = 'name a results folder (results/latest) or a history file';
        throw new ChaosError('not-found', `there is nothing at ${path}`, { kind: 'usage', hint });
      }
      codes.push(stat.isDirectory() ? await checkRun(path, options, io) : await checkFile(path, options, io));
    }
    return mergeExitCodes(codes);
  },
};

async function checkRun(folder: string, options: OptionBag, io: Io): Promise<number> {
  const [{ recheck }, { printSummary }] = await Promise.all([import('../run/recheck.js'), import('./summary.js')]);
  const line = io.interactive && options['json'] !== true ? new StatusLine(io) : null;
  const outcome = await recheck(folder, io.signal, (warning) => io.err(`${warning}\n`), {
    breakable: io.breakable,
    onCheck: (checker) => line?.draw(`check ${checker}`),
  }).finally(() => line?.end());
  if (options['json'] === true) io.out(`${JSON.stringify({ folder: outcome.folder, ...outcome.result })}\n`);
  else await printSummary(outcome, io);
  return outcome.result.exitCode;
}

async function checkFile(file: string, options: OptionBag, io: Io): Promise<number> {
  const [{ importHistory }, { defaultCatalog }, { resolveOptions }] = await Promise.all([
    import('../history/import.js'),
    import('../catalog/catalog.js'),
    import('../plan/values.js'),
  ]);
  const name = textOption(options, 'checker') ?? 'linearizable';
  const catalog = defaultCatalog();
  const definition = /^\.{0,2}\//.test(name)
    ? await catalog.loadPath('checker', name, io.cwd)
    : await catalog.load('checker', name);
  if (definition === undefined) {
    const hint = `there are: ${(await catalog.names('checker')).join(', ')}`;
    throw new ChaosError('unknown-checker', `there is no checker '${name}'`, { kind: 'usage', hint });
  }
  const start = performance.now();
  const { history, warnings, keyed } = io.breakable(() => importHistory(file, { keyed: keyedChoice(options) }));
  const parsed = performance.now();
  for (const warning of warnings) io.err(`${paintError(io, 'yellow', 'warning')} ${file}: ${warning}\n`);
  const random = (await import('../time/random.js')).createRandom(1, 'check');
  const context = {
    options: resolveOptions(definition.options ?? {}, given(options), `checker ${name}`),
    nodes: history.nodes,
    reads: ['read'],
    events: [],
    log: () => [],
    random,
    cancelled: () => io.signal.aborted,
    elapsed: () => performance.now() - parsed,
  };
  const verdict = await io.breakable(() => definition.check(history, context));
  const elapsedMs = performance.now() - parsed;
  if (options['json'] === true) {
    const { details, ...rest } = verdict;
    const line = {
      file,
      checker: name,
      ...rest,
      ...details,
      operations: countOperations(history.columns),
      keyed,
      elapsedMs,
      parseMs: parsed - start,
    };
    io.out(`${JSON.stringify(line)}\n`);
  } else {
    const style = verdict.valid === true ? 'green' : verdict.valid === false ? 'red' : 'yellow';
    const word = verdict.valid === true ? 'Valid' : verdict.valid === false ? 'Invalid' : 'Unknown';
    io.out(
      `${paint(io, style, word)}: ${file} (${name}, ${countOperations(history.columns)} operations, ${Math.round(elapsedMs)} ms)\n`,
    );
    if (verdict.reason !== undefined) io.out(`  ${verdict.reason}\n`);
    for (const { name: anomaly, message } of verdict.anomalies.slice(0, 10)) io.out(`  ${anomaly}: ${message}\n`);
    if (keyed !== undefined) io.out(`  ${keyed.reason}\n`);
  }
  return verdict.valid === true ? EXIT.ok : verdict.valid === false ? EXIT.anomaly : EXIT.unknown;
}

function countOperations(columns: { length: number; type: Uint8Array; process: Int32Array }): number {
  let count = 0;
  for (let row = 0; row < columns.length; row++) if (columns.type[row] === 0 && columns.process[row]! >= 0) count++;
  return count;
}

function keyedChoice(options: OptionBag): 'auto' | 'yes' | 'no' {
  const choice = textOption(options, 'keyed') ?? 'auto';
  if (choice === 'auto' || choice === 'yes' || choice === 'no') return choice;
  throw new ChaosError('bad-keyed', `--keyed takes auto, yes or no, not '${choice}'`, { kind: 'usage' });
}

/** The checker's options as given on the command line: JSON where it is JSON, text otherwise. */
function given(options: OptionBag): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const model = textOption(options, 'model');
  if (model !== undefined) result['model'] = model;
  const initial = textOption(options, 'initial');
  if (initial !== undefined) result['initial'] = fromText(initial);
  for (const pair of listOption(options, 'with')) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new ChaosError('bad-with', `--with takes name=value, not '${pair}'`, { kind: 'usage' });
    result[pair.slice(0, equals)] = fromText(pair.slice(equals + 1));
  }
  return result;
}

function fromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

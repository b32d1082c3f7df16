// Judges history files, one after the other, with one checker and its options.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.js';
import { isPath } from '../catalog/kinds.js';
import type { AnyChecker, CheckContext, Verdict } from '../contracts/checker.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { OptionValues } from '../contracts/options.js';
import { EXIT } from '../contracts/result.js';
import type { Workers } from '../contracts/workers.js';
import { type ImportedHistory, importHistory } from '../history/import.js';
import { at } from '../history/issue.js';
import { loadModules, type Modules, moduleOf } from '../plan/modules.js';
import { nearest } from '../plan/nearest.js';
import { resolveOptions } from '../plan/values.js';
import { isInterruption, stopped } from '../run/judge.js';
import { memoryForChecks } from '../run/memory.js';
import { workers } from '../run/workers.js';
import { createRandom } from '../time/random.js';
import { checkerOptions, keyedChoice } from './check-options.js';
import { type Judged, jsonLine, textLines } from './check-output.js';
import { type OptionBag, textOption } from './command.js';
import { type Io, paintError } from './io.js';
import { StatusLine } from './progress.js';

export interface FileJudge {
  /** Judges the file, prints what came of it and returns the exit code. */
  judge(file: string): Promise<number>;
}

interface Prepared {
  definition: AnyChecker;
  options: OptionValues;
  modules: Modules;
  threads: Workers;
}

/** Finds the checker and reads its options. Throws ChaosError for whatever is wrong with them. */
export async function prepareJudge(options: OptionBag, io: Io): Promise<FileJudge> {
  const { defaultCatalog } = await import('../catalog/catalog.js');
  const keyed = keyedChoice(options);
  const prepared = { ...(await prepare(defaultCatalog(), options, io.cwd)), threads: workers(io.signal) };
  const asJson = options['json'] === true;
  const proof = textOption(options, 'proof');
  if (proof !== undefined && prepared.definition.prove === undefined) {
    throw new ChaosError('bad-proof', `the checker ${prepared.definition.name} proves nothing`, { kind: 'usage' });
  }
  return {
    judge: async (file) => {
      const status = io.interactive ? new StatusLine(io) : null;
      try {
        const start = performance.now();
        const imported = io.breakable(() => {
          status?.draw(`read ${file}`);
          return importHistory(file, { keyed });
        });
        status?.end();
        for (const warning of imported.warnings) io.err(`${paintError(io, 'yellow', 'warning')} ${file}: ${warning}\n`);
        const judged = await judgeFile(file, imported, prepared, performance.now() - start, io, status);
        status?.end();
        if (asJson) io.out(`${JSON.stringify(jsonLine(judged))}\n`);
        else for (const line of textLines(judged, io)) io.out(`${line}\n`);
        const code = exitCode(judged);
        return proof === undefined || code !== EXIT.ok ? code : writeProof(proof, judged, prepared, io);
      } finally {
        status?.end();
      }
    },
  };
}

async function prepare(catalog: Catalog, options: OptionBag, cwd: string): Promise<Omit<Prepared, 'threads'>> {
  const name = textOption(options, 'checker') ?? 'linearizable';
  const definition = isPath(name) ? await catalog.loadPath('checker', name, cwd) : await catalog.load('checker', name);
  if (definition === undefined) {
    const names = await catalog.names('checker');
    const meant = nearest(name, names);
    const hint = meant === undefined ? `there are: ${names.join(', ')}` : `did you mean "${meant}"?`;
    throw new ChaosError('unknown-checker', `there is no checker '${name}'`, { kind: 'usage', hint });
  }
  const values = resolveOptions(definition.options ?? {}, checkerOptions(options), `checker ${definition.name}`);
  const { modules, problems } = await loadModules(definition, values, catalog);
  const [first] = problems;
  if (first !== undefined) {
    const message = problems.map((problem) => problem.message).join('; ');
    throw new ChaosError('bad-options', message, {
      kind: 'usage',
      ...(first.hint === undefined ? {} : { hint: first.hint }),
    });
  }
  return { definition, options: values, modules };
}

async function judgeFile(
  file: string,
  imported: ImportedHistory,
  prepared: Prepared,
  parseMs: number,
  io: Io,
  status: StatusLine | null,
): Promise<Judged> {
  const { definition } = prepared;
  let soFar: (() => Verdict) | undefined;
  const begin = performance.now();
  const context = contextOf(imported, prepared, io, (report) => {
    soFar = report;
  });
  let verdict: Verdict;
  let interrupted = false;
  try {
    verdict = await io.breakable(() => {
      // Announced when Ctrl-C can already end it.
      status?.draw(`check ${file}`);
      return definition.check(imported.history, context);
    });
    interrupted = io.signal.aborted;
  } catch (error) {
    if (!isInterruption(error)) throw located(error, file, imported);
    interrupted = true;
    verdict = stopped(soFar);
  }
  const elapsedMs = performance.now() - begin;
  return { file, checker: definition.name, imported, verdict, interrupted, elapsedMs, parseMs };
}

function contextOf(
  { history }: ImportedHistory,
  { options, modules, threads }: Prepared,
  io: Io,
  soFar: NonNullable<CheckContext['soFar']>,
): CheckContext {
  const begin = performance.now();
  return {
    options,
    nodes: history.nodes,
    reads: ['read'],
    events: [],
    log: () => [],
    random: createRandom(1, 'check'),
    cancelled: () => io.signal.aborted,
    workers: threads,
    elapsed: () => performance.now() - begin,
    memory: memoryForChecks(),
    module: moduleOf(modules),
    soFar,
  };
}

/** An error about an event, with the line where that stands. */
function located(error: unknown, file: string, { lineOf }: ImportedHistory): unknown {
  if (!(error instanceof ChaosError) || error.event === undefined || error.location !== undefined) return error;
  const line = lineOf(error.event);
  return line === undefined ? error : at(error, file, line);
}

function exitCode({ verdict: { valid }, interrupted }: Judged): number {
  if (interrupted) return EXIT.interrupted;
  return valid === true ? EXIT.ok : valid === false ? EXIT.anomaly : EXIT.unknown;
}

const CHUNK = 1 << 16;

/** Writes what proves the verdict; leaves no half of it behind. */
function writeProof(proof: string, { file, imported }: Judged, prepared: Prepared, io: Io): number {
  const path = resolve(io.cwd, proof);
  const context = contextOf(imported, prepared, io, () => undefined);
  let lines: Iterable<string>;
  try {
    lines = io.breakable(() => prepared.definition.prove!(imported.history, context, file));
  } catch (error) {
    // The verdict stands; what was asked for on top of it could not be had.
    if (!(error instanceof ChaosError) || error.code !== 'unproven') throw error;
    io.err(`${paintError(io, 'yellow', 'warning')} ${proof} is not written: ${error.message}; ${error.hint}\n`);
    return EXIT.unknown;
  }
  let fd: number;
  try {
    fd = openSync(path, 'w');
  } catch (cause) {
    throw notWritable(proof, cause);
  }
  let whole = false;
  try {
    io.breakable(() => writeLines(fd, lines));
    whole = true;
  } catch (cause) {
    throw cause instanceof ChaosError ? cause : notWritable(proof, cause);
  } finally {
    closeSync(fd);
    if (!whole) rmSync(path, { force: true });
  }
  io.err(`${proof}: an order that proves it\n`);
  return EXIT.ok;
}

function writeLines(fd: number, lines: Iterable<string>): void {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
}

function notWritable(proof: string, cause: unknown): ChaosError {
  const hint = 'choose a file that you may write to';
  return new ChaosError('not-writable', `cannot write ${proof}: ${messageOf(cause)}`, { hint, cause });
}

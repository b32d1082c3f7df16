// One results folder: made for a run, written whole or not at all, read again by reports and checks.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { RunResult } from '../contracts/result.js';
import { codeOf, hintFor } from '../history/line-file.js';
import { textLines } from '../history/text-file.js';
import { exhibitsText, withoutExhibits } from './exhibit-file.js';
import { folderName, runName } from './names.js';

/** The files of a results folder, by name. */
export const FILES = {
  plan: 'plan.yaml',
  history: 'history.jsonl',
  events: 'events.jsonl',
  result: 'result.json',
  exhibits: 'exhibits.json',
  log: 'chaos.log',
  nodes: 'nodes',
  running: 'running.json',
} as const;

export interface RunFolder {
  /** Absolute. */
  readonly path: string;
  file(name: string): string;
  /** Where a node keeps its log and data: `nodes/<id>`. */
  nodeFolder(id: string): string;
  /** Writes a file, atomically: a reader sees the old text or the new one. */
  write(name: string, text: string): void;
}

/** Longer lines of node logs come in pieces. */
const LONGEST_LOG_LINE = 1 << 20;

export function openRunFolder(path: string): RunFolder {
  const folder = resolve(path);
  return {
    path: folder,
    file: (name) => join(folder, name),
    nodeFolder: (id) => join(folder, FILES.nodes, folderName(id)),
    write: (name, text) => writeAtomically(join(folder, name), text),
  };
}

/**
 * Makes `<root>/<plan id>/<UTC time>-<seed>/`, with a number behind it when that exists, and points `latest` in both folders
 * above to it. Throws `ChaosError('results-not-writable')`.
 */
export function createRunFolder(root: string, planId: string, seed: number, started: Date): RunFolder {
  const plan = folderName(planId);
  const parent = resolve(root, plan);
  attempt('create the results folder', parent, () => mkdirSync(parent, { recursive: true }));
  const name = makeUnique(parent, runName(started, seed));
  const folder = openRunFolder(join(parent, name));
  attempt('create the folder', folder.file(FILES.nodes), () => mkdirSync(folder.file(FILES.nodes)));
  pointTo(parent, name);
  pointTo(resolve(root), join(plan, name));
  return folder;
}

function makeUnique(parent: string, base: string): string {
  for (let ordinal = 1; ; ordinal++) {
    const name = ordinal === 1 ? base : `${base}-${ordinal}`;
    try {
      mkdirSync(join(parent, name));
      return name;
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw notWritable('create the folder', join(parent, name), cause);
    }
  }
}

/** Replaces the link `latest` in one step. It is a convenience: where links cannot be made, there is none. */
function pointTo(folder: string, target: string): void {
  const fresh = join(folder, `.latest-${process.pid}`);
  try {
    rmSync(fresh, { force: true });
    symlinkSync(target, fresh);
    renameSync(fresh, join(folder, 'latest'));
  } catch {
    rmSync(fresh, { force: true });
  }
}

function writeAtomically(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.tmp`;
  attempt('write', path, () => {
    try {
      writeFileSync(fresh, text);
      renameSync(fresh, path);
    } catch (cause) {
      rmSync(fresh, { force: true });
      throw cause;
    }
  });
}

function attempt(what: string, path: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw notWritable(what, path, cause);
  }
}

function notWritable(what: string, path: string, cause: unknown): ChaosError {
  return new ChaosError('results-not-writable', `cannot ${what} ${path}: ${messageOf(cause)}`, {
    cause,
    hint: hintFor(cause),
  });
}

/** Writes `result.json`, and `exhibits.json` where a check shows something. */
export function writeResult(folder: string, result: RunResult): void {
  const shown = exhibitsText(result);
  const path = join(folder, FILES.exhibits);
  if (shown === null) attempt('remove', path, () => rmSync(path, { force: true }));
  else writeAtomically(path, shown);
  writeAtomically(join(folder, FILES.result), `${JSON.stringify(withoutExhibits(result), null, 2)}\n`);
}

/** Throws `ChaosError`: `result-missing` when the run did not come to an end, `result-broken`, `result-format`. */
export function readResult(folder: string): RunResult {
  const path = join(folder, FILES.result);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ChaosError('result-missing', `cannot read the result ${path}: ${messageOf(cause)}`, {
      cause,
      hint: `The run did not come to its end; 'npx chaos check ${folder}' judges what was recorded.`,
    });
  }
  return parseResult(text, path);
}

function parseResult(text: string, path: string): RunResult {
  const broken = (why: string) =>
    new ChaosError('result-broken', `${path} is not a result: ${why}`, {
      hint: "'npx chaos check' on the folder judges its history again.",
    });
  let result: Partial<RunResult> | null;
  try {
    result = JSON.parse(text) as Partial<RunResult> | null;
  } catch (cause) {
    throw broken(messageOf(cause));
  }
  if (typeof result !== 'object' || result === null) throw broken('a JSON object is expected');
  if (result.format !== 1) {
    throw new ChaosError('result-format', `${path} has the unknown format ${JSON.stringify(result.format)}`, {
      hint: 'Another version of chaos wrote it.',
    });
  }
  const missing = missingFields(result);
  if (missing.length > 0) throw broken(`"${missing[0]}" is missing`);
  if (!Array.isArray(result.anomalies)) throw broken('"anomalies" is no list');
  return result as RunResult;
}

/** What every reader relies on. */
const REQUIRED = ['status', 'valid', 'verdict', 'plan', 'system', 'workload', 'seed', 'anomalies', 'checks'] as const;

/** The fields that a result must have and this one has not. */
export function missingFields(result: object): string[] {
  return REQUIRED.filter((field) => !Object.hasOwn(result, field));
}

/** The lines of a node's logs (`nodes/<id>/*.log`, by name), read as they are asked for; none when there are no logs. */
export function* nodeLog(folder: string, node: string): IterableIterator<string> {
  const path = openRunFolder(folder).nodeFolder(node);
  for (const name of logsIn(path)) yield* textLines(join(path, name), LONGEST_LOG_LINE);
}

function logsIn(path: string): string[] {
  try {
    const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
    return files
      .map(({ name }) => name)
      .filter((name) => name.endsWith('.log'))
      .sort();
  } catch {
    return [];
  }
}

// The folder of all results: which runs there are, and which one a person means.
import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ChaosError } from '../contracts/error.js';
import type { RunResult } from '../contracts/result.js';
import { parseRunName, type RunName } from './names.js';
import { FILES, readResult } from './store.js';

export interface RunEntry extends RunName {
  /** Absolute. */
  path: string;
  /** The plan's folder. */
  plan: string;
  /** null: there is none, or none that can be read; `problem` says why. */
  result: RunResult | null;
  problem: string | null;
}

/** All runs, the newest first. Folders that are broken or not runs are tolerated; a root that is not there has no runs. */
export function listRuns(root: string): RunEntry[] {
  const plans = foldersIn(resolve(root));
  const runs = plans.flatMap((plan) => runsOf(join(resolve(root), plan), plan));
  return runs.sort(newestFirst).map(withResult);
}

type Found = Omit<RunEntry, 'result' | 'problem'>;

function runsOf(folder: string, plan: string): Found[] {
  return foldersIn(folder).flatMap((name) => {
    const parsed = parseRunName(name);
    return parsed === null ? [] : [{ ...parsed, path: join(folder, name), plan }];
  });
}

function newestFirst(a: Found, b: Found): number {
  if (a.started !== b.started) return a.started < b.started ? 1 : -1;
  if (a.ordinal !== b.ordinal) return b.ordinal - a.ordinal;
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}

function withResult(run: Found): RunEntry {
  try {
    return { ...run, result: readResult(run.path), problem: null };
  } catch (error) {
    if (!(error instanceof ChaosError)) throw error;
    return { ...run, result: null, problem: error.message };
  }
}

function foldersIn(path: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * The results folder that is meant: `latest`, a plan's id, `<plan>/<run>`, a path to a results folder, to a file in it, or to
 * a folder with runs (then its latest). Absolute, links resolved. Throws `ChaosError('results-not-found')`.
 */
export function findRun(target = 'latest', root = 'results'): string {
  for (const path of candidates(target, root)) {
    const found = existsSync(path) ? runAt(realpathSync(path)) : null;
    if (found !== null) return found;
  }
  const newest = target === 'latest' ? newestIn(resolve(root)) : null;
  if (newest !== null) return newest;
  throw notFound(target, root);
}

function candidates(target: string, root: string): string[] {
  return target === 'latest' ? [resolve(root, target)] : [resolve(target), resolve(root, target)];
}

function runAt(path: string): string | null {
  if (!statSync(path).isDirectory()) return holdsRun(dirname(path)) ? dirname(path) : null;
  if (holdsRun(path)) return path;
  const latest = join(path, 'latest');
  if (existsSync(latest) && holdsRun(realpathSync(latest))) return realpathSync(latest);
  return newestIn(path);
}

/** For when a link to the latest run is missing or points to one that was removed. */
function newestIn(path: string): string | null {
  const runs = [...runsOf(path, ''), ...foldersIn(path).flatMap((plan) => runsOf(join(path, plan), plan))];
  return runs.sort(newestFirst).find((run) => holdsRun(run.path))?.path ?? null;
}

function holdsRun(path: string): boolean {
  return existsSync(join(path, FILES.history)) || existsSync(join(path, FILES.result));
}

function notFound(target: string, root: string): ChaosError {
  const known = listRuns(root).length;
  const message = target === 'latest' ? `there are no results in ${resolve(root)}` : `'${target}' holds no results`;
  return new ChaosError('results-not-found', message, {
    kind: 'usage',
    hint:
      known === 0
        ? "'npx chaos run plans/quickstart.yaml' makes some."
        : `A results folder holds ${FILES.history} or ${FILES.result}; ${resolve(root)} has ${known} of them.`,
  });
}

// The closing words of a run: verdict first, why, where the report is, what repeats it.
import { relative } from 'node:path';
import { renderSummary } from '../report/summary.js';
import type { RunOutcome } from '../run/run.js';
import { type Io, paint } from './io.js';

export async function printSummary(outcome: RunOutcome, io: Io): Promise<void> {
  const { result, folder } = outcome;
  const style = result.valid === true ? 'green' : result.valid === false ? 'red' : 'yellow';
  const shown = folder === null ? null : shortest(folder, io);
  const [first = '', ...rest] = renderSummary(result, { folder: shown });
  io.out(`${paint(io, style, first)}\n`);
  for (const line of rest) io.out(`${line}\n`);
}

/** A path as a person would type it: relative within the working folder, absolute elsewhere. */
export function shortest(path: string, io: Pick<Io, 'cwd'>): string {
  const below = relative(io.cwd, path);
  return below.startsWith('..') ? path : below || '.';
}

// Writes the reports of a run into its results folder; each file appears complete or not at all.
import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChaosError, messageOf } from '../contracts/error.js';
import { renderJUnit } from './junit.js';
import { renderReport } from './report.js';
import type { ReportInput } from './story.js';
import { renderTrace } from './trace.js';

/** Files that a results folder gets from here. */
export const REPORT_FILES = ['report.html', 'junit.xml', 'trace.json'] as const;

/**
 * Writes `report.html`, `junit.xml` and `trace.json`; the folder must exist. Files of an earlier report are replaced.
 * @throws ChaosError `report-not-written` when the disk is full or the folder refuses; the files before it are kept.
 */
export async function writeReports(folder: string, input: ReportInput): Promise<void> {
  const { history, events, result } = input;
  await replace(join(folder, 'junit.xml'), (path) => writeFile(path, renderJUnit(result)));
  await replace(join(folder, 'report.html'), (path) => writeFile(path, renderReport(input)));
  await replace(join(folder, 'trace.json'), (path) =>
    pipeline(Readable.from(renderTrace(history, events, result.nodes)), createWriteStream(path)),
  );
}

async function replace(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const draft = `${path}.part`;
  try {
    await write(draft);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new ChaosError('report-not-written', `cannot write ${path}: ${messageOf(error)}`, {
      hint: 'make room or allow writing there, then run `chaos check` on the results folder',
      cause: error,
    });
  }
}

// Writes the reports of a run into its results folder; each file appears complete or not at all.
import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChaosError, messageOf } from '../contracts/error.js';
import { renderJUnit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import { renderReport } from './report.js';
import { type ReportInput, tell } from './story.js';
import { renderTrace } from './trace.js';

/** Files that a results folder gets from here. */
export const REPORT_FILES = ['report.html', 'summary.md', 'junit.xml', 'trace.json'] as const;

/**
 * Writes `report.html`, `summary.md`, `junit.xml` and `trace.json`; the folder must exist. Files of an earlier report are replaced.
 * @throws ChaosError `report-not-written` when the disk is full or the folder refuses; the files before it are kept.
 */
export async function writeReports(folder: string, input: ReportInput): Promise<void> {
  const { result } = input;
  const story = tell(input);
  await replace(join(folder, 'junit.xml'), (path) => writeFile(path, renderJUnit(result)));
  await replace(join(folder, 'summary.md'), (path) => writeFile(path, renderMarkdown(story)));
  await replace(join(folder, 'report.html'), (path) => writeFile(path, renderReport(input, story)));
  await replace(join(folder, 'trace.json'), (path) =>
    pipeline(Readable.from(renderTrace(story)), createWriteStream(path)),
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
      hint: 'make room or allow writing there, then run `npx chaos report` on the results folder',
      cause: error,
    });
  }
}

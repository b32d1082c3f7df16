// chaos report: writes the reports of stored runs anew, from what is in their folders; judges nothing.
import { relative } from 'node:path';
import type { AnyChecker } from '../contracts/checker.js';
import type { Explanations } from '../contracts/explanation.js';
import { EXIT } from '../contracts/result.js';
import type { Command } from './command.js';
import type { Io } from './io.js';

export const report: Command = {
  usage: 'report [runs...]',
  summary: 'write the reports of stored runs anew, also of runs that died',
  options: [{ flags: '--results <folder>', description: 'where results are', default: 'results' }],
  help: `Examples:
  npx chaos report
  npx chaos report results/latest
  npx chaos report quickstart 'results/raft-storm/20260102T030405Z-7'

It shows what is stored, and says what is missing; to judge a history again: npx chaos check RUN.`,
  action: async (args, options, io) => {
    const given = (args[0] ?? []) as string[];
    const { findRun } = await import('../store/runs.js');
    const { resolve } = await import('node:path');
    // All names are looked up before anything is written.
    const root = resolve(io.cwd, options['results'] as string);
    const folders = (given.length === 0 ? ['latest'] : given).map((run) => findRun(run, root));
    const explains = await explanations();
    for (const folder of folders) await rewrite(folder, explains, io);
    return EXIT.ok;
  },
};

async function explanations(): Promise<Explanations> {
  const { defaultCatalog } = await import('../catalog/catalog.js');
  const checkers = (await defaultCatalog().all('checker')) as AnyChecker[];
  return Object.assign({}, ...checkers.map(({ explains }) => explains ?? {})) as Explanations;
}

async function rewrite(folder: string, explains: Explanations, io: Io): Promise<void> {
  const [{ readStored }, { writeReports, REPORT_FILES }, { VERSION }, { renderSummary }] = await Promise.all([
    import('../report/stored.js'),
    import('../report/write.js'),
    import('../run/version.js'),
    import('../report/summary.js'),
  ]);
  const stored = readStored(folder, VERSION);
  await writeReports(folder, { ...stored, explains });
  const shown = relative(io.cwd, folder) || '.';
  io.out(`${renderSummary(stored.result)[0]}\n`);
  for (const notice of stored.notices) io.out(`  ${notice}\n`);
  io.out(`  written to ${shown}: ${REPORT_FILES.join(', ')}\n`);
}

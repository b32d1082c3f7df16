// chaos run --seeds a..b: many seeds of each plan, a table at the end.
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { exploreSeeds, type SeedReport } from '../hunt/seeds.js';
import { mergeExitCodes } from '../run/exit-codes.js';
import { type OptionBag, textOption } from './command.js';
import type { Io } from './io.js';
import { Ticker } from './progress.js';
import type { Selection } from './select-plans.js';
import { shortest } from './summary.js';
import { table } from './table.js';

export async function runSeeds({ plans, repeat }: Selection, options: OptionBag, io: Io): Promise<number> {
  const { first, last } = parseSeeds(String(options['seeds']));
  const progress = options['quiet'] === true || options['json'] === true ? null : new Ticker(io);
  const reports: SeedReport[] = [];
  for (const plan of plans) {
    const report = await exploreSeeds(plan, {
      first,
      last,
      results: textOption(options, 'results') ?? 'results',
      signal: io.signal,
      repeat,
      breakable: io.breakable,
      onSeed: (done) => progress?.show(`${plan.id}: ${done} of ${last - first + 1} seeds`),
    }).finally(() => progress?.end());
    reports.push(report);
    if (options['json'] === true) io.out(`${JSON.stringify(report)}\n`);
    if (io.signal.aborted) break;
  }
  if (options['json'] !== true) printTable(reports, io);
  if (io.signal.aborted) io.err('interrupted: the table shows the seeds that were done\n');
  return io.signal.aborted ? EXIT.interrupted : mergeExitCodes(reports.map((report) => report.exitCode));
}

function parseSeeds(text: string): { first: number; last: number } {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match !== null && Number.isSafeInteger(last) && first <= last) return { first, last };
  throw new ChaosError('bad-seeds', `--seeds takes a range such as 1..200, not '${text}'`, { kind: 'usage' });
}

function printTable(reports: readonly SeedReport[], io: Io): void {
  const rows = reports.map((report) => [
    report.plan,
    String(report.seeds),
    String(report.met),
    String(report.valid),
    String(report.invalid),
    String(report.unknown),
    String(report.failed),
    report.perSecond.toFixed(1),
    report.anomalies.map(({ name, seeds }) => `${name} ${seeds.length}`).join(', ') || '-',
  ]);
  const head = ['plan', 'seeds', 'as expected', 'valid', 'invalid', 'unknown', 'failed', 'runs/s', 'anomalies'];
  io.out(`${table(head, rows)}\n`);
  for (const report of reports) {
    for (const { name, seeds } of report.anomalies) {
      io.out(`${report.plan}: ${name} with seeds ${seeds.slice(0, 10).join(' ')}${seeds.length > 10 ? ' …' : ''}\n`);
    }
    for (const reason of report.reasons) io.out(`${report.plan}: ${reason}\n`);
    if (report.kept !== null)
      io.out(`${report.plan}: report of seed ${report.kept.seed}: ${shortest(report.kept.folder, io)}/report.html\n`);
  }
}

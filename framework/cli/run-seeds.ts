// chaos run --seeds a..b: many seeds of each plan, a table at the end.
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import { exploreSeeds, type SeedReport } from '../hunt/seeds.js';
import type { Plan } from '../plan/plan.js';
import { mergeExitCodes } from '../run/exit-codes.js';
import { type OptionBag, textOption } from './command.js';
import type { Io } from './io.js';
import { repeatCommand } from './run.js';
import { table } from './table.js';

export async function runSeeds(plans: readonly Plan[], options: OptionBag, io: Io): Promise<number> {
  const { first, last } = parseSeeds(String(options['seeds']));
  const reports: SeedReport[] = [];
  for (const plan of plans) {
    const report = await exploreSeeds(plan, {
      first,
      last,
      results: textOption(options, 'results') ?? 'results',
      signal: io.signal,
      repeat: (seeded) => repeatCommand(seeded, options),
      onSeed: (done) => {
        if (io.interactive && options['quiet'] !== true)
          io.err(`\r\u001b[2K${plan.id}: ${done} of ${last - first + 1}`);
      },
    });
    if (io.interactive) io.err('\r\u001b[2K');
    reports.push(report);
    if (options['json'] === true) io.out(`${JSON.stringify(report)}\n`);
    if (io.signal.aborted) break;
  }
  if (options['json'] !== true) printTable(reports, io);
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
    report.anomalies.map(({ name, seeds }) => `${name} ${seeds.length}`).join(', ') || '-',
    report.perSecond.toFixed(1),
  ]);
  const head = ['plan', 'seeds', 'as expected', 'valid', 'invalid', 'unknown', 'failed', 'anomalies', 'runs/s'];
  io.out(`${table(head, rows)}\n`);
  for (const report of reports) {
    for (const { name, seeds } of report.anomalies) {
      io.out(`${report.plan}: ${name} with seeds ${seeds.slice(0, 10).join(' ')}${seeds.length > 10 ? ' …' : ''}\n`);
    }
    for (const reason of report.reasons) io.out(`${report.plan}: ${reason}\n`);
    if (report.kept !== null) io.out(`${report.plan}: report of seed ${report.kept.seed}: ${report.kept.folder}\n`);
  }
}

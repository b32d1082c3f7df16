// What a report costs: the size of the page, the time to write it, and what a reader waits for in Chromium (where there is one).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderReport } from '../framework/report/report.js';
import { look, type Seen } from './report/browser.js';
import { longRun, type Size } from './report/long-run.js';
import type { BenchRow } from './row.js';

const SIZES: readonly (Size & { name: string; most: number; ready?: number; drawn?: number })[] = [
  { name: '10^5', operations: 100_000, clients: 20, rate: 1000, most: 5, ready: 2000, drawn: 8 },
  { name: '10^6', operations: 1_000_000, clients: 50, rate: 5000, most: 20 },
];
const WRITTEN_WITHIN = 10;

export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-bench-'));
  try {
    const all: BenchRow[] = [];
    for (const size of SIZES) {
      const input = longRun(size);
      const file = join(folder, 'report.html');
      const start = process.hrtime.bigint();
      const page = renderReport(input);
      writeFileSync(file, page);
      const written = Number(process.hrtime.bigint() - start) / 1e9;
      const of = `report of ${size.name} operations:`;
      all.push(
        { name: `${of} size`, value: Buffer.byteLength(page) / 1e6, unit: 'MB', target: size.most, better: 'lower' },
        { name: `${of} written`, value: written, unit: 's', target: WRITTEN_WITHIN, better: 'lower' },
      );
      const seen = await look(file);
      if (seen !== null) all.push(...seenRows(of, seen, size));
    }
    return all;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function seenRows(of: string, { ready, p95, longest }: Seen, size: { ready?: number; drawn?: number }): BenchRow[] {
  const target = (value: number | undefined) => (value === undefined ? {} : { target: value });
  return [
    { name: `${of} interactive`, value: ready, unit: 'ms', ...target(size.ready), better: 'lower' },
    {
      name: `${of} p95 of script a frame while dragged`,
      value: p95,
      unit: 'ms',
      ...target(size.drawn),
      better: 'lower',
    },
    { name: `${of} longest frame`, value: longest, unit: 'ms', better: 'lower' },
  ];
}

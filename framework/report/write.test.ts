import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderReport } from './report.js';
import { staleRead } from './testing/scenarios.js';
import { REPORT_FILES, writeReports } from './write.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaos-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeReports', () => {
  it('writes all files and replaces older ones', async () => {
    writeFileSync(join(folder, 'report.html'), 'old');
    await writeReports(folder, staleRead());
    expect(readdirSync(folder).sort()).toEqual([...REPORT_FILES].sort());
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(renderReport(staleRead()));
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toMatch(/^<\?xml /);
    expect(JSON.parse(readFileSync(join(folder, 'trace.json'), 'utf8'))).toHaveProperty('traceEvents');
  });

  it('leaves no half-written file where it may not write', async () => {
    await expect(writeReports(join(folder, 'missing'), staleRead())).rejects.toMatchObject({
      code: 'report-not-written',
      kind: 'environment',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

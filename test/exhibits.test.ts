// The checker of docs/writing-a-checker.md, as a reader would try it: by path, in a run, in its report, and judged again.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Chart } from '../framework/contracts/exhibit.js';
import { chaos, ROOT, Workspace } from './support/chaos.js';

let space: Workspace;
beforeEach(() => {
  space = new Workspace();
});
afterEach(() => space.remove());

const run = (...args: string[]) => chaos(args, { cwd: space.path });
const page = readFileSync(join(ROOT, 'docs/writing-a-checker.md'), 'utf8');
const fenced = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)![1]!;

const PLAN = `name: slow reads
system: { use: raft, nodes: 3 }
deploy: sim
workload: { use: register, clients: 5, rate: 100/s }
nemeses: [{ use: partition, every: 8s, for: 3s }]
timing: { load: 20s, recover: 2s }
${fenced('yaml').replace('200ms', '3ms')}expect: { anomalies: [slow-read] }
`;

it('shows what it saw, and the same when it judges again', async () => {
  space.file('slow-reads.ts', fenced('ts'));
  space.file('slow.yaml', PLAN);
  const { code, out } = await run('run', 'slow.yaml', '--json');
  expect(code).toBe(0);
  // What is printed and what people read stay free of pictures.
  const folder = space.run('slow');
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  expect([JSON.parse(out).checks['slow-reads'], result.checks['slow-reads']]).toEqual([
    expect.not.objectContaining({ exhibits: expect.anything() }),
    expect.not.objectContaining({ exhibits: expect.anything() }),
  ]);

  const file = join(folder, 'exhibits.json');
  const text = readFileSync(file, 'utf8');
  const [chart] = JSON.parse(text).checks['slow-reads'] as [Chart];
  const [fine, slow] = chart.series!;
  expect(slow!.points.length).toBeGreaterThan(0);
  expect(fine!.points.length + slow!.points.length).toBe(result.checks['slow-reads'].details.reads);
  expect(slow!.points.every(([, took]) => took! > 3)).toBe(true);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('data-block="exhibits"');

  rmSync(file);
  expect((await run('check', folder)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(text);
  space.file('slow-reads.ts', fenced('ts').replace('exhibits: [picture]', 'exhibits: []'));
  expect((await run('check', folder)).code).toBe(0);
  expect(existsSync(file)).toBe(false);
});

// The shipped plans keep what they say: valid ones are valid, planted bugs are found, and without the bug they are not.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFiles } from '../framework/cli/plan-files.js';
import { run } from '../framework/index.js';
import { ROOT } from './support/chaos.js';

const simulated = planFiles([join(ROOT, 'plans/raft'), join(ROOT, 'plans/abd')]);
const planted = simulated.filter((file) => file.includes('/bugs/'));
const valid = simulated.filter((file) => !file.includes('/bugs/'));
const title = (file: string) => file.slice(ROOT.length + 1);

const inMemory = (file: string, ...set: string[]) => run(file, { results: null, set });

describe('planted bugs', () => {
  it('has a plan for each bug of each system', async () => {
    const folders = readdirSync(join(ROOT, 'plans'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name)).toEqual(expect.arrayContaining(['abd', 'raft']));
    const found = new Set<string>();
    for (const file of planted) {
      const [outcome] = await inMemory(file, 'timing.load=6s', 'nemeses=[]');
      const { system } = outcome!.result;
      found.add(`${system.name} ${String(system.options['bug'])}`);
    }
    const { default: raft } = await import('../systems/raft/index.js');
    const { default: abd } = await import('../systems/abd/index.js');
    const all = [raft, abd].flatMap(({ name, bugs = {} }) => Object.keys(bugs).map((bug) => `${name} ${bug}`));
    expect([...found].sort()).toEqual(all.sort());
  });

  it.each(planted.map((file) => [title(file), file]))('%s finds its anomaly', async (_title, file) => {
    const [outcome] = await inMemory(file);
    expect(outcome!.result.verdict).toMatch(/^Invalid/);
    expect(outcome!.result.exitCode).toBe(0);
  });

  it.each(planted.map((file) => [title(file), file]))('%s exits 1 without its bug', async (_title, file) => {
    const [outcome] = await inMemory(file, 'system.with.bug=none');
    expect(outcome!.result.anomalies).toEqual([]);
    expect(outcome!.result.exitCode).toBe(1);
  });
});

describe('valid plans', () => {
  it.each(valid.map((file) => [title(file), file]))(
    '%s is valid in the simulation, with five seeds',
    async (_title, file) => {
      for (let seed = 1; seed <= 5; seed++) {
        for (const { result } of await run(file, { results: null, seed, set: ['deploy=sim'] })) {
          expect(`${seed}: ${result.verdict}`).toMatch(/: Valid/);
        }
      }
    },
  );
});

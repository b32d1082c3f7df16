// The shipped plans keep what they say: valid ones are valid, planted bugs and weaknesses are found, and without its bug a plan
// finds nothing. `npm run soak` tries many more seeds.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { run } from '../framework/index.js';
import { type Claim, claimsOf, type Kind } from '../soak/claims.js';
import { loadCells } from '../soak/work.js';
import { ROOT } from './support/chaos.js';

/** Programs need processes and real time: other tests run their plans. */
const NOT_SIMULATED = new Set(['maelstrom', 'command']);
const folders = readdirSync(join(ROOT, 'plans'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const claims = claimsOf(
  folders.filter(({ name }) => !NOT_SIMULATED.has(name)).map(({ name }) => join(ROOT, 'plans', name)),
  ROOT,
);
const of = (kind: Kind) => claims.filter((claim) => claim.kind === kind).map((claim) => [claim.title, claim] as const);

const inMemory = ({ file, set }: Claim, seed?: number) =>
  run(file, { results: null, set: [...set], ...(seed === undefined ? {} : { seed }) });

describe('reference systems', () => {
  it('have a valid plan, a plan for each planted bug and one for each weakness', async () => {
    const wanted = (await defaultCatalog().all('system'))
      .filter(({ nodes }) => nodes !== undefined)
      .flatMap(({ name, bugs = {}, weaknesses = {} }) => [
        `valid ${name}`,
        ...Object.keys(bugs).map((bug) => `bug ${name} ${bug}`),
        ...Object.keys(weaknesses).map((weakness) => `truth ${name} ${weakness}`),
      ]);
    const found = new Set<string>();
    for (const claim of claims) {
      const [plan] = await loadCells(claim);
      const { name, options } = plan!.system;
      if (claim.kind === 'valid') found.add(`valid ${name}`);
      if (claim.kind === 'bug') found.add(`bug ${name} ${String(options['bug'])}`);
      if (claim.kind === 'truth') found.add(`truth ${name} ${basename(claim.file, '.yaml').slice(name.length + 1)}`);
    }
    expect([...found].sort()).toEqual(wanted.sort());
  });
});

describe('planted bugs', () => {
  it.each(of('bug'))('%s finds its anomaly', async (_title, claim) => {
    const [outcome] = await inMemory(claim);
    expect(outcome!.result.verdict).toMatch(/^Invalid/);
    expect(outcome!.result.exitCode).toBe(0);
  });

  it.each(of('without'))('%s finds nothing, and exits with 1', async (_title, claim) => {
    const [outcome] = await inMemory(claim);
    expect(outcome!.result.anomalies).toEqual([]);
    expect(outcome!.result.exitCode).toBe(1);
  });
});

describe('weaknesses', () => {
  it.each(of('truth'))('%s shows it', async (_title, claim) => {
    const [outcome] = await inMemory(claim);
    expect(outcome!.result.verdict).toMatch(/^Invalid/);
    expect(outcome!.result.exitCode).toBe(0);
  });
});

describe('valid plans', () => {
  it.each(of('valid'))('%s is valid in the simulation, with five seeds', async (_title, claim) => {
    for (let seed = 1; seed <= 5; seed++) {
      for (const { result } of await inMemory(claim, seed)) expect(`${seed}: ${result.verdict}`).toMatch(/: Valid/);
    }
  });
});

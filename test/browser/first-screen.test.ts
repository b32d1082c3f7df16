// What somebody sees of a planted bug or a weakness without a scroll and without a script: what broke, the anomaly, the fault, and the
// command that repeats it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultCatalog } from '../../framework/catalog/catalog.js';
import type { Explanations } from '../../framework/contracts/explanation.js';
import { run } from '../../framework/index.js';
import { claimsOf } from '../../soak/claims.js';
import { ROOT } from '../support/chaos.js';
import { Reports } from './support/open.js';

const FOLD = 900;
const folders = readdirSync(join(ROOT, 'plans'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const plans = claimsOf(
  folders.map(({ name }) => join(ROOT, 'plans', name)),
  ROOT,
).filter(({ kind }) => kind === 'bug' || kind === 'truth');

let reports: Reports;
let explains: Explanations;

beforeAll(async () => {
  reports = await Reports.launch();
  const checkers = await defaultCatalog().all('checker');
  explains = Object.fromEntries(checkers.flatMap((checker) => Object.entries(checker.explains ?? {})));
});

afterAll(async () => {
  await reports?.close();
});

describe('the first screen', () => {
  it.each(plans.map((plan) => [plan.title, plan] as const))('of %s holds what matters', async (title, { file }) => {
    const [outcome] = await run(file, { results: null });
    const { result, history, events } = outcome!;
    const { page, complaints } = await reports.open(
      {
        result: { ...result, repeat: `npx chaos run ${title} --seed ${result.seed}` },
        history,
        events,
        planYaml: '',
        explains,
      },
      { script: false },
    );
    const bottoms = new Map<string, boolean>();
    for (const part of ['header.verdict', '#anomaly .message', '#faults .guilty, #faults li', '#repeat-command']) {
      const box = await page.locator(part).first().boundingBox();
      bottoms.set(part, box !== null && box.height > 10 && box.y + box.height <= FOLD);
    }
    expect([...bottoms].filter(([, isSeen]) => !isSeen)).toEqual([]);
    // What is in sight is what happened.
    const message = (await page.locator('#anomaly .message').textContent()) ?? '';
    expect(result.anomalies.map((anomaly) => anomaly.message)).toContain(message);
    expect(await page.locator('#repeat-command').textContent()).toContain(`--seed ${result.seed}`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

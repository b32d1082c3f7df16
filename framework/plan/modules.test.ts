// Modules that the options of a check name: found from where they are written, loaded once, refused at their place.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultCatalog } from '../catalog/catalog.js';
import { PlanErrors, summary } from './diagnostics.js';
import { loadPlanText } from './load.js';
import { moduleOf } from './modules.js';

const folder = mkdtempSync(join(tmpdir(), 'chaos-modules-'));
const file = join(folder, 'plan.yaml');
beforeAll(() => {
  mkdirSync(join(folder, 'models'));
  writeFileSync(
    join(folder, 'models/lamp.ts'),
    `import { defineModel } from 'chaosplan';
export default defineModel<boolean>({
  name: 'lamp',
  summary: 'A lamp.',
  functions: { on: { observes: 'input' } },
  initial: (value) => {
    if (value === null) return false;
    throw new RangeError('a lamp starts dark');
  },
  step: () => true,
});
`,
  );
  writeFileSync(join(folder, 'models/none.ts'), 'export default 3;\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (model: string, more = '') =>
  loadPlanText(
    `name: x
system: raft
deploy: sim
workload: register
checks:
  - linearizable: { model: ${model}${more} }
`,
    file,
    { catalog: defaultCatalog(), variables: {}, set: [] },
  );

async function problems(model: string, more = ''): Promise<string[]> {
  try {
    await load(model, more);
  } catch (error) {
    if (error instanceof PlanErrors) return error.diagnostics.map((one) => `${one.line}:${one.column} ${summary(one)}`);
    throw error;
  }
  return [];
}

it('the check gets the default export, under the absolute path that its options and the document name', async () => {
  const [plan] = await load('./models/lamp.ts');
  const check = plan!.checks.find(({ name }) => name === 'linearizable')!;
  const path = join(folder, 'models/lamp.ts');
  expect(check.options['model']).toBe(path);
  expect(moduleOf(check.modules)(path)).toMatchObject({ name: 'lamp' });
  expect(plan!.document['checks']).toMatchObject([{ linearizable: { model: path } }]);
  expect(() => moduleOf(check.modules)('/another')).toThrow('was not loaded');
});

it('a name is no module', async () => {
  const [plan] = await load('register');
  expect(plan!.checks.find(({ name }) => name === 'linearizable')!.modules.size).toBe(0);
});

it('what is wrong is told at its place', async () => {
  expect(await problems('./models/lmap.ts')).toEqual([`6:28 there is no file ${join(folder, 'models/lmap.ts')}`]);
  expect(await problems('./models/none.ts')).toEqual([
    `6:28 the default export of ${join(folder, 'models/none.ts')} is no model`,
  ]);
  expect(await problems('./models/lamp.ts', ', initial: 1')).toEqual(['6:28 a lamp starts dark']);
  expect(await problems('counter', ', initial: x')).toEqual([
    expect.stringMatching(/^6:5 check linearizable: a counter/),
  ]);
  expect(await problems('registre')).toEqual([
    expect.stringMatching(/^6:28 .*one of auto, register.*did you mean "register"\?$/),
  ]);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { planReference } from '../framework/plan/reference.js';
import { ROOT } from './support/chaos.js';

it('docs/plan-reference.md is what the definitions say (npm run docs writes it)', async () => {
  const page = readFileSync(join(ROOT, 'docs/plan-reference.md'), 'utf8');
  expect(page).toBe(await planReference(defaultCatalog()));
});

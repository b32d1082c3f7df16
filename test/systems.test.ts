import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { systemsPage } from '../soak/systems-page.js';
import { ROOT } from './support/chaos.js';

it('docs/systems.md is what the systems say and the simulation measures (npm run docs writes it)', async () => {
  const page = readFileSync(join(ROOT, 'docs/systems.md'), 'utf8');
  expect(page).toBe(await systemsPage(defaultCatalog()));
  for (const [, path] of page.matchAll(/\]\(([^)]+)\)/g))
    expect(existsSync(join(ROOT, 'docs', path!)), path).toBe(true);
});

// The editor's schema: accepts what the loader accepts, refuses what is plainly wrong, and describes everything.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultCatalog } from '../catalog/catalog.js';
import { planToYaml } from './document.js';
import { loadPlan } from './load.js';
import { planSchema, type Schema } from './schema.js';
import { errorsOf, loadOne, minimal, world } from './testing/load.js';

const compile = (schema: Schema) =>
  new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);

describe('the schema', () => {
  let schema: Schema = {};
  let accepts: (text: string) => boolean;
  beforeAll(async () => {
    schema = await planSchema(world);
    const validate = compile(schema);
    accepts = (text) => validate(parse(text)) as boolean;
  });

  it.each([
    minimal(),
    minimal('deploy: { use: local, grace: 3s }'),
    minimal(
      'nemeses: [kill, { use: partition, with: { shapes: [halves] }, every: 10s }, { use: ./mine.ts, with: { any: 1 } }]',
    ),
    minimal('nemeses: [{ use: kill, targets: [n1] }, { use: kill, targets: leader, at: [3s] }]'),
    minimal(
      'checks: [linear, { availability: { at-least: 80% } }, { use: linear, with: { budget: 3s } }, ./mine.js, { ./mine.ts: { a: 1 } }]',
    ),
    minimal('expect: { anomalies: [stale-read], others: allow }'),
    minimal('matrix: { system.with.reads: [lease], system: [kv, { use: kv }] }'),
    minimal('injections: [{ fault: partition, at: 1s, for: 2s, targets: [n1], cuts: [[n1, n2]] }]'),
    'name: x\nsystem: { use: kv, nodes: "${N:integer=3}", with: { bug: stale-reads, size: 4, limits: { rate: 3/s } } }\nworkload: lin-kv\nseed: ${S}',
    'extends: ./base.yaml\ntiming: { load: 3s }\nsystem: { with: { reads: lease } }',
    '{ name: x, system: ./sys.ts, workload: { use: ../w.mjs, rate: 3/m } }',
  ])('accepts %j', (text) => {
    expect(accepts(text)).toBe(true);
  });

  it.each([
    'system: kv\nworkload: register',
    minimal('systm: 1'),
    minimal('timing: { load: 5 }'),
    minimal('timing: { laod: 5s }'),
    minimal('seed: -1'),
    minimal('nemeses: [kil]'),
    minimal('nemeses: [{ use: kill, with: { any: 1 } }]'),
    minimal('nemeses: [{ use: partition, with: { shapes: [halfs] } }]'),
    minimal('nemeses: [{ use: kill, targets: leeder }]'),
    minimal('deploy: { use: local, grce: 3s }'),
    minimal('deploy: { use: local, with: { grace: 3s } }'),
    minimal('checks: [{ availability: { at-least: 80 } }]'),
    minimal('checks: [{ use: linear, with: { at-least: 80% } }]'),
    minimal('expect: invalid'),
    'name: x\nsystem: { use: kv, with: { bug: nope } }\nworkload: register',
    'name: x\nsystem: { use: kv, nodes: 100 }\nworkload: register',
    'name: x\nsystem: { use: prog, with: { bug: none } }\nworkload: register',
    'name: x\nsystem: kv\nworkload: { use: lin-kv, with: { keyz: 3 } }',
  ])('refuses %j, as the loader does', async (text) => {
    expect(accepts(text)).toBe(false);
    expect((await errorsOf(text)).length).toBeGreaterThan(0);
  });

  it('accepts expanded documents', async () => {
    const plan = await loadOne(
      minimal(
        'nemeses: [kill, partition, { use: kill, at: [1s] }]\nchecks: [linear, availability]\nexpect: { anomalies: [stale-read] }',
      ),
    );
    expect(accepts(planToYaml(plan))).toBe(true);
  });

  it('describes every key and option, and keeps none of our own keywords', () => {
    const bare: string[] = [];
    const visit = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key.startsWith('x-')) bare.push(`${path}/${key}`);
        const describedElsewhere = path.includes('/then') && ['use', 'with'].includes(key);
        if (
          path.endsWith('/properties') &&
          !path.includes('/if/') &&
          !describedElsewhere &&
          !/using|anyOf\/\d+\/properties$/.test(path) &&
          (value as Schema)['description'] === undefined
        )
          bare.push(`${path}/${key}`);
        visit(value, `${path}/${key}`);
      }
    };
    visit(schema, '');
    expect(bare).toEqual([]);
  });
});

describe('the plans of this package', () => {
  const root = fileURLToPath(new URL('../../plans', import.meta.url));
  const files = existsSync(root)
    ? readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
    : [];

  it('load, and fit the schema', async () => {
    const catalog = defaultCatalog();
    const validate = compile(await planSchema(catalog));
    const wrong: string[] = [];
    for (const file of files.sort()) {
      const path = join(root, file);
      if (!validate(parse(readFileSync(path, 'utf8'))))
        wrong.push(`${file} does not fit: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
      // What plans for hosts of the user's own ask for.
      const variables = { CHAOS_HOSTS: 'root@a root@b root@c' };
      const plans = await loadPlan(path, { catalog, variables, set: [] }).catch((error: unknown) => [error]);
      for (const plan of plans) if (plan instanceof Error) wrong.push(`${file}: ${plan.message}`);
    }
    expect(wrong).toEqual([]);
  });
});

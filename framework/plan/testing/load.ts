// Loads plans against a small world of definitions that no other test changes.
import { fileURLToPath } from 'node:url';
import { Catalog } from '../../catalog/catalog.js';
import { PlanErrors } from '../diagnostics.js';
import { loadPlanText } from '../load.js';
import type { Plan } from '../plan.js';

export const world = new Catalog(fileURLToPath(new URL('world', import.meta.url)));

export interface Extras {
  file?: string | null;
  set?: string[];
  variables?: Record<string, string | undefined>;
  seed?: number;
}

export async function load(
  text: string,
  { file = 'plans/demo.yaml', set = [], variables = {}, seed }: Extras = {},
): Promise<Plan[]> {
  return loadPlanText(text, file, { catalog: world, variables, set, ...(seed === undefined ? {} : { seed }) });
}

export async function loadOne(text: string, extras: Extras = {}): Promise<Plan> {
  const plans = await load(text, extras);
  if (plans.length !== 1) throw new Error(`expected one plan, got ${plans.length}`);
  return plans[0]!;
}

/** What is wrong, as `line:column message`; `-> word` and `| hint` behind it. Fails when nothing is wrong. */
export async function errorsOf(text: string, extras: Extras = {}): Promise<string[]> {
  const errors = await failure(text, extras);
  return errors.diagnostics.map(({ line, column, message, suggestion, hint }) => {
    const word = suggestion === undefined ? '' : ` -> ${suggestion}`;
    return `${line}:${column} ${message}${word}${hint === undefined ? '' : ` | ${hint}`}`;
  });
}

export async function failure(text: string, extras: Extras = {}): Promise<PlanErrors> {
  try {
    await load(text, extras);
  } catch (error) {
    if (error instanceof PlanErrors) return error;
    throw error;
  }
  throw new Error('the plan was accepted');
}

/** A plan with the three keys that every plan needs, and whatever else. */
export function minimal(rest = ''): string {
  return `name: demo\nsystem: kv\nworkload: register\n${rest}`;
}

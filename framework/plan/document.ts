// A plan as a document again: complete, with every default written out, so that the run can be repeated from it.
import { stringify } from 'yaml';
import type { Plan } from './plan.js';
import { Asked } from './secrets.js';

/** The expanded plan as YAML; loading it gives the same plan, once the variables that stand for its secrets are set. */
export function planToYaml(plan: Pick<Plan, 'document'>): string {
  return stringify(escaped(plan.document), { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' });
}

/** What looks like a variable is text by now: `${` is written `$${`, or it would be looked up again. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (value instanceof Asked) return `\${${value.variable}}`;
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}

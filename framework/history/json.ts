// JSON that keeps every number: JSON.stringify writes -0 as 0, and a history must load as it was recorded.
import { ChaosError, messageOf } from '../contracts/error.js';

function holdsNegativeZero(value: unknown): boolean {
  if (typeof value === 'number') return value === 0 && 1 / value < 0;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (holdsNegativeZero(value[i])) return true;
    return false;
  }
  for (const name of Object.keys(value)) if (holdsNegativeZero((value as Record<string, unknown>)[name])) return true;
  return false;
}

function careful(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(careful).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${careful(field)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** The JSON text of a value. Throws `ChaosError('history-value')` for what JSON cannot say (cycles, bigints). */
export function toJson(value: unknown): string {
  try {
    return holdsNegativeZero(value) ? careful(value) : (JSON.stringify(value) ?? 'null');
  } catch (cause) {
    throw new ChaosError('history-value', `a value cannot be written as JSON: ${messageOf(cause)}`, {
      cause,
      hint: "Values of operations must be plain JSON; check the workload's or the client's result.",
    });
  }
}

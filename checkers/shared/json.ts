// What is plain JSON and what only looks like it: where two different things would be written alike, they must not be compared.

/** Levels of lists and maps that values may have; more would overflow the stack of whoever walks them. */
export const DEEPEST = 1000;

/** Why a value is no plain JSON, a clause; null when it is. */
export function jsonProblem(value: unknown, depth = 0): string | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : `it holds the number ${value}`;
    case 'object':
      break;
    default:
      return `it holds a value of type ${typeof value}`;
  }
  if (value === null) return null;
  if (depth === DEEPEST) return `it is nested deeper than ${DEEPEST} levels, or holds itself`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = jsonProblem(value[i], depth + 1);
      if (problem !== null) return problem;
    }
    return null;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `it holds a ${nameOf(value)}`;
  for (const key of Object.keys(value)) {
    const problem = jsonProblem((value as Record<string, unknown>)[key], depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

function nameOf(value: object): string {
  const made: unknown = Reflect.get(value, 'constructor');
  return typeof made === 'function' && made.name !== '' ? made.name : 'class instance';
}

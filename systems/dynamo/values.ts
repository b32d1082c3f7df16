// What clients see of siblings: a register shows one of them, a set their union.
import type { DynamoOptions } from './options.js';
import { compareTimes, type Version, type Versions } from './versions.js';

/** The value of a register; `versions` is not empty. */
export function registerValue(versions: Versions, rule: DynamoOptions['siblings']): unknown {
  const compare = rule === 'largest' ? compareValues : compareTimes;
  return versions.reduce((best, version) => (compare(version, best) > 0 ? version : best)).value;
}

/** Numbers by size, then everything else by its JSON; ties by time. */
function compareValues(a: Version, b: Version): number {
  if (typeof a.value === 'number' && typeof b.value === 'number') return a.value - b.value || compareTimes(a, b);
  const [one, other] = [JSON.stringify(a.value), JSON.stringify(b.value)];
  return one === other ? compareTimes(a, b) : one > other ? 1 : -1;
}

/** Elements of a set: those of all siblings, each once. */
export function setValue(versions: Versions): readonly unknown[] {
  if (versions.length === 1) return elementsOf(versions[0]!);
  return distinct(versions.flatMap((version) => elementsOf(version)));
}

/** The set with one element more. */
export function setWith(versions: Versions, element: unknown): readonly unknown[] {
  const elements = setValue(versions);
  if (typeof element === 'object') return distinct([...elements, element]);
  return elements.includes(element) ? elements : [...elements, element];
}

function elementsOf({ value }: Version): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function distinct(elements: readonly unknown[]): readonly unknown[] {
  const found = new Map<unknown, unknown>();
  for (const element of elements) {
    const id = typeof element === 'object' && element !== null ? JSON.stringify(element) : element;
    if (!found.has(id)) found.set(id, element);
  }
  return [...found.values()];
}

// What the models of containers share: texts, and refusing null, which stands for "found it empty".
import { show } from '../../shared/text.js';

/** `put x` is asked for an element; the problem with one that cannot be told from "empty". */
export function nullElement(name: string, input: unknown): string | undefined {
  return input === null || input === undefined
    ? `${name} takes an element, and null means that there is none`
    : undefined;
}

export function asList(value: unknown, what: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new RangeError(`${what} starts with a list of elements, not ${show(value)}`);
}

/** `dequeue → 3`, `dequeue → empty`, `dequeue`. */
export function showTaken(f: string, output: unknown): string {
  return output === undefined ? f : `${f} → ${output === null ? 'empty' : show(output)}`;
}

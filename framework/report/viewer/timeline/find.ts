// The search box: `key:3 outcome:info` narrows what is shown; anything else is looked for in functions, values and errors.
import { NONE, type Operations, OUTCOME_NAMES, operationAt } from '../../page/operations.js';
import type { Filter } from '../app.js';

const PREFIXES: Readonly<Record<string, keyof Filter>> = {
  key: 'keys',
  process: 'processes',
  p: 'processes',
  node: 'nodes',
  f: 'functions',
  function: 'functions',
  outcome: 'outcomes',
};

export interface Query {
  /** What it adds to the filter. */
  readonly filter: Partial<Filter>;
  /** What is left to look for, in lower case; '': nothing. */
  readonly text: string;
}

/** Words that name nothing of the run stay part of the text. */
export function queryOf(words: string, operations: Operations, current: Filter): Query {
  const filter: Partial<Filter> = {};
  const rest: string[] = [];
  for (const word of words.trim().split(/\s+/)) {
    const [prefix = '', value = ''] = word.split(/:(.*)/s);
    const field = Object.hasOwn(PREFIXES, prefix.toLowerCase()) ? PREFIXES[prefix.toLowerCase()]! : undefined;
    const choice = field === undefined ? undefined : choiceOf(field, value, operations);
    if (field === undefined || choice === undefined) rest.push(word);
    else Object.assign(filter, { [field]: [...new Set([...(filter[field] ?? current[field]), choice])] });
  }
  return { filter, text: rest.join(' ').toLowerCase() };
}

function choiceOf(field: keyof Filter, value: string, operations: Operations): string | number | undefined {
  if (field === 'processes') return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  const names: readonly string[] = field === 'outcomes' ? OUTCOME_NAMES : operations[field];
  return names.includes(value) ? value : undefined;
}

/** Positions of the operations whose function, value, key or error has the text, in order. */
export function matches(operations: Operations, text: string, isShown: (position: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < operations.count; i++) if (isShown(i) && textAt(operations, i).includes(text)) found.push(i);
  return found;
}

function textAt(operations: Operations, i: number): string {
  const error = operations.error[i]!;
  const key = operations.key[i]!;
  return `${operationAt(operations, i)} ${key === NONE ? '' : `key ${operations.keys[key]}`} process ${operations.process[i]} ${error === NONE ? '' : operations.texts[error]}`.toLowerCase();
}

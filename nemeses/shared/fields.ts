// Reads the fields of an injection, which a person may have written by hand, and says exactly what is wrong with one.
import type { Link } from '../../framework/contracts/cluster.js';
import { ChaosError } from '../../framework/contracts/error.js';

/** The error of an injection that a nemesis cannot understand. */
export function badInjection(nemesis: string, problem: string): ChaosError {
  return new ChaosError('bad-injection', `${nemesis}: ${problem}`, {
    kind: 'usage',
    hint: 'compare it with an injection that a run recorded in its history',
  });
}

const TARGETS_ARE = '"targets" must be a list of node ids, at least one, such as [n1]';

function isNode(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `targets` as a list of node ids, none twice, at least one. */
export function targetsOf(nemesis: string, injection: { readonly targets: unknown }): readonly string[] {
  const targets = namesOf(nemesis, injection);
  if (targets.length === 0) throw badInjection(nemesis, TARGETS_ARE);
  return targets;
}

/** `targets` where other fields say what is hit: a list of node ids, none twice, perhaps empty. */
export function namesOf(nemesis: string, { targets }: { readonly targets: unknown }): readonly string[] {
  if (!Array.isArray(targets) || !targets.every(isNode)) throw badInjection(nemesis, TARGETS_ARE);
  if (new Set(targets).size !== targets.length) throw badInjection(nemesis, '"targets" names a node twice');
  return targets;
}

/** A list of at least one [from, to]. */
export function linksOf(nemesis: string, name: string, value: unknown): readonly Link[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw badInjection(nemesis, `"${name}" must be a list of at least one [from, to], such as [[n1, n2], [n2, n1]]`);
  }
  for (const link of value) {
    const pair: unknown[] = Array.isArray(link) ? link : [];
    if (pair.length !== 2 || !pair.every(isNode)) {
      throw badInjection(nemesis, `"${name}" holds ${JSON.stringify(link)}, which is not [from, to]`);
    }
    if (pair[0] === pair[1]) throw badInjection(nemesis, `"${name}" holds a link from ${pair[0]} to itself`);
  }
  return value as Link[];
}

/** A number within bounds; undefined when it is not there. `meaning` ends the sentence "must be …". */
export function numberOf(
  nemesis: string,
  name: string,
  value: unknown,
  meaning: string,
  within: (value: number) => boolean,
): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || !within(value)) {
    throw badInjection(nemesis, `"${name}" must be ${meaning}, not ${JSON.stringify(value)}`);
  }
  return value;
}

/** Refuses fields that nobody reads: a misspelt one would be a fault that is not there. */
export function onlyFields(nemesis: string, value: object, known: readonly string[], of = 'an injection'): void {
  for (const field of Object.keys(value)) {
    if (!known.includes(field)) {
      throw badInjection(nemesis, `"${field}" is not a field of ${of}; those are ${known.join(', ')}`);
    }
  }
}

// All that a violation can be called; for models of no family, and witnesses that no name fits, there is a last resort.
import { cells } from './cells.js';
import { containers } from './containers.js';
import type { Family, Finding, Named } from './family.js';
import { locks } from './locks.js';
import { sets } from './sets.js';

const FAMILIES: readonly Family[] = [cells, containers, sets, locks];

/** Every name once. */
export const ANOMALIES: readonly string[] = [
  ...new Set([...FAMILIES.flatMap(({ names }) => names.map(({ name }) => name)), 'not-linearizable']),
];

/**
 * `loose`: the witness is not all of the proof, so that no other name can be relied on. `possible`: asked for the states in which
 * the stuck operation could have taken effect, where they are few.
 */
export function nameOf(finding: Finding, loose: boolean, possible: () => string[] | null): Named {
  const family = FAMILIES.find(({ fits }) => fits(finding.actions.model));
  const found = loose && family !== cells ? undefined : family?.name(finding);
  return found ?? lastResort(finding, loose ? null : possible());
}

function lastResort({ partition, stuck }: Finding, states: string[] | null): Named {
  const row = partition.row[stuck]!;
  return {
    name: 'not-linearizable',
    sentence(words) {
      const observed = `${words.observed(row)}, at ${words.end(row)}`;
      return states === null || states.length === 0
        ? `${observed}, and fits nowhere: no order of these operations respects their times and results.`
        : `${observed}, although the state can only have been ${either(states)} then.`;
    },
  };
}

function either(texts: readonly string[]): string {
  return texts.join('; or ');
}

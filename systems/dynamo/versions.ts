// Versions of one key: which of them are in the past of another, and how those that are not live side by side.
import { hasSeen, isVectorClock, sizeOfPast, type VectorClock } from '../shared/vector-clock.js';
import type { DynamoOptions } from './options.js';

/** Immutable. `clock[by]` is the version's number in the chain of the actor `by`; `time` is its coordinator's wall clock. */
export interface Version {
  readonly by: string;
  readonly clock: VectorClock;
  /** Milliseconds. */
  readonly time: number;
  readonly value: unknown;
}

/** Siblings: none is in the past of another. In a fixed order, so that equal sets look alike. Empty: never written. */
export type Versions = readonly Version[];

export const NO_VERSIONS: Versions = [];

/** True when `a` makes `b` superfluous: `a` is `b` or came after it. */
export type Covers = (a: Version, b: Version) => boolean;

const numberOf = (version: Version): number => version.clock[version.by]!;

function nameOf(version: Version): string {
  return `${version.by}:${numberOf(version)}`;
}

/** Names what a node holds of a key: two nodes with the same tag hold the same. */
export function tagOf(versions: Versions): string {
  return versions.length === 1 ? nameOf(versions[0]!) : versions.map(nameOf).join(' ');
}

/** Above 0: `a` is the later one by wall clock; ties are broken by name, everywhere alike. 0: they are the same version. */
export function compareTimes(a: Version, b: Version): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.by !== b.by) return a.by > b.by ? 1 : -1;
  return numberOf(a) - numberOf(b);
}

/** An actor's versions of a key are a chain, each with all earlier ones in its past: so the number in the clock says it all. */
const afterInClock: Covers = (a, b) => hasSeen(a.clock, b.by, numberOf(b));

const afterInTime: Covers = (a, b) => compareTimes(a, b) >= 0;

/** Planted bug: the clock with more events behind it passes for the later one, though neither may have seen the other. */
const longerPast: Covers = (a, b) => sizeOfPast(a.clock) >= sizeOfPast(b.clock);

export function coversOf({ versions, bug }: Pick<DynamoOptions, 'versions' | 'bug'>): Covers {
  if (versions === 'last-writer') return afterInTime;
  return bug === 'wrong-merge' ? longerPast : afterInClock;
}

/** What is left of both when everything that is in the past of something else is gone. `a` itself when `b` adds nothing. */
export function merge(a: Versions, b: Versions, covers: Covers): Versions {
  if (a === b || b.length === 0) return a;
  let merged = a;
  for (const version of b) {
    if (merged.some((other) => covers(other, version))) continue;
    merged = [...merged.filter((other) => !covers(version, other)), version];
  }
  return merged === a || merged.length === 1 ? merged : [...merged].sort(byName);
}

function byName(a: Version, b: Version): number {
  if (a.by !== b.by) return a.by < b.by ? -1 : 1;
  return numberOf(a) - numberOf(b);
}

/** For whoever only wants to know what there is. */
export function withoutValue(version: Version): Version {
  return { ...version, value: null };
}

/** Checks what came from the network. */
export function isVersions(value: unknown): value is Versions {
  return Array.isArray(value) && value.every(isVersion);
}

function isVersion(value: unknown): value is Version {
  if (typeof value !== 'object' || value === null) return false;
  const { by, clock, time, value: held } = value as Partial<Version>;
  return (
    typeof by === 'string' &&
    typeof time === 'number' &&
    held !== undefined &&
    isVectorClock(clock) &&
    Object.hasOwn(clock, by)
  );
}

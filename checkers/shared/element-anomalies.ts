// Anomalies of single elements that every checker of sets and broadcasts tells in the same way.
import type { Anomaly } from '../../framework/contracts/checker.js';
import type { History } from '../../framework/contracts/history.js';
import { actor } from './actor.js';
import type { Elements } from './elements.js';
import type { FinalRead } from './final-reads.js';
import { capital, instant, list, show } from './text.js';

/** How a checker calls its elements and what is done with them. */
export interface ElementWords {
  /** `element`, `message`. */
  noun: string;
  /** `added`, `broadcast`. */
  done: string;
  /** `add`, `broadcast`. */
  deed: string;
}

type Evidence = Omit<Anomaly, 'name'>;

const timeOf = (history: History, row: number) => instant(history.columns.time[row]!);

/** True when a read showed an element that nobody had added when it returned. */
export function isUnexpected(elements: Elements, id: number): boolean {
  const seen = elements.firstSeen[id]!;
  const attempted = elements.attempted[id]!;
  return seen >= 0 && (attempted < 0 || attempted > seen);
}

export function unexpectedElement(history: History, elements: Elements, id: number, words: ElementWords): Evidence {
  const seen = elements.firstSeen[id]!;
  const attempted = elements.attempted[id]!;
  const failed = elements.failed[id]!;
  const why =
    attempted >= 0
      ? `it was ${words.done} only later, by process ${history.columns.process[attempted]} at ${timeOf(history, attempted)}`
      : failed >= 0
        ? `its only ${words.deed}, by process ${history.columns.process[failed]} at ${timeOf(history, failed)}, failed`
        : `nobody ever ${words.done} it`;
  const value = elements.interner.values[id];
  return {
    message: `The read by ${actor(history, seen)} at ${timeOf(history, seen)} shows ${words.noun} ${show(value)}, but ${why}.`,
    operations: [attempted < 0 ? failed : attempted, history.columns.mate[seen]!]
      .filter((row) => row >= 0)
      .sort((a, b) => a - b),
    evidence: { element: value },
  };
}

export function repeatedElement(history: History, elements: Elements, id: number, words: ElementWords): Evidence {
  const row = elements.repeated[id]!;
  const value = elements.interner.values[id];
  const times = (history.value(row) as unknown[]).filter((item) => elements.interner.find(item) === id).length;
  return {
    message: `The read by ${actor(history, row)} at ${timeOf(history, row)} shows ${words.noun} ${show(value)} ${times} times.`,
    operations: [history.columns.mate[row]!],
    evidence: { element: value, times },
  };
}

/** The final reads that should show an element and do not, by element number. */
export function missingFrom(
  history: History,
  elements: Elements,
  finals: readonly FinalRead[],
): Map<number, FinalRead[]> {
  const missing = new Map<number, FinalRead[]>();
  const met = new Int32Array(elements.count).fill(-1);
  finals.forEach((final, ordinal) => {
    const value = history.value(final.completed);
    if (!Array.isArray(value)) return;
    for (const element of value) met[elements.interner.find(element)] = ordinal;
    for (let id = 0; id < elements.count; id++) {
      const known = elements.known[id]!;
      if (known < 0 || known > final.invoked || met[id] === ordinal || isUnexpected(elements, id)) continue;
      const reads = missing.get(id);
      if (reads === undefined) missing.set(id, [final]);
      else reads.push(final);
    }
  });
  return missing;
}

/** Says who made an element known and when: `added by process 2 on n1, acknowledged at 1.200 s`. */
export function howKnown(history: History, elements: Elements, id: number, words: ElementWords): string {
  const acknowledged = elements.acknowledged[id]!;
  const by = `${words.done} by ${actor(history, elements.attempted[id]!)}`;
  if (acknowledged === elements.known[id]) return `${by} and acknowledged at ${timeOf(history, acknowledged)}`;
  const seen = elements.firstSeen[id]!;
  return `${by}, then read by ${actor(history, seen)} at ${timeOf(history, seen)}`;
}

export function missingElement(
  history: History,
  elements: Elements,
  id: number,
  missing: readonly FinalRead[],
  finals: readonly FinalRead[],
  words: ElementWords,
): Evidence {
  const value = elements.interner.values[id];
  const places = missing.map(({ place }) => place);
  const others = finals.map(({ place }) => place).filter((place) => !places.includes(place));
  const first = missing[0]!;
  const where =
    others.length === 0
      ? finals.length === 1
        ? `the final read of ${places[0]}`
        : `every final read (${list(places)})`
      : `the final ${missing.length === 1 ? 'read' : 'reads'} of ${list(places)} (${list(others)} ${others.length === 1 ? 'has' : 'have'} it)`;
  return {
    message: `${capital(words.noun)} ${show(value)}, ${howKnown(history, elements, id, words)}, is missing from ${where}, at ${timeOf(history, first.completed)}${missing.length === 1 ? '' : ' and later'}.`,
    operations: [elements.attempted[id]!, ...missing.slice(0, 3).map(({ invoked }) => invoked)],
    evidence: { element: value, missingFrom: places },
  };
}

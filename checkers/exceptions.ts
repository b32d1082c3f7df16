// Errors that no client expected: malformed replies, and what a system's own client threw.
import { defineChecker } from '../framework/contracts/define.js';
import type { Table } from '../framework/contracts/exhibit.js';
import { EVENT_FAIL, EVENT_INFO, type History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { actor } from './shared/actor.js';
import { showing } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { amount, instant } from './shared/text.js';

interface Options {
  fail: boolean;
}

interface Kind {
  count: number;
  /** Row of the completion that was the first of its kind. */
  first: number;
}

const PREFIX = 'exception:';
/** Messages told apart; what comes after them is only counted. */
const KINDS = 20;
const LONGEST = 300;

function table({ columns: { time, mate } }: History, kinds: ReadonlyMap<string, Kind>): Table | null {
  if (kinds.size === 0) return null;
  return {
    kind: 'table',
    title: 'Errors that no client expected',
    note: 'Each kind once, with the operation that met it first.',
    columns: [
      { title: 'error' },
      { title: 'times', numeric: true },
      { title: 'first at', shows: 'instant' },
      { title: 'operation', shows: 'operation' },
    ],
    rows: [...kinds].map(([message, { count, first }]) => [
      message,
      count,
      time[first]!,
      mate[first]! < 0 ? null : mate[first]!,
    ]),
  };
}

export default defineChecker<Options>({
  name: 'exceptions',
  summary: 'Lists the errors that no client expected.',
  options: {
    fail: option.flag('Whether such an error is an anomaly; otherwise it is only listed.', false),
  },
  anomalies: ['client-exception'],
  explains: EXPLANATIONS,
  always: true,
  check(history, { options }) {
    const { type, mate, time, length } = history.columns;
    const kinds = new Map<string, Kind>();
    let total = 0;
    for (let row = 0; row < length; row++) {
      if (type[row] !== EVENT_INFO && type[row] !== EVENT_FAIL) continue;
      const error = history.error(row);
      if (error === undefined || !error.startsWith(PREFIX)) continue;
      total++;
      const message = error.slice(PREFIX.length).trim().slice(0, LONGEST);
      const kind = kinds.get(message);
      if (kind !== undefined) kind.count++;
      else if (kinds.size < KINDS) kinds.set(message, { count: 1, first: row });
    }
    const findings = new Findings();
    for (const [message, { count, first }] of options.fail ? kinds : []) {
      findings.add('client-exception', () => ({
        message: `The client of ${actor(history, first)} met an error that it did not expect, at ${instant(time[first]!)}: ${message} (${amount(count, 'time')} in all).`,
        operations: mate[first]! < 0 ? [] : [mate[first]!],
        evidence: { message, count },
      }));
    }
    const listed = [...kinds].map(([message, { count, first }]) => ({ message, count, first: mate[first]! }));
    const verdict = findings.verdict({
      valid:
        total === 0
          ? 'no client met an unexpected error'
          : `${amount(total, 'unexpected error')} of clients, listed but not judged`,
      details: { total, exceptions: listed },
    });
    return showing(verdict, table(history, kinds));
  },
});

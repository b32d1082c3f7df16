// Whether what was acknowledged is still there in the end. It asks nothing of the order of operations, so that stores which are
// only eventually consistent can be judged by it, once they had time to settle.
import { defineChecker } from '../../framework/contracts/define.js';
import type { Table } from '../../framework/contracts/exhibit.js';
import type { History } from '../../framework/contracts/history.js';
import { option } from '../../framework/contracts/options.js';
import { NONE, type RegisterOperations, registerOperations, repeatedValues } from '../sequential/operations.js';
import { RegisterWords } from '../sequential/words.js';
import { actor } from '../shared/actor.js';
import { ofHowMany, showing } from '../shared/exhibits.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { allFinalReads, type FinalRead, finalStart } from '../shared/final-reads.js';
import { Findings, stopped } from '../shared/findings.js';
import { amount, capital, instant, list, show } from '../shared/text.js';
import { judgeElements } from './elements.js';
import { judgeRegisters, type LostWrites } from './registers.js';

interface Options {
  add: string;
  remove: string;
  initial: unknown;
}

const SHOWN = 3;
/** Rows of the table. */
const MOST_ROWS = 200;

/** `the final reads of x return 3 (n1) and 4 (n2 and n3), which is older`. */
function returned(operations: RegisterOperations, finals: readonly number[]): string {
  const { history, row, reads, versions } = operations;
  const places = new Map<number, string[]>();
  for (const i of finals) {
    const { node, process } = history.operation(row[i]!);
    const place = node ?? `process ${process}`;
    const known = places.get(reads[i]!);
    if (known === undefined) places.set(reads[i]!, [place]);
    else if (!known.includes(place)) known.push(place);
  }
  return list([...places].map(([version, who]) => `${show(versions.value(version))} (${list(who)})`));
}

function lostWrite(operations: RegisterOperations, { write, count, finals }: LostWrites) {
  const { history, row, end, key, reads, writer } = operations;
  const source = writer[reads[finals[0]!]!]!;
  const rows = [write, ...finals.slice(0, SHOWN), ...(source === NONE ? [] : [source])].map((i) => row[i]!);
  const words = new RegisterWords(history, rows);
  const name = history.keys[key[write]! - 1];
  const others =
    count === 1 ? '' : `; so ${count === 2 ? 'is' : 'are'} ${amount(count - 1, 'acknowledged write')} before it`;
  const doer = row[write]!;
  return {
    message: `${capital(words.actor(doer))} ${words.did(doer)}, acknowledged at ${instant(history.columns.time[end[write]!]!)}, but every final read${name === undefined ? '' : ` of ${name}`} returns what was there before: ${returned(operations, finals)}. It is lost${others}.`,
    operations: [...new Set(rows)].sort((a, b) => a - b),
    ...(name === undefined ? {} : { key: name }),
    evidence: { newer: count },
  };
}

function lostWritesTable(operations: RegisterOperations, lost: readonly LostWrites[]): Table | null {
  if (lost.length === 0) return null;
  const { history, row, end, key, writes, versions } = operations;
  const shown = lost.slice(0, MOST_ROWS);
  return {
    kind: 'table',
    title: 'Acknowledged writes that are gone in the end',
    note: `One row for each key: the newest write that is lost.${ofHowMany(shown.length, lost.length)}`,
    columns: [
      { title: 'key' },
      { title: 'wrote' },
      { title: 'by' },
      { title: 'acknowledged', shows: 'instant' },
      { title: 'final reads return' },
      { title: 'lost writes of the key', numeric: true },
      { title: 'operation', shows: 'operation' },
    ],
    rows: shown.map(({ write, count, finals }) => [
      keyOf(history, key[write]!),
      show(versions.value(writes[write]!)),
      actor(history, row[write]!),
      history.columns.time[end[write]!]!,
      returned(operations, finals),
      count,
      row[write]!,
    ]),
  };
}

function keyOf(history: History, number: number): string | null {
  const name = history.keys[number - 1];
  return name === undefined ? null : String(name);
}

function lostElementsTable(history: History, lost: readonly number[], finals: readonly FinalRead[]): Table | null {
  if (lost.length === 0) return null;
  const { time, mate } = history.columns;
  const shown = lost.slice(0, MOST_ROWS);
  const places = list([...new Set(finals.map(({ place }) => place))]);
  return {
    kind: 'table',
    title: 'Acknowledged elements that no final read shows',
    note: `Asked in the end: ${places}.${ofHowMany(shown.length, lost.length)}`,
    columns: [
      { title: 'element' },
      { title: 'added by' },
      { title: 'acknowledged', shows: 'instant' },
      { title: 'operation', shows: 'operation' },
    ],
    rows: shown.map((row) => [show(history.value(row)), actor(history, row), time[mate[row]!]!, row]),
  };
}

function checkRegisters(history: History, { initial }: Options) {
  const findings = new Findings();
  const starts = ['write', 'cas'].map((f) => finalStart(history, f));
  const start = starts.includes(null) ? null : Math.max(...starts.map((row) => row ?? NONE));
  if (start === null) return findings.verdict({ unknown: 'the run ended before its final reads' });
  const operations = registerOperations(history, { initial });
  const { lost, judged, unjudged, acknowledged } = judgeRegisters(operations, start);
  for (const one of lost) findings.add('lost-write', () => lostWrite(operations, one));
  const why = () => {
    if (judged + unjudged === 0) return 'no final read succeeded, so nobody knows what was left in the end';
    if (acknowledged === 0) return 'no write was acknowledged';
    if (unjudged === 0) return null;
    return `${amount(unjudged, 'key')} could not be judged: ${repeatedValues(operations) ?? 'what final reads return was never written'}`;
  };
  const newer = lost.reduce((sum, { count }) => sum + count, 0);
  const verdict = findings.verdict({
    unknown: why(),
    valid: `the final reads of ${amount(judged, 'key')} miss no acknowledged write`,
    details: { acknowledged, keys: judged, unjudged, lostKeys: lost.length, lostWrites: newer },
  });
  return showing(verdict, lostWritesTable(operations, lost));
}

function checkElements(history: History, names: Options) {
  const findings = new Findings();
  const starts = [names.add, names.remove].map((f) => finalStart(history, f) ?? NONE);
  const all = allFinalReads(history, 'read', names.add).filter(({ invoked }) => invoked > Math.max(...starts));
  const { lost, judged, acknowledged, finals } = judgeElements(history, names, all);
  const { time, mate } = history.columns;
  const places = [...new Set(finals.map(({ place }) => place))];
  for (const row of lost) {
    findings.add('lost-write', () => ({
      message: `${capital(actor(history, row))} added ${show(history.value(row))}, acknowledged at ${instant(time[mate[row]!]!)}, but no final read shows it (${list(places)}), and nobody tried to remove it.`,
      operations: [row, ...finals.slice(0, SHOWN).map(({ invoked }) => invoked)],
      evidence: { element: history.value(row) },
    }));
  }
  const why = () => {
    if (finals.length === 0) return 'no final read returned a list, so nobody knows what was left in the end';
    return judged === 0 ? 'no final read had to show any element' : null;
  };
  const verdict = findings.verdict({
    unknown: why(),
    valid: `${amount(judged, 'acknowledged element')} are shown by final reads`,
    details: { acknowledged, elements: judged, finalReads: finals.length, lost: lost.length },
  });
  return showing(verdict, lostElementsTable(history, lost, finals));
}

export default defineChecker<Options>({
  name: 'durability',
  summary:
    'What was acknowledged is there in the end: writes of registers, unless overwritten, and elements of sets, unless removed. What happens before the final reads is not judged.',
  options: {
    add: option.text('The function that adds one element to a set.', 'add'),
    remove: option.text('The function that removes one element from a set.', 'remove'),
    initial: option.any('The value of every register at the start.', null),
  },
  anomalies: ['lost-write'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    if (cancelled()) return stopped();
    return history.functionId(options.add) >= 0 ? checkElements(history, options) : checkRegisters(history, options);
  },
});

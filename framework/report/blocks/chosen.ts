// Which operations of a long run the page holds: everything near anomalies, what failed where that is little, of the rest an even sample.
import { EVENT_INVOKE, EVENT_OK, type History } from '../../contracts/history.js';
import type { Story } from '../story.js';
import { firstRowAfter } from '../windows.js';

/** Operations of a page at most, about: some 15 bytes each. */
export const MOST_OPERATIONS = 250_000;
/** Of those that did not succeed. */
const MOST_TROUBLED = 60_000;
/** Events kept on either side of an operation that proves an anomaly. */
const NEAR = 2_000;
/** Of the anomalies that are only listed. */
const NEAR_OTHERS = 50;
/** Anomalies closer than this are kept with everything between their operations. */
const WIDEST = 100_000;
const MOST_OTHERS = 200;

export interface Chosen {
  /** Rows of invocations, ascending. */
  readonly rows: Uint32Array;
  /** How many there are in the history. */
  readonly all: number;
}

/** The same story always gives the same rows. */
export function chosenRows(story: Story, most = MOST_OPERATIONS): Chosen {
  const { history } = story.input;
  const { operations, troubled } = count(history);
  if (operations <= most) return { rows: rowsWhere(history, operations, () => true), all: operations };
  const kept = nearAnomalies(story);
  const troubledShare = Math.min(1, MOST_TROUBLED / Math.max(1, troubled));
  const room = most - Math.min(troubled, MOST_TROUBLED);
  const share = room / Math.max(1, operations - troubled);
  const wanted = (row: number, ok: boolean) => kept[row] === 1 || dice(row) < (ok ? share : troubledShare);
  return { rows: rowsWhere(history, Math.min(operations, most * 2), wanted), all: operations };
}

function count({ columns }: History): { operations: number; troubled: number } {
  let operations = 0;
  let troubled = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0) continue;
    operations++;
    const mate = columns.mate[row]!;
    if (mate < 0 || columns.type[mate] !== EVENT_OK) troubled++;
  }
  return { operations, troubled };
}

function rowsWhere({ columns }: History, room: number, wanted: (row: number, ok: boolean) => boolean): Uint32Array {
  let rows = new Uint32Array(room);
  let length = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0) continue;
    const mate = columns.mate[row]!;
    if (!wanted(row, mate >= 0 && columns.type[mate] === EVENT_OK)) continue;
    if (length === rows.length) {
      const larger = new Uint32Array(rows.length * 2 + 16);
      larger.set(rows);
      rows = larger;
    }
    rows[length++] = row;
  }
  return rows.subarray(0, length);
}

/** A number of [0, 1) that looks drawn but always is the same for a row; a stride would follow the clients' turns. */
function dice(row: number): number {
  let x = Math.imul(row ^ (row >>> 16), 0x45d9f3b);
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** 1 by row: it is close to an anomaly. */
function nearAnomalies({ input: { history }, cases, others }: Story): Uint8Array {
  const { columns } = history;
  const kept = new Uint8Array(columns.length);
  const keep = (from: number, to: number) => kept.fill(1, Math.max(0, from), Math.max(0, to + 1));
  const around = (row: number, margin: number) => {
    if (!Number.isInteger(row) || row < 0 || row >= columns.length) return;
    keep(row - margin, row + margin);
    const mate = columns.mate[row]!;
    if (mate < 0) return;
    keep(mate - margin, mate + margin);
    if (Math.abs(mate - row) <= WIDEST) keep(Math.min(row, mate), Math.max(row, mate));
  };
  for (const { operations, moments, span } of cases) {
    for (const { index } of operations) around(index, NEAR);
    for (const time of moments) around(firstRowAfter(columns, time) - 1, NEAR);
    if (span === undefined) continue;
    const [first, last] = [firstRowAfter(columns, span.from - 1), firstRowAfter(columns, span.to)];
    if (last - first <= WIDEST) keep(first, last);
  }
  for (const { operations } of others.slice(0, MOST_OTHERS)) {
    for (const row of (operations ?? []).slice(0, MOST_OTHERS)) around(row, NEAR_OTHERS);
  }
  return keepOpen(history, kept);
}

/** Of an operation that ends near an anomaly, the invocation is kept, wherever it is. */
function keepOpen({ columns }: History, kept: Uint8Array): Uint8Array {
  for (let row = 0; row < columns.length; row++) {
    const mate = columns.mate[row]!;
    if (kept[row] === 1 && mate >= 0 && columns.type[row] !== EVENT_INVOKE) kept[mate] = 1;
  }
  return kept;
}

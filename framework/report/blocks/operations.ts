// The operations of a run as the page holds them: all of them, or an even sample with everything near an anomaly.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History, VALUE_OTHER } from '../../contracts/history.js';
import type { Nanoseconds } from '../../contracts/time.js';
import { keyText } from '../operations.js';
import {
  type Density,
  FAIL,
  INFO,
  NONE,
  OK,
  type Operations,
  type OperationsBlock,
  packOperations,
} from '../page/operations.js';
import type { Story } from '../story.js';
import { clipShort } from '../text.js';
import { chosenRows } from './chosen.js';
import { ErrorWriter, emptyValues, Texts, Used, ValueWriter } from './values.js';

/** Characters of a key; fewer where there are more than some thousands. */
const LONGEST_KEY = 40;
const SHORTEST_KEY = 16;
const MANY_KEYS = 10_000;
const BINS = 800;

/** Columns only: a run may have a million operations. */
export function operationsBlock(story: Story): OperationsBlock {
  const { history } = story.input;
  const { rows, all } = chosenRows(story);
  const proof = new Set(story.cases.flatMap(({ operations }) => operations.map(({ index }) => index)));
  const density = densityOf(history, story.statistics.end);
  return packOperations({ ...columnsOf(history, rows, proof), left: all - rows.length, density });
}

function columnsOf(
  history: History,
  rows: Uint32Array,
  proof: ReadonlySet<number>,
): Omit<Operations, 'left' | 'density'> {
  const { columns } = history;
  const texts = new Texts();
  const values = new ValueWriter(history, texts, countOthers(history, rows));
  const errors = new ErrorWriter(texts);
  const keyLength = history.keys.length > MANY_KEYS ? SHORTEST_KEY : LONGEST_KEY;
  const keys = new Used(history.keys.length, (key) => keyText(history.keys[key], keyLength));
  const count = rows.length;
  const operations = {
    count,
    row: Float64Array.from(rows),
    invoked: new Float64Array(count),
    completed: new Float64Array(count).fill(Number.NaN),
    process: new Float64Array(count),
    node: new Uint32Array(count).fill(NONE),
    f: new Uint16Array(count),
    key: new Uint32Array(count).fill(NONE),
    outcome: new Uint8Array(count),
    asked: emptyValues(count),
    got: emptyValues(count),
    error: new Uint32Array(count).fill(NONE),
  };
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const mate = columns.mate[row]!;
    operations.invoked[i] = columns.time[row]!;
    operations.process[i] = columns.process[row]!;
    if (columns.node[row]! >= 0) operations.node[i] = columns.node[row]!;
    operations.f[i] = columns.f[row]!;
    if (columns.key[row]! >= 0) operations.key[i] = keys.at(columns.key[row]!);
    operations.outcome[i] = mate < 0 ? INFO : outcomeOf(columns.type[mate]);
    values.write(operations.asked, operations.got, i, row, mate, proof.has(row));
    if (mate < 0) continue;
    operations.completed[i] = columns.time[mate]!;
    const error = history.error(mate);
    if (error !== undefined) operations.error[i] = errors.at(error);
  }
  return {
    ...operations,
    nodes: history.nodes.map((node) => clipShort(node, 60)),
    functions: history.functions.map((name) => clipShort(name, 60)),
    keys: keys.all,
    texts: texts.all,
  };
}

/** Undefined: there is no completion. */
function outcomeOf(type: number | undefined): number {
  return type === EVENT_OK ? OK : type === EVENT_FAIL ? FAIL : INFO;
}

function countOthers({ columns }: History, rows: Uint32Array): number {
  let others = 0;
  for (const row of rows) {
    if (columns.kind[row] === VALUE_OTHER) others++;
    const mate = columns.mate[row]!;
    if (mate >= 0 && columns.kind[mate] === VALUE_OTHER) others++;
  }
  return others;
}

function densityOf({ columns }: History, end: Nanoseconds): Density {
  const counts = [new Uint32Array(BINS), new Uint32Array(BINS), new Uint32Array(BINS)] as const;
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0) continue;
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((columns.time[row]! / end) * BINS)));
    counts[outcomeOf(columns.type[columns.mate[row]!]) as 0 | 1 | 2][bin]! += 1;
  }
  return { bins: BINS, ok: counts[OK], fail: counts[FAIL], info: counts[INFO] };
}

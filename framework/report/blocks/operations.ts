// The operations of a run as the page holds them: all of them, or an even sample with everything near an anomaly.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../contracts/history.js';
import { valueText } from '../operations.js';
import { NONE, type Operations, type OperationsBlock, packOperations } from '../page/operations.js';
import type { Story } from '../story.js';
import { clipShort } from '../text.js';

/** Characters of what was asked and what came back, and of an error. */
const LONGEST_TEXT = 160;

export function operationsBlock({ input: { history } }: Story): OperationsBlock {
  const rows = clientRows(history);
  return packOperations(columnsOf(history, rows, 0));
}

function clientRows({ columns }: History): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] === EVENT_INVOKE && columns.process[row]! >= 0) rows.push(row);
  }
  return Uint32Array.from(rows);
}

function columnsOf(history: History, rows: Uint32Array, left: number): Operations {
  const { columns } = history;
  const texts = new Texts();
  const count = rows.length;
  const operations = {
    count,
    left,
    row: Float64Array.from(rows),
    invoked: new Float64Array(count),
    completed: new Float64Array(count).fill(Number.NaN),
    process: new Float64Array(count),
    node: new Uint32Array(count).fill(NONE),
    f: new Uint16Array(count),
    key: new Uint32Array(count).fill(NONE),
    outcome: new Uint8Array(count),
    text: new Uint32Array(count),
    error: new Uint32Array(count).fill(NONE),
  };
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const mate = columns.mate[row]!;
    const type = mate < 0 ? -1 : columns.type[mate]!;
    operations.invoked[i] = columns.time[row]!;
    if (mate >= 0) operations.completed[i] = columns.time[mate]!;
    operations.process[i] = columns.process[row]!;
    if (columns.node[row]! >= 0) operations.node[i] = columns.node[row]!;
    operations.f[i] = columns.f[row]!;
    if (columns.key[row]! >= 0) operations.key[i] = columns.key[row]!;
    operations.outcome[i] = type === EVENT_OK ? 0 : type === EVENT_FAIL ? 1 : 2;
    operations.text[i] = texts.at(valueText(history.operation(row), LONGEST_TEXT));
    const error = mate < 0 ? undefined : history.error(mate);
    if (error !== undefined) operations.error[i] = texts.at(clipShort(error, LONGEST_TEXT));
  }
  return {
    ...operations,
    nodes: history.nodes.map((node) => clipShort(node, 60)),
    functions: history.functions.map((name) => clipShort(name, 60)),
    keys: history.keys.map((key) => clipShort(String(key), 60)),
    texts: texts.all,
  };
}

/** Each text once. */
class Texts {
  readonly all: string[] = [];
  readonly #positions = new Map<string, number>();

  at(text: string): number {
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

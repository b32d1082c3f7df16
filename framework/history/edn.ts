// Histories of Jepsen as EDN, in both directions.
import { ChaosError, messageOf } from '../contracts/error.js';
import { EVENT_TYPES, type History } from '../contracts/history.js';
import { EdnForms } from './edn-forms.js';
import { NOT_PLAIN, parsePlain } from './edn-plain.js';
import { keyword, parseEdn, toEdnValue } from './edn-value.js';
import { malformed } from './issue.js';
import { historyOfJepsen, type JepsenHistory } from './jepsen.js';
import { choice, type JepsenEvent, type KeyedOption } from './keyed.js';
import { unreadable } from './load.js';
import { textChunks } from './text-file.js';

/** The first line of what `toEdn` writes; it says what the import would otherwise have to guess. */
const MARK = /^; a history written by chaos, keyed: (yes|no)$/m;

/**
 * Reads a history of operation maps, one after the other or in one vector: `{:process 0, :type :invoke, :f :read, :value nil}`.
 * Keys that are not about operations are ignored. An operation that the end of the file cuts on its own line is left out with
 * a warning. Throws `ChaosError` with file and line.
 */
export function importEdn(file: string, keyed: KeyedOption = 'auto'): JepsenHistory {
  let warnings: readonly string[] = [];
  function* read(): IterableIterator<JepsenEvent> {
    const forms = new EdnForms(file);
    try {
      for (const { text, line } of forms.read(textChunks(file))) {
        for (const value of values(file, line, text)) yield operation(file, line, value);
      }
    } catch (cause) {
      throw cause instanceof ChaosError ? cause : unreadable(file, cause);
    }
    warnings = forms.warnings;
  }
  const mark = keyed === 'auto' ? markOf(file) : undefined;
  const imported = historyOfJepsen(file, read, mark ?? keyed);
  const keyedChoice = mark === undefined ? imported.keyed : choice(imported.keyed.chosen, 'the file says so');
  return { ...imported, keyed: keyedChoice, warnings: [...warnings, ...imported.warnings] };
}

/** What the file says itself, where we wrote it. */
function markOf(file: string): 'yes' | 'no' | undefined {
  try {
    for (const chunk of textChunks(file)) return MARK.exec(chunk.slice(0, 200))?.[1] as 'yes' | 'no' | undefined;
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return undefined;
}

function values(file: string, line: number, text: string): unknown[] {
  const plain = parsePlain(text);
  if (plain !== NOT_PLAIN) return [plain];
  try {
    return parseEdn(text);
  } catch (cause) {
    // The parser runs out of stack.
    if (cause instanceof RangeError) throw malformed(file, line, 'a value is nested too deep');
    throw malformed(file, line, `this is not EDN: ${messageOf(cause)}`);
  }
}

function operation(file: string, line: number, value: unknown): JepsenEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(file, line, 'an operation is expected, as in {:process 0, :type :invoke, :f :read, :value nil}');
  }
  const { index, time, process, type, f, key, value: inner, node, error } = value as Record<string, unknown>;
  return {
    line,
    index,
    time,
    process,
    type,
    f,
    key,
    value: inner,
    node: typeof node === 'string' ? node : undefined,
    error,
  };
}

/** Lines of EDN, one operation each, as Jepsen's `history.edn`. Operations with a key have `[key value]` as value. */
export function* ednLines(history: History): IterableIterator<string> {
  yield `; a history written by chaos, keyed: ${isKeyed(history) ? 'yes' : 'no'}\n`;
  for (let row = 0; row < history.length; row++) yield `${ednEvent(history, row)}\n`;
}

/** A whole history as EDN text. */
export function toEdn(history: History): string {
  return [...ednLines(history)].join('');
}

/** True when there are client operations and all of them have a key. */
function isKeyed(history: History): boolean {
  const { process, key, length } = history.columns;
  let clients = 0;
  for (let row = 0; row < length; row++) {
    if (process[row]! < 0) continue;
    if (key[row]! < 0) return false;
    clients++;
  }
  return clients > 0;
}

function ednEvent(history: History, row: number): string {
  const { columns } = history;
  const process = columns.process[row]!;
  const f = history.functions[columns.f[row]!]!;
  const key = history.keys[columns.key[row]!];
  const value = f === 'txn' ? transaction(history.value(row)) : toEdnValue(history.value(row));
  const node = history.nodes[columns.node[row]!];
  const error = history.error(row);
  const fields = [
    `:index ${row}`,
    `:time ${toEdnValue(columns.time[row])}`,
    `:type :${EVENT_TYPES[columns.type[row]!]}`,
    `:process ${process < 0 ? ':nemesis' : process}`,
    `:f ${keyword(f)}`,
    `:value ${key === undefined ? value : `[${toEdnValue(key)} ${value}]`}`,
  ];
  if (node !== undefined) fields.push(`:node ${JSON.stringify(node)}`);
  if (error !== undefined) fields.push(`:error ${JSON.stringify(error)}`);
  return `{${fields.join(', ')}}`;
}

/** Micro-operations are named by keywords: `[[:append 1 2] [:r 1 nil]]`. */
function transaction(value: unknown): string {
  if (!Array.isArray(value)) return toEdnValue(value);
  return `[${value.map(microOperation).join(' ')}]`;
}

function microOperation(operation: unknown): string {
  if (!Array.isArray(operation) || typeof operation[0] !== 'string') return toEdnValue(operation);
  return `[${[keyword(operation[0]), ...operation.slice(1).map(toEdnValue)].join(' ')}]`;
}

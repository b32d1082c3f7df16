// Histories in Jepsen's own log (`INFO  jepsen.util - 0	:invoke	:read	nil`) and in its `history.txt`.

import { NOT_PLAIN, parsePlain } from './edn-plain.js';
import { parseEdn } from './edn-value.js';
import { malformed } from './issue.js';
import { historyOfJepsen, type JepsenHistory } from './jepsen.js';
import type { JepsenEvent, KeyedOption } from './keyed.js';
import { unreadable } from './load.js';
import { textLines } from './text-file.js';

/** What may stand before an operation, the operation, and behind it value and error. */
export const LOG_LINE =
  /^(?:.*jepsen\.util\S*\s+(?:-\s+)?)?:?(nemesis|\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)(?:\s+(.*))?$/;

/** Lines that are no operation are skipped. There are no times in such files: the line's number stands for it. */
export function importJepsenLog(file: string, keyed: KeyedOption = 'auto'): JepsenHistory {
  function* read(): IterableIterator<JepsenEvent> {
    let line = 0;
    for (const text of lines(file)) {
      line++;
      const match = LOG_LINE.exec(text);
      if (match !== null) yield operation(file, line, match);
    }
  }
  const imported = historyOfJepsen(file, read, keyed);
  imported.warnings.push('there are no times in this file: line numbers stand for nanoseconds');
  return imported;
}

function* lines(file: string): IterableIterator<string> {
  const reader = textLines(file);
  for (;;) {
    let next: IteratorResult<string>;
    try {
      next = reader.next();
    } catch (cause) {
      throw unreadable(file, cause);
    }
    if (next.done === true) return;
    yield next.value;
  }
}

function operation(file: string, line: number, match: RegExpExecArray): JepsenEvent {
  const [, process, type, f, rest = ''] = match;
  const [value, ...error] = parts(file, line, rest);
  return {
    line,
    process: process === 'nemesis' ? process : Number(process),
    type,
    f,
    value,
    ...(error.length > 0 ? { error: error.length === 1 ? error[0] : error } : {}),
  };
}

/** The value, then what there is of an error: behind a tab it may be any text. */
function parts(file: string, line: number, rest: string): unknown[] {
  const tab = rest.indexOf('\t');
  const valueText = tab < 0 ? rest : rest.slice(0, tab);
  try {
    const plain = parsePlain(valueText);
    const found = plain === NOT_PLAIN ? parseEdn(valueText) : [plain];
    if (tab < 0) return found;
    const text = rest.slice(tab + 1).trim();
    return text === '' ? found : [...found, errorOf(text)];
  } catch {
    throw malformed(file, line, `the value is not EDN: ${valueText.slice(0, 60)}`);
  }
}

function errorOf(text: string): unknown {
  try {
    const values = parseEdn(text);
    return values.length === 1 ? values[0] : text;
  } catch {
    return text;
  }
}

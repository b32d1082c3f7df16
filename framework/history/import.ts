// Opens a history in whichever of the known forms it is written.

import { closeSync, readSync } from 'node:fs';
import { extname } from 'node:path';
import { ChaosError } from '../contracts/error.js';
import { importEdn } from './edn.js';
import type { JepsenHistory } from './jepsen.js';
import { importJepsenLog, LOG_LINE } from './jepsen-log.js';
import type { KeyedChoice, KeyedOption } from './keyed.js';
import { lineOfEvent } from './lines.js';
import { type LoadedHistory, loadHistory, openHistory, unreadable } from './load.js';

export type HistoryForm = 'jsonl' | 'edn' | 'jepsen-log';

export interface ImportedHistory extends LoadedHistory {
  form: HistoryForm;
  /** Files of Jepsen: whether values were taken apart into key and value, and why. */
  keyed?: KeyedChoice;
  /** The line (from 1) of an event; undefined when that cannot be told. */
  lineOf: (row: number) => number | undefined;
}

export interface ImportOptions {
  /** For files of Jepsen only; elsewhere keys are fields of their own. Default: `auto`. */
  keyed?: KeyedOption;
}

const BY_EXTENSION: Readonly<Record<string, HistoryForm>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
  '.edn': 'edn',
};

const IMPORTS: Readonly<Record<HistoryForm, (file: string, keyed: KeyedOption) => ImportedHistory>> = {
  jsonl: importJsonl,
  edn: (file, keyed) => fromJepsen('edn', importEdn(file, keyed)),
  'jepsen-log': (file, keyed) => fromJepsen('jepsen-log', importJepsenLog(file, keyed)),
};

/**
 * Loads `history.jsonl`, Jepsen's `history.edn`, its `history.txt` or its log; the file's extension decides, or else its
 * content. Throws `ChaosError`: `history-unreadable`, `history-unknown`, and what the form's own reader throws.
 */
export function importHistory(file: string, { keyed = 'auto' }: ImportOptions = {}): ImportedHistory {
  const start = beginning(file);
  const imported = IMPORTS[BY_EXTENSION[extname(file).toLowerCase()] ?? formOf(file, start)](file, keyed);
  const backwards = timeWarning(imported);
  return backwards === null ? imported : { ...imported, warnings: [...imported.warnings, backwards] };
}

/** The order of a history is that of its lines; times that contradict it are worth a word. */
function timeWarning({ history: { columns }, lineOf }: ImportedHistory): string | null {
  const { time, length } = columns;
  let first = -1;
  let count = 0;
  for (let row = 1; row < length; row++) {
    if (time[row]! >= time[row - 1]!) continue;
    if (first < 0) first = row;
    count++;
  }
  if (first < 0) return null;
  const where = lineOf(first) === undefined ? `event ${first}` : `line ${lineOf(first)}`;
  const often = count > 1 ? ` (as at ${count} places)` : '';
  return `${where}: time goes backwards${often}: the order of the lines counts, not their times`;
}

function importJsonl(file: string, keyed: KeyedOption): ImportedHistory {
  const loaded = loadHistory(file);
  const chosen = loaded.history.keys.length > 0;
  const asked = keyed === 'auto' ? chosen : keyed === 'yes';
  if (asked !== chosen) loaded.warnings.push(`'keyed: ${keyed}' means nothing here: keys are fields of their own`);
  const { header } = loaded;
  return { ...loaded, form: 'jsonl', lineOf: (row) => lineOfEvent(file, row, header !== null) };
}

function fromJepsen(form: HistoryForm, { lines, ...imported }: JepsenHistory): ImportedHistory {
  return { ...imported, header: null, form, lineOf: (row) => lines[row] };
}

/** The first 64 KB. */
function beginning(file: string): string {
  const fd = openHistory(file);
  try {
    const bytes = Buffer.alloc(65536);
    return bytes.toString('utf8', 0, readSync(fd, bytes));
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    closeSync(fd);
  }
}

function formOf(file: string, start: string): HistoryForm {
  if (/^[\ufeff\s]*$/.test(start) || /^[\ufeff\s]*\{\s*"/.test(start)) return 'jsonl';
  if (start.split('\n').some((line) => LOG_LINE.test(line))) return 'jepsen-log';
  if (/^[\ufeff\s]*[{[(#;]/.test(start)) return 'edn';
  throw new ChaosError('history-unknown', `${file} is no history that can be read here`, {
    kind: 'usage',
    hint: 'Known are history.jsonl, and history.edn, history.txt and the log of Jepsen.',
  });
}

// What came of a history file: as one line of JSON, and in words for people.
import type { Anomaly, Valid, Verdict } from '../contracts/checker.js';
import type { History, Operation } from '../contracts/history.js';
import type { HistoryForm, ImportedHistory } from '../history/import.js';
import { keyText, valueText } from '../report/operations.js';
import { clipShort, plural, visible } from '../report/text.js';
import { digitsFor, duration } from '../report/time-text.js';
import { type Io, paint } from './io.js';
import { table } from './table.js';

export interface Judged {
  file: string;
  checker: string;
  imported: ImportedHistory;
  verdict: Verdict;
  /** The user asked to stop. */
  interrupted: boolean;
  /** Without reading the file, and reading it. */
  elapsedMs: number;
  parseMs: number;
}

/** Anomalies that are shown, and operations of one. */
const MOST_ANOMALIES = 10;
const MOST_OPERATIONS = 12;
const MOST_ALGORITHMS = 3;

/** The fields that everybody may rely on come first; the checker's own figures follow. */
export function jsonLine({ file, checker, imported, verdict, interrupted, elapsedMs, parseMs }: Judged) {
  const { valid, reason, anomalies, details = {} } = verdict;
  const { model, byKey, configurations, operations: judged, ...figures } = details;
  return {
    file,
    valid,
    checker,
    ...(model === undefined ? {} : { model }),
    ...(byKey === undefined ? {} : { algorithm: byKey }),
    operations: countOperations(imported.history),
    ...(judged === undefined ? {} : { judged }),
    ...(configurations === undefined ? {} : { configurations }),
    elapsedMs: rounded(elapsedMs),
    parseMs: rounded(parseMs),
    // The operating system counts kilobytes.
    peakRssMb: rounded(process.resourceUsage().maxRSS / 1024),
    evidence: anomalies,
    ...(reason === undefined ? {} : { reason }),
    ...figures,
    ...(imported.keyed === undefined ? {} : { keyed: imported.keyed }),
    ...(imported.warnings.length === 0 ? {} : { warnings: imported.warnings }),
    ...(interrupted ? { interrupted } : {}),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

const WORDS: Readonly<Record<string, readonly [word: string, style: 'green' | 'red' | 'yellow']>> = {
  true: ['Valid', 'green'],
  false: ['Invalid', 'red'],
  unknown: ['Unknown', 'yellow'],
};

export function textLines(judged: Judged, io: Pick<Io, 'color'>): string[] {
  const { file, checker, imported, verdict, elapsedMs } = judged;
  const { valid, reason, anomalies, details } = verdict;
  const model = typeof details?.['model'] === 'string' ? `, ${details['model']}` : '';
  const size = plural(countOperations(imported.history), 'operation');
  const [word, style] = WORDS[String(valid satisfies Valid)]!;
  const lines = [`${paint(io, style, word)}: ${file} (${checker}${model}, ${size}, ${duration(elapsedMs * 1e6)})`];
  if (reason !== undefined) lines.push(`  ${visible(reason)}`);
  for (const anomaly of anomalies.slice(0, MOST_ANOMALIES)) lines.push(...anomalyLines(anomaly, imported));
  const more = anomalies.length - MOST_ANOMALIES;
  if (more > 0) lines.push(`  and ${plural(more, 'more anomaly', 'more anomalies')}: --json tells all`);
  lines.push(...algorithmLines(details?.['algorithms']));
  if (imported.keyed !== undefined) lines.push(`  ${imported.keyed.reason}`);
  return lines;
}

function anomalyLines({ name, message, key, operations = [] }: Anomaly, { history, form }: ImportedHistory): string[] {
  const where = key === undefined ? '' : ` (key ${keyText(key)})`;
  const shown = operations.slice(0, MOST_OPERATIONS).map((row) => history.operation(row));
  const lines = [`  ${name}${where}: ${visible(message)}`];
  if (shown.length > 0) lines.push(...operationTable(shown, form).map((line) => `    ${line}`));
  if (operations.length > shown.length) lines.push(`    and ${operations.length - shown.length} more`);
  return lines;
}

function operationTable(operations: readonly Operation[], form: HistoryForm): string[] {
  const times = operations.flatMap(({ invoked, completed = invoked }) => [invoked, completed]);
  const digits = digitsFor(times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b)));
  // In a log without times the lines stand for them.
  const head = [form === 'jepsen-log' ? 'lines' : 'time', 'process', 'function', 'value', 'outcome'];
  const instant = (time: number) => (form === 'jepsen-log' ? String(time) : (time / 1e9).toFixed(digits));
  const unit = form === 'jepsen-log' ? '' : ' s';
  const rows = operations.map((operation) => {
    const { invoked, completed, process, f, outcome } = operation;
    const end = completed === undefined ? '…' : instant(completed);
    return [
      `${instant(invoked)} – ${end}${unit}`,
      String(process),
      clipShort(f, 24),
      visible(valueText(operation)),
      outcome,
    ];
  });
  return table(head, rows).split('\n');
}

/** Who judged how many keys, and why. */
function algorithmLines(algorithms: unknown): string[] {
  if (typeof algorithms !== 'object' || algorithms === null) return [];
  const entries = Object.entries(algorithms as Record<string, number>);
  return entries
    .slice(0, MOST_ALGORITHMS)
    .map(([why, keys]) => `  ${entries.length > 1 ? `${plural(keys, 'key')} by ` : 'by '}${visible(why)}`);
}

function countOperations({ columns }: History): number {
  const { type, process, length } = columns;
  let count = 0;
  for (let row = 0; row < length; row++) if (type[row] === 0 && process[row]! >= 0) count++;
  return count;
}

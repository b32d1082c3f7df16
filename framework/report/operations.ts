// Operations in words, and the ones that a part of the page is about.
import { EVENT_INVOKE, type History, type Operation } from '../contracts/history.js';
import type { Key, Outcome } from '../contracts/operation.js';
import type { Nanoseconds } from '../contracts/time.js';
import { clipShort, compact } from './text.js';
import { duration, instant } from './time-text.js';

export const OUTCOMES: readonly Outcome[] = ['ok', 'fail', 'info'];

/** What an outcome means, wherever it is explained. */
export const OUTCOME_MEANING: Readonly<Record<Outcome, string>> = {
  ok: 'it happened',
  fail: 'it certainly did not happen',
  info: 'it may or may not have happened',
};

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function isPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

/** `write 5`, `read → 3`, `cas 3 to 5`, `txn append x 1 · r y [1]`. */
export function operationText(operation: Operation, limit = 60): string {
  return clipShort(`${clipShort(operation.f, 24)} ${valueText(operation, limit)}`.trimEnd(), limit);
}

/** What was asked and, where it says more, what came back. */
export function valueText(operation: Operation, limit = 60): string {
  const { asked, value, outcome, f } = operation;
  if (f === 'txn') return transactionText(outcome === 'ok' ? value : asked, limit);
  if (f === 'cas' && isPair(asked)) return `${compact(asked[0], limit / 2)} to ${compact(asked[1], limit / 2)}`;
  if (outcome !== 'ok') return isNothing(asked) ? '' : compact(asked, limit);
  if (isNothing(asked)) return `→ ${compact(value ?? null, limit)}`;
  const given = compact(asked, limit);
  const got = compact(value ?? null, limit);
  return isNothing(value) || given === got ? given : `${given} → ${got}`;
}

/** `append x 1 · r y [1]`. */
export function transactionText(value: unknown, limit: number): string {
  if (!Array.isArray(value)) return compact(value, limit);
  const parts: string[] = [];
  let length = 0;
  for (const step of value) {
    const text = Array.isArray(step)
      ? step.map((part) => (typeof part === 'string' ? clipShort(part, 20) : compact(part, limit))).join(' ')
      : compact(step, limit);
    parts.push(text);
    length += text.length;
    if (length > limit) break;
  }
  return clipShort(parts.join(' · '), limit);
}

export function keyText(key: Key | undefined, limit = 40): string {
  return key === undefined ? '' : clipShort(String(key), limit);
}

/** Everything about an operation in a few lines: what a tooltip shows. */
export function operationSummary(operation: Operation): string {
  const { key, process, node, invoked, completed, outcome, error } = operation;
  const took =
    completed === undefined ? 'never completed' : `${instant(completed, 6)} (${duration(completed - invoked)})`;
  const lines = [
    `${operationText(operation, 120)}${key === undefined ? '' : ` on key ${keyText(key)}`}`,
    `process ${process}${node === undefined ? '' : ` at ${clipShort(node, 40)}`}`,
    `${instant(invoked, 6)} → ${took}`,
    `${outcome}: ${OUTCOME_MEANING[outcome]}`,
  ];
  if (error !== undefined) lines.push(clipShort(error, 200));
  return lines.join('\n');
}

/** Where an operation's bar ends: its completion or, without one, the end of what is shown. */
export function endOf(operation: Operation, horizon: Nanoseconds): Nanoseconds {
  return operation.completed ?? Math.max(operation.invoked, horizon);
}

/** The operation of an event index, of an invocation or a completion; undefined for anything else. */
export function operationAt(history: History, row: number): Operation | undefined {
  const { columns } = history;
  if (!Number.isInteger(row) || row < 0 || row >= columns.length || columns.process[row]! < 0) return undefined;
  const invocation = columns.type[row] === EVENT_INVOKE ? row : columns.mate[row]!;
  return invocation < 0 ? undefined : history.operation(invocation);
}

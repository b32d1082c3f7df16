// Why operations contradict each other, step by step in words: which results ask for which order, and which times forbid it.
import type { Operation } from '../contracts/history.js';
import { type Html, html } from './html.js';
import { operationText } from './operations.js';
import type { Case } from './story.js';
import { clipShort } from './text.js';
import { digitsFor, instant } from './time-text.js';

/** Positions of two operations of the case. */
export type Pair = readonly [first: number, second: number];

export interface Conflict {
  /** The order that the results ask for; -1: an operation that the case does not show. Empty: no order gives them. */
  readonly order: readonly number[];
  readonly texts: readonly string[];
  readonly states: readonly string[];
  /** The first had completed before the second was invoked, and the order has them the other way round. */
  readonly broken: readonly Pair[];
  readonly needed: readonly Pair[];
}

export interface Step {
  /** `A`, `B`: the arrow in the picture. */
  readonly letter: string;
  /** What it rests on. */
  readonly kind: 'time' | 'result';
  readonly text: Html;
  /** Numbers (from 1) of the operations that it is about. */
  readonly numbers: readonly number[];
}

const MOST_STEPS = 40;
const MOST_PAIRS = 8;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null: the checker does not say, or not in a way that fits these operations. */
export function conflictOf({ anomaly, operations }: Case, textOf: (row: number) => string): Conflict | null {
  const found = anomaly.evidence?.['conflict'];
  if (!isRecord(found) || !Array.isArray(found['order']) || !Array.isArray(found['states'])) return null;
  const at = (row: unknown) => operations.findIndex(({ index }) => index === row);
  const rows = found['order'].slice(0, MOST_STEPS).map(Number);
  const states: unknown[] = found['states'];
  const [broken, needed] = [pairsOf(found['broken'], at), pairsOf(found['needed'], at)];
  // An arrow against time is an arrow the wrong way.
  const holds = ([first, second]: Pair) => isBefore(operations[first]!, operations[second]!);
  if ((broken.length === 0) !== (rows.length === 0) || ![...broken, ...needed].every(holds)) return null;
  return {
    order: rows.map(at),
    texts: rows.map(textOf),
    states: rows.map((_, i) => (typeof states[i] === 'string' ? clipShort(states[i], 40) : '')),
    broken,
    needed,
  };
}

function isBefore(a: Operation, b: Operation): boolean {
  return a.completed !== undefined && a.completed <= b.invoked;
}

function pairsOf(value: unknown, at: (row: unknown) => number): Pair[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_PAIRS).flatMap((pair): Pair[] => {
    const [first, second] = Array.isArray(pair) ? [at(pair[0]), at(pair[1])] : [-1, -1];
    return first < 0 || second < 0 ? [] : [[first, second]];
  });
}

/** Letters in this order: what time needs, what the results ask for, what time forbids. */
export function stepsOf(operations: readonly Operation[], conflict: Conflict): Step[] {
  const { needed, broken, order } = conflict;
  if (order.length === 0)
    return [
      { letter: 'A', kind: 'result', text: impossibleText(operations), numbers: operations.map((_, i) => i + 1) },
    ];
  const spans = [...needed, ...broken].map(([a, b]) => operations[b]!.invoked - operations[a]!.completed!);
  const digits = digitsFor(Math.max(1, Math.min(...spans)));
  const time = ([a, b]: Pair) =>
    html`${badge(a)} completed at ${instant(operations[a]!.completed!, digits)}, before ${badge(b)} was invoked at ${instant(operations[b]!.invoked, digits)}: ${badge(a)} took effect first.`;
  const steps: Omit<Step, 'letter'>[] = needed.map((pair) => ({
    kind: 'time',
    text: time(pair),
    numbers: numbersOf(pair),
  }));
  steps.push({ kind: 'result', text: resultText(operations, conflict), numbers: numbersOf(broken.flat()) });
  for (const [i, pair] of broken.entries()) {
    const end = i === broken.length - 1 ? ' No order is left.' : '';
    steps.push({ kind: 'time', text: html`But ${time(pair)}${end}`, numbers: numbersOf(pair) });
  }
  return steps.map((step, i) => ({ ...step, letter: letterOf(i) }));
}

const letterOf = (step: number) => String.fromCharCode(65 + step);
const numbersOf = (positions: readonly number[]) => [...new Set(positions)].sort((a, b) => a - b).map((i) => i + 1);
const badge = (position: number) => html`<span class="badge">${position + 1}</span>`;

function impossibleText({ length }: readonly Operation[]): Html {
  if (length === 2) {
    return html`Whichever of ${badge(0)} and ${badge(1)} came first, the other could not have had its result: no order is left.`;
  }
  return html`No order of these operations gives their results, whatever their times.`;
}

function resultText(operations: readonly Operation[], { order, texts, states, broken, needed }: Conflict): Html {
  const way = order.map(
    (i, step) => html`${step === 0 ? '' : ' → '}${i < 0 ? html`<bdi>${texts[step]}</bdi>` : badge(i)}`,
  );
  const fits = html`${needed.length > 0 ? 'Then their' : 'Their'} results fit only an order such as ${way} (states: <bdi>${states.join(', ')}</bdi>)`;
  if (broken.length > 1) return html`${fits}.`;
  const [first, second] = broken[0]!;
  const name = (i: number) => html`${badge(i)} (<bdi>${operationText(operations[i]!, 40)}</bdi>)`;
  return html`${fits}: ${name(second)} has to come before ${name(first)}.`;
}

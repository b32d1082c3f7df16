// The least evidence of an anomaly: its few operations as intervals on a time axis, and the same as a table.
import type { Operation } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import { type Fault, faultTip } from './faults.js';
import { type Html, html, table } from './html.js';
import { leaderMarks } from './leader-marks.js';
import { isMoment } from './moments.js';
import { keyText, OUTCOME_MEANING, operationSummary, operationText, valueText } from './operations.js';
import { bar, figure, label, px, textWidth } from './plot.js';
import { type Case, faultsDuring, type Story } from './story.js';
import { clip, clipShort, compact, plural } from './text.js';
import { digitsFor, duration, instant } from './time-text.js';

const EVIDENCE_WIDTH = 900;
const LEFT = 136;
const RIGHT = EVIDENCE_WIDTH - 12;
const FAULT_LANE = 22;
const ROW = 42;
const MARGIN = 22;
const LEAST_SPAN = 26;
const MOST_FAULTS = 3;
const MOST_MARKS = 4;

/**
 * An axis that keeps the order of instants but widens short spans, so that a 2 ms overlap can be seen beside a 20 s wait.
 * Two bars overlap on it exactly if the operations did.
 */
export class OrderedScale {
  readonly #instants: readonly Nanoseconds[];
  readonly #positions: readonly number[];

  constructor(instants: Iterable<Nanoseconds>, left: number, right: number) {
    const sorted = [...new Set(instants)].sort((a, b) => a - b);
    const spans = sorted.slice(1).map((time, i) => time - sorted[i]!);
    const total = spans.reduce((sum, span) => sum + span, 0);
    const least = Math.min(LEAST_SPAN, (right - left) / Math.max(1, spans.length));
    const free = right - left - least * spans.length;
    const positions = [left];
    for (const span of spans) positions.push(positions[positions.length - 1]! + least + (free * span) / total);
    this.#instants = sorted;
    this.#positions = positions;
  }

  x(time: Nanoseconds): number {
    const next = this.#instants.findIndex((known) => known >= time);
    if (next < 0) return this.#positions[this.#positions.length - 1]!;
    if (next === 0 || this.#instants[next] === time) return this.#positions[next]!;
    const [t0, t1] = [this.#instants[next - 1]!, this.#instants[next]!];
    const [x0, x1] = [this.#positions[next - 1]!, this.#positions[next]!];
    return x0 + ((time - t0) / (t1 - t0)) * (x1 - x0);
  }
}

/** `[a, b]`: `a` had completed before `b` was invoked, and nothing shown lies wholly between them. */
export function realTimeOrder(operations: readonly Operation[]): [number, number][] {
  const before = (a: Operation, b: Operation) => a.completed !== undefined && isSettled(a) && a.completed < b.invoked;
  const pairs: [number, number][] = [];
  operations.forEach((a, i) => {
    operations.forEach((b, j) => {
      if (before(a, b) && !operations.some((c) => before(a, c) && before(c, b))) pairs.push([i, j]);
    });
  });
  return pairs;
}

/** An `info` operation may still take effect after it was given up. */
function isSettled(operation: Operation): boolean {
  return operation.outcome !== 'info' && operation.completed !== undefined;
}

export function evidence(story: Story, found: Case, id: string): Html {
  if (found.operations.length === 0) return otherEvidence(found, true);
  return html`${intervals(story, found, id)}${operationTable(found)}${otherEvidence(found, false)}`;
}

function intervals(story: Story, found: Case, id: string): Html {
  const { operations } = found;
  const { from, to } = found.span!;
  const all = faultsDuring(story, found).map(({ fault }) => fault);
  const faults = all.slice(0, MOST_FAULTS);
  const marks = story.leaders.filter(({ time }) => time >= from && time <= to).slice(0, MOST_MARKS);
  const scale = new OrderedScale(instantsOf(operations, faults, marks, from, to), LEFT + MARGIN, RIGHT - MARGIN);
  const top = 6 + faults.length * FAULT_LANE + (marks.length > 0 ? 16 : 0);
  const bottom = top + operations.length * ROW + 4;
  const bandX = (fault: Fault): [number, number] => [
    fault.from <= from ? LEFT : scale.x(fault.from),
    fault.to >= to ? RIGHT : scale.x(fault.to),
  ];
  const bands = faults.map((fault, lane) => {
    const [x0, x1] = bandX(fault);
    const y = 4 + lane * FAULT_LANE;
    return html`${bar(x0, x1, y, bottom - y, 'band')}${bar(x0, x1, y, FAULT_LANE - 4, 'fault', faultTip(fault))}${label(LEFT - 8, y + 13, clipShort(fault.name, 14), 'lane', 'end')}${label(Math.max(x0, LEFT) + 6, y + 13, clipShort(fault.what, Math.max(4, Math.floor((x1 - x0 - 12) / 6.6))), 'on-fault')}`;
  });
  const changes = leaderMarks(marks, (time) => scale.x(time), top - 4, bottom, top - 6, RIGHT);
  const rows = operations.map((operation, row) =>
    operationRow(operation, row, top + row * ROW, scale, digitsFor(to - from)),
  );
  const arrows = realTimeOrder(operations).map(([a, b]) => arrow(operations, a, b, top, scale));
  return figure({
    id: `${id}-picture`,
    title: 'The operations that prove it, on a time axis',
    description: operations
      .map((operation, i) => `${i + 1}: ${operationSummary(operation).replaceAll('\n', ', ')}`)
      .join('. '),
    width: EVIDENCE_WIDTH,
    height: bottom + 4,
    content: html`${bands}${changes}${arrows}${rows}`,
    caption: html`Each bar is an operation, from invocation to completion. ${arrows.length > 0 ? 'An arrow means: the first had completed before the second was invoked, so it must take effect first. ' : ''}Short spans are widened to show the order; the times are exact.${all.length > faults.length ? ` ${plural(all.length - faults.length, 'more fault')} not drawn.` : ''}`,
  });
}

function instantsOf(
  operations: readonly Operation[],
  faults: readonly Fault[],
  marks: readonly { time: Nanoseconds }[],
  from: Nanoseconds,
  to: Nanoseconds,
): Nanoseconds[] {
  const edges = faults.flatMap((fault) => [fault.from, fault.to]).filter((time) => time > from && time < to);
  const ends = operations.flatMap(({ invoked, completed }) =>
    completed === undefined ? [invoked] : [invoked, completed],
  );
  return [...ends, ...edges, ...marks.map(({ time }) => time)];
}

function operationRow(operation: Operation, row: number, y: number, scale: OrderedScale, digits: number): Html {
  const x0 = scale.x(operation.invoked);
  const x1 = isSettled(operation) ? scale.x(operation.completed!) : RIGHT;
  const barY = y + 20;
  const text = `${operationText(operation, 48)}${operation.outcome === 'ok' ? '' : ` (${operation.outcome})`}`;
  const timesText = times(operation, digits);
  const width = 8.2 * text.length + textWidth(timesText) + 16;
  const textX = Math.max(LEFT + 4, Math.min(x0, RIGHT - width));
  return html`<g class="witness" data-op="${operation.index}">${label(LEFT - 30, y + 20, `process ${operation.process}`.slice(-15), 'lane', 'end')}${label(LEFT - 30, y + 33, clipShort(operation.node ?? '', 12), 'lane faint', 'end')}<circle class="badge" cx="${LEFT - 14}" cy="${px(barY)}" r="9"/>${label(LEFT - 14, barY + 4, String(row + 1), 'badge-text', 'middle')}
<text x="${px(textX)}" y="${px(y + 14)}"><tspan class="what">${text}</tspan><tspan class="faint" dx="8">${timesText}</tspan></text>${bar(x0, x1, barY, 14, `op ${operation.outcome}`, operationSummary(operation), 6)}</g>
`;
}

function times({ invoked, completed }: Operation, digits: number): string {
  if (completed === undefined) return `at ${instant(invoked, digits)}, never completed`;
  return `at ${instant(invoked, digits)}, took ${duration(completed - invoked)}`;
}

function arrow(operations: readonly Operation[], a: number, b: number, top: number, scale: OrderedScale): Html {
  const x0 = scale.x(operations[a]!.completed!);
  const x1 = scale.x(operations[b]!.invoked);
  const y0 = top + a * ROW + 34;
  const y1 = top + b * ROW + 27;
  return html`<path class="order" d="M${px(x0)} ${px(y0)}V${px(y1)}H${px(x1 - 2)}"/><path class="order-head" d="M${px(x1 - 1)} ${px(y1)}l-7 -4v8z"/>`;
}

interface Numbered {
  readonly operation: Operation;
  readonly number: number;
}

function operationTable({ operations, hidden, span }: Case): Html {
  const digits = digitsFor(
    Math.min(span!.to - span!.from, ...operations.map((o) => (o.completed ?? span!.to) - o.invoked)),
  );
  const shown = Math.min(digits, 6);
  const rows = operations.map((operation, i): Numbered => ({ operation, number: i + 1 }));
  return table(
    'The operations that prove it',
    [
      {
        title: '#',
        header: true,
        cell: ({ operation, number }) =>
          html`<a href="#op=${operation.index}" title="Show it in the timeline"><span class="badge">${number}</span></a>`,
      },
      { title: 'process', numeric: true, cell: ({ operation }) => operation.process },
      { title: 'function', cell: ({ operation }) => clip(operation.f, 40) },
      { title: 'key', cell: ({ operation }) => html`<bdi>${keyText(operation.key, 60)}</bdi>` },
      { title: 'value', cell: ({ operation }) => html`<code>${valueText(operation, 160)}</code>` },
      { title: 'node', cell: ({ operation }) => clip(operation.node ?? '', 40) },
      { title: 'invoked', numeric: true, cell: ({ operation }) => instant(operation.invoked, shown) },
      {
        title: 'completed',
        numeric: true,
        cell: ({ operation }) => (operation.completed === undefined ? 'never' : instant(operation.completed, shown)),
      },
      {
        title: 'outcome',
        cell: ({ operation: { outcome, error } }) =>
          html`<span class="outcome ${outcome}" title="${OUTCOME_MEANING[outcome]}">${outcome}</span>${error === undefined ? '' : html` <bdi>${clip(error, 160)}</bdi>`}`,
      },
    ],
    rows,
    hidden > 0 ? `${plural(hidden, 'more operation')} of this anomaly: see result.json.` : '',
  );
}

const MOST_FACTS = 12;

/** What the checker adds beside operations, as it is. */
function otherEvidence({ anomaly }: Case, open: boolean): Html {
  const facts = Object.entries(anomaly.evidence ?? {});
  if (facts.length === 0)
    return html`${open ? html`<p class="note">The checker names no operations for this anomaly.</p>` : ''}`;
  const rows = facts
    .slice(0, MOST_FACTS)
    .map(([name, value]) => html`<dt>${clip(name, 60)}</dt><dd>${factText(name, value)}</dd>`);
  const more =
    facts.length > MOST_FACTS
      ? html`<p class="note">${plural(facts.length - MOST_FACTS, 'more entry', 'more entries')} in result.json.</p>`
      : '';
  return html`<details${open ? html` open` : ''}><summary>What the checker adds</summary><dl class="facts">${rows}</dl>${more}</details>`;
}

function factText(name: string, value: unknown): Html {
  if (isMoment(name, value)) return html`${instant(value, 6)}`;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    const lines = value.slice(0, 20).map((line) => clip(line, 300));
    if (value.length > 20) lines.push(`… and ${plural(value.length - 20, 'more line')}`);
    return html`<pre>${lines.join('\n')}</pre>`;
  }
  if (typeof value === 'string') return html`<bdi>${clip(value, 1000)}</bdi>`;
  return html`<code>${compact(value, 600)}</code>`;
}

// What happened on the nodes: crashes with their last lines, protocol errors, notes, and the ends of their logs.
import type { NodeEvent } from '../contracts/cluster.js';
import { details, type Html, html } from './html.js';
import type { ReportInput } from './story.js';
import { clip, plural } from './text.js';
import { instant } from './time-text.js';

const MOST_TROUBLES = 50;
const MOST_EVENTS = 200;
const MOST_LINES = 30;
const LINE_LENGTH = 400;
const LOG_LINES = 100;
const MOST_LOGS = 32;

type Exit = Extract<NodeEvent, { kind: 'exit' }>;
type Trouble = Exit | Extract<NodeEvent, { kind: 'protocol-error' }>;

function isTrouble(event: NodeEvent): event is Trouble {
  return event.kind === 'protocol-error' || (event.kind === 'exit' && !event.fault);
}

export function nodeEvents({ events, result, nodeLogs }: ReportInput): Html {
  const rest = events.filter((event) => event.kind !== 'report' && !isTrouble(event));
  const calm = events.some(isTrouble) ? '' : html`<p>No node ended by itself, and none wrote a malformed line.</p>`;
  return html`${calm}${troubles(events)}
${rest.length === 0 ? '' : details(`Starts, ends and notes (${rest.length})`, eventList(rest))}${nodeLogs === undefined ? '' : logs(result.nodes, nodeLogs)}`;
}

/** Nodes that ended by themselves or wrote malformed lines, with their last lines; nothing where there are none. */
export function troubles(events: readonly NodeEvent[]): Html {
  const found = events.filter(isTrouble);
  return found.length === 0 ? html`` : troubleList(found);
}

const TROUBLE = { exit: 'ended by itself', 'protocol-error': 'wrote a malformed line' } as const;

function troubleList(found: readonly Trouble[]): Html {
  const items = found.slice(0, MOST_TROUBLES).map(
    (
      event,
    ) => html`<li><strong>${clip(event.node, 40)}</strong> ${TROUBLE[event.kind]} at ${instant(event.time)}: ${clip(event.detail, 300)}${lines(event.lines)}</li>
`,
  );
  const more = found.length - MOST_TROUBLES;
  return html`<ul class="troubles">${items}</ul>${more > 0 ? html`<p class="note">${plural(more, 'more event')} in events.jsonl.</p>` : ''}`;
}

function lines(last: readonly string[]): Html {
  if (last.length === 0) return html``;
  const shown = last.slice(-MOST_LINES).map((line) => clip(line, LINE_LENGTH));
  return html`<pre tabindex="0" aria-label="Last lines">${shown.join('\n')}</pre>`;
}

function eventText(event: NodeEvent): string {
  if (event.kind === 'start') return 'started';
  if (event.kind === 'exit') return `ended by a fault: ${event.detail}`;
  return event.kind === 'note' ? event.detail : event.kind;
}

function eventList(events: readonly NodeEvent[]): Html {
  const items = events.slice(0, MOST_EVENTS).map(
    (
      event,
    ) => html`<li>${instant(event.time)} <strong>${clip(event.node, 40)}</strong> ${clip(eventText(event), 200)}</li>
`,
  );
  const more = events.length - MOST_EVENTS;
  return html`<ul class="events">${items}</ul>${more > 0 ? html`<p class="note">${plural(more, 'more event')} in events.jsonl.</p>` : ''}`;
}

function logs(nodes: readonly string[], read: (node: string) => Iterable<string>): Html {
  const parts = nodes.slice(0, MOST_LOGS).map((node) => {
    const { last, total } = tail(read(node));
    if (total === 0) return '';
    const summary = `Log of ${clip(node, 40)}${total > last.length ? `, the last ${last.length} of ${plural(total, 'line')}` : ''}`;
    return details(summary, html`<pre tabindex="0" aria-label="${summary}">${last.join('\n')}</pre>`);
  });
  return html`${parts}`;
}

function tail(lines: Iterable<string>): { last: string[]; total: number } {
  const ring: string[] = [];
  let total = 0;
  for (const line of lines) ring[total++ % LOG_LINES] = clip(line, LINE_LENGTH);
  const start = total > LOG_LINES ? total % LOG_LINES : 0;
  return { last: [...ring.slice(start), ...ring.slice(0, start)], total };
}

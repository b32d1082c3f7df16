// What happened on the nodes: crashes with their last lines, protocol errors; and their logs, as far as no script is needed.
import type { NodeEvent } from '../contracts/cluster.js';
import { logsOf } from './blocks/logs.js';
import { details, type Html, html, table } from './html.js';
import { type LogSource, type Logs, TIMINGS } from './page/logs.js';
import type { Story } from './story.js';
import { clip, grouped, plural } from './text.js';
import { instant } from './time-text.js';

const MOST_TROUBLES = 50;
const MOST_EVENTS = 200;
const MOST_LINES = 30;
const LINE_LENGTH = 400;
/** Of logs, where no script shows them. */
const LOG_LINES = 80;
const MOST_FILES = 100;
const LONGEST_PATH = 1000;

type Exit = Extract<NodeEvent, { kind: 'exit' }>;
type Trouble = Exit | Extract<NodeEvent, { kind: 'protocol-error' }>;

function isTrouble(event: NodeEvent): event is Trouble {
  return event.kind === 'protocol-error' || (event.kind === 'exit' && !event.fault);
}

export function nodeEvents(story: Story): Html {
  const { events } = story.input;
  const logs = logsOf(story);
  const rest = events.filter((event) => event.kind !== 'report' && !isTrouble(event));
  const calm = events.some(isTrouble) ? '' : html`<p>No node ended by itself, and none wrote a malformed line.</p>`;
  const list = rest.length === 0 ? '' : details(`Starts, ends and notes (${rest.length})`, eventList(rest));
  return html`${calm}${troubles(events)}
<div class="without-script">${list}${nearLines(story, logs)}</div>
${logFiles(logs.sources.filter(({ path }) => path !== null))}`;
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

/** The lines around the anomaly; without one, the last. */
function nearLines({ cases: [first] }: Story, { count, lines, sources }: Logs): Html {
  const rows = Array.from({ length: count }, (_, i) => i).filter((i) => sources[lines.source[i]!]!.path !== null);
  const middle = first?.span === undefined ? Number.POSITIVE_INFINITY : (first.span.from + first.span.to) / 2;
  const before = rows.filter((i) => lines.time[i]! < middle).length;
  const start = Math.max(0, Math.min(rows.length - LOG_LINES, before - LOG_LINES / 2));
  const shown = rows.slice(start, start + LOG_LINES);
  if (shown.length === 0) return html``;
  const unknown = TIMINGS.indexOf('unknown');
  const text = shown.map((i) => {
    const { node } = sources[lines.source[i]!]!;
    const time = lines.timing[i] === unknown ? '?' : instant(lines.time[i]!);
    return `${time}  ${node}  ${clip(lines.text[i]!, LINE_LENGTH)}`;
  });
  const summary = `${plural(shown.length, 'line')} of the logs${first?.span === undefined ? '' : ' around the anomaly'}`;
  return details(summary, html`<pre tabindex="0" aria-label="${summary}">${text.join('\n')}</pre>`);
}

function logFiles(sources: readonly LogSource[]): Html {
  if (sources.length === 0) return html``;
  const more = sources.length - MOST_FILES;
  return details(
    `Log files (${sources.length})`,
    table(
      'Logs of the nodes: the files lie beside this page',
      [
        { title: 'node', header: true, cell: ({ node }: LogSource) => html`<bdi>${clip(node, 60)}</bdi>` },
        { title: 'file', cell: ({ path }: LogSource) => link(path ?? '') },
        {
          title: 'lines',
          numeric: true,
          cell: ({ lines, skipped }: LogSource) => `${grouped(lines)}${skipped > 0 ? ' and more' : ''}`,
        },
        { title: 'in this page', numeric: true, cell: ({ kept }: LogSource) => grouped(kept) },
        { title: 'times', cell: ({ clock }: LogSource) => clock },
      ],
      sources.slice(0, MOST_FILES),
      more > 0 ? `${plural(more, 'more file')} in the folder nodes.` : '',
    ),
  );
}

/** To a file in the results folder, where this page was written. */
function link(path: string): Html {
  const name = html`<bdi>${clip(path, 200)}</bdi>`;
  if (path.length > LONGEST_PATH) return name;
  try {
    return html`<a href="${path.split('/').map(encodeURIComponent).join('/')}">${name}</a>`;
  } catch {
    // No address is made of what is no text.
    return name;
  }
}

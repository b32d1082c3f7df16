// The nodes' logs and the events of the run as the page holds them: on one clock, the lines near anomalies and faults first.
import type { NodeFile } from '../../store/node-files.js';
import { LEVELS, type LogSource, type Logs, type LogsBlock, packLogs, TIMINGS } from '../page/logs.js';
import type { ReportInput, Story } from '../story.js';
import { clip, clipShort, plural, visible } from '../text.js';
import type { RunTimes } from './log-clock.js';
import { type HostClock, readFile, withoutColours } from './log-file.js';
import { Focus } from './log-focus.js';
import { levelOf } from './log-level.js';
import { LogSelection } from './log-selection.js';

/** Characters of log lines in a page, and of one line. */
const MOST_TEXT = 2_000_000;
const LONGEST_LINE = 1000;

/** Bytes that are read of all logs, at most; each file gets an even part. */
const MOST_READ = 32_000_000;
const LEAST_READ = 1_000_000;
const MOST_SOURCES = 1000;
/** No system has longer ones. */
const LONGEST_PATH = 4096;

const SAID = TIMINGS.indexOf('said');

/** What is told of nodes and what goes wrong is worth more than what is as far away. */
const WORTH = 8;

/** Ranks of lines whose time nobody knows: behind all others, the last lines of a file first. */
const UNTIMED = 1e18;

export function logsBlock(story: Story): LogsBlock | null {
  const logs = logsOf(story);
  return logs.sources.length === 0 ? null : packLogs(logs);
}

const known = new WeakMap<Story, Logs>();

/** Read once for a story. */
export function logsOf(story: Story): Logs {
  const logs = known.get(story) ?? gather(story);
  known.set(story, logs);
  return logs;
}

function gather(story: Story): Logs {
  const { input, statistics } = story;
  const focus = new Focus(story);
  const selection = new LogSelection(MOST_TEXT);
  const times = runTimes(input, statistics.end);
  const files = filesOf(input);
  const most = Math.max(LEAST_READ, Math.floor(MOST_READ / Math.max(1, files.length)));
  const drafts: Draft[] = [];
  for (const { node, file } of files.slice(0, MOST_SOURCES)) {
    const source = drafts.length;
    const reading = { most, instants: focus.instants, times, host: clockOf(input, node) };
    const { lines, read, clock } = readFile(file, reading, (line, number, time, timing) => {
      // Errors are worth more, and looked for only where that may count.
      const far = Number.isNaN(time) ? UNTIMED - number : focus.distance(time);
      if (!selection.mayTake(far / WORTH)) return;
      const level = levelOf(line);
      const rank = LEVELS[level] === 'error' ? far / WORTH : far;
      selection.add(rank, () => ({ time, level, timing, source, number, text: clean(line) }));
    });
    drafts.push({ node, path: file.path.slice(0, LONGEST_PATH), lines, skipped: Math.max(0, file.size - read), clock });
  }
  const places = new Map<string, number>();
  for (const [time, node, level, text] of [...eventLines(story)].sort(([a], [b]) => a - b)) {
    let source = places.get(node);
    if (source === undefined) {
      source = drafts.length;
      places.set(node, source);
      drafts.push({ node, path: null, lines: 0, skipped: 0, clock: 'the run’s clock' });
    }
    const draft = drafts[source]!;
    draft.lines++;
    const number = draft.lines;
    selection.add(focus.distance(time) / WORTH, () => ({
      time,
      level,
      timing: SAID,
      source,
      number,
      text: clean(text),
    }));
  }
  return columns(selection.lines(), drafts);
}

type Draft = { -readonly [K in keyof Omit<LogSource, 'kept'>]: LogSource[K] };

function columns(lines: ReturnType<LogSelection['lines']>, drafts: readonly Draft[]): Logs {
  const kept = new Uint32Array(drafts.length);
  for (const { source } of lines) kept[source]! += 1;
  return {
    count: lines.length,
    lines: {
      time: Float64Array.from(lines, ({ time }) => time),
      level: Uint8Array.from(lines, ({ level }) => level),
      timing: Uint8Array.from(lines, ({ timing }) => timing),
      source: Uint16Array.from(lines, ({ source }) => source),
      number: Float64Array.from(lines, ({ number }) => number),
      text: lines.map(({ text }) => text),
    },
    sources: drafts.map((draft, source) => ({ ...draft, node: clipShort(draft.node, 60), kept: kept[source]! })),
  };
}

function runTimes({ result }: ReportInput, end: number): RunTimes {
  const start = Date.parse(result.times.started);
  // A run that died has none that is known.
  return { start: start > 0 ? start : null, end };
}

function filesOf({ result, nodeFiles, nodeLogs }: ReportInput): { node: string; file: NodeFile }[] {
  return result.nodes.flatMap((node) => {
    if (nodeFiles !== undefined) return nodeFiles(node).map((file) => ({ node, file }));
    if (nodeLogs === undefined) return [];
    return [{ node, file: { path: `nodes/${node}`, size: 0, lines: () => nodeLogs(node) } }];
  });
}

function clockOf({ events, result }: ReportInput, node: string): HostClock {
  const note = events.find((event) => event.kind === 'note' && event.node === node && event.clock !== undefined);
  const difference = note?.kind === 'note' ? (note.clock ?? null) : null;
  return { difference, elsewhere: result.deployment === 'ssh' };
}

/** One line of bounded length without anything that misleads. */
function clean(raw: string): string {
  const text = withoutColours(raw.length > 4 * LONGEST_LINE ? raw.slice(0, 4 * LONGEST_LINE) : raw);
  const cut = raw.length > 4 * LONGEST_LINE ? raw.length - 4 * LONGEST_LINE : 0;
  const short = clip(visible(text.replaceAll('\n', ' ⏎ ')), LONGEST_LINE);
  return cut === 0 ? short : `${short} … (${plural(cut, 'more character')} in the file)`;
}

type EventLine = readonly [time: number, node: string, level: number, text: string];

function* eventLines({ input: { events }, leaders, faults }: Story): IterableIterator<EventLine> {
  const info = LEVELS.indexOf('info');
  const error = LEVELS.indexOf('error');
  for (const event of events) {
    const { time, node } = event;
    if (event.kind === 'start') yield [time, node, info, 'started'];
    else if (event.kind === 'note') yield [time, node, info, event.detail];
    else if (event.kind === 'protocol-error') yield [time, node, error, `wrote a malformed line: ${event.detail}`];
    else if (event.kind === 'exit')
      yield event.fault
        ? [time, node, info, `ended by a fault: ${event.detail}`]
        : [time, node, error, `ended by itself: ${event.detail}`];
  }
  for (const { time, node, term } of leaders) {
    yield [time, node, info, term === undefined ? 'leads, it reports' : `leads term ${term}, it reports`];
  }
  for (const { name, what, from, to, healed } of faults.inForce) {
    yield [from, NEMESIS, info, `${name} ${what}: in force`];
    if (healed) yield [to, NEMESIS, info, `${name} ${what}: healed`];
  }
}

/** Stands where nodes stand; no node is called so in a history. */
const NEMESIS = 'nemesis';

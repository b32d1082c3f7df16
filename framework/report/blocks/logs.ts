// The nodes' logs and the events of the run as the page holds them: on one clock, the lines near anomalies and faults first.
import type { NodeFile } from '../../store/node-files.js';
import { LEVELS, type LogSource, type Logs, type LogsBlock, packLogs, TIMINGS } from '../page/logs.js';
import type { ReportInput, Story } from '../story.js';
import { clip, clipShort, plural, visible } from '../text.js';
import { FileClock, type RunTimes } from './log-clock.js';
import { Focus } from './log-focus.js';
import { levelOf } from './log-level.js';
import { partsOf } from './log-parts.js';
import { LogSelection } from './log-selection.js';
import { type Stamp, StampReader } from './log-stamp.js';

/** Characters of log lines in a page, and of one line. */
const MOST_TEXT = 2_000_000;
const LONGEST_LINE = 1000;

/** Bytes that are read of all logs, at most; each file gets an even part. */
const MOST_READ = 32_000_000;
const LEAST_READ = 1_000_000;
const MOST_SOURCES = 1000;
/** No system has longer ones. */
const LONGEST_PATH = 4096;

/** Bytes of a file's end in which its last stamp is looked for. */
const TAIL = 64_000;

/** Characters of a line in which its stamp stands. */
const HEAD = 400;

/** Lines of a file's beginning among which its first stamp is. */
const HEAD_LINES = 200;

const SAID = TIMINGS.indexOf('said');
const ABOUT = TIMINGS.indexOf('about');
const UNKNOWN = TIMINGS.indexOf('unknown');

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
    const { lines, read, clock } = readFile(
      file,
      most,
      focus.instants,
      times,
      input.result.deployment,
      (line, number, time, timing) => {
        // Errors are worth more, and looked for only where that may count.
        const far = Number.isNaN(time) ? UNTIMED - number : focus.distance(time);
        if (!selection.mayTake(far / WORTH)) return;
        const level = levelOf(line);
        const rank = LEVELS[level] === 'error' ? far / WORTH : far;
        selection.add(rank, () => ({ time, level, timing, source, number, text: clean(line) }));
      },
    );
    drafts.push({ node, path: file.path.slice(0, LONGEST_PATH), lines, skipped: Math.max(0, file.size - read), clock });
  }
  const places = new Map<string, number>();
  for (const [time, node, level, text] of eventLines(story)) {
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

type Take = (line: string, number: number, time: number, timing: number) => void;

/** Gives every line with its time. */
function readFile(
  file: NodeFile,
  most: number,
  instants: readonly number[],
  times: RunTimes,
  deployment: string,
  take: Take,
): { lines: number; read: number; clock: string } {
  const [first, last] = [firstStamp(file.lines()), lastStamp(file.lines(Math.max(0, file.size - TAIL)))];
  const clock = new FileClock(times, first ?? last, last ?? first);
  let number = 0;
  let before = Number.NaN;
  /** The file's first lines, before any with a time: they are given when that is known. */
  let waiting: string[] = [];
  const giveWaiting = () => {
    waiting.forEach((line, i) => {
      take(line, i + 1, before, Number.isNaN(before) ? UNKNOWN : ABOUT);
    });
    waiting = [];
  };
  const timeOf = (line: string) => clock.read(withoutColours(line.length > HEAD ? line.slice(0, HEAD) : line));
  const parts = partsOf(file, most, instants, (line) => timeOf(line)?.time ?? null);
  for (const { from, to } of parts) {
    // Between two parts there are lines that nobody has counted.
    if (number > 0) number++;
    for (const line of file.lines(from, to)) {
      number++;
      const instant = timeOf(line);
      if (instant !== null) {
        before = instant.time;
        giveWaiting();
        // Seconds of the run are told beside the line.
        const text = clock.kind === 'run' ? line.slice(line.indexOf(' ') + 1) : line;
        take(text, number, before, instant.coarse ? ABOUT : SAID);
      } else if (!Number.isNaN(before)) take(line, number, before, ABOUT);
      else if (clock.kind === 'none' || waiting.length >= HEAD_LINES) take(line, number, before, UNKNOWN);
      else waiting.push(line);
    }
  }
  const read = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  giveWaiting();
  return { lines: number, read, clock: clockText(clock, deployment) };
}

function firstStamp(lines: Iterable<string>): Stamp | null {
  const reader = new StampReader();
  let left = HEAD_LINES;
  for (const line of lines) {
    const stamp = reader.read(withoutColours(line.slice(0, HEAD)));
    if (stamp !== null || left-- === 0) return stamp;
  }
  return null;
}

function lastStamp(lines: Iterable<string>): Stamp | null {
  const reader = new StampReader();
  let last: Stamp | null = null;
  for (const line of lines) last = reader.read(withoutColours(line.slice(0, HEAD))) ?? last;
  return last;
}

/** Whose clock it was, and what is not known of it. */
function clockText({ kind, zone }: FileClock, deployment: string): string {
  if (kind === 'none') return 'no time is recognised: in the order of the file';
  const apart = deployment === 'ssh' ? ', which may differ from the run’s' : '';
  const clock = deployment === 'ssh' ? `the host’s clock${apart}` : kind === 'run' ? 'the run’s clock' : 'wall clock';
  if (zone === null) return clock;
  const minutes = Math.abs(zone) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const name = zone === 0 ? 'UTC' : `UTC${zone < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
  return `${clock}; it names no zone, taken as ${name}`;
}

/** What colours and titles on terminals are made of. */
const COLOURS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
  /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|[()#][0-9A-Za-z]|[@-Z\\^_])/g;

function withoutColours(text: string): string {
  return text.includes('\u001b') ? text.replace(COLOURS, '') : text;
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

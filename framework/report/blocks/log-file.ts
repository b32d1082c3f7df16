// Reads one log of a node: which of its lines, and when each was written.
import type { ClockDifference } from '../../contracts/cluster.js';
import type { NodeFile } from '../../store/node-files.js';
import { TIMINGS } from '../page/logs.js';
import { duration } from '../time-text.js';
import { FileClock, type RunTimes } from './log-clock.js';
import { partsOf } from './log-parts.js';
import { type Stamp, StampReader } from './log-stamp.js';

/** Bytes of a file's end in which its last stamp is looked for. */
const TAIL = 64_000;

/** Characters of a line in which its stamp stands. */
const HEAD = 400;

/** Lines of a file's beginning among which its first stamp is. */
const HEAD_LINES = 200;

const SAID = TIMINGS.indexOf('said');
const ABOUT = TIMINGS.indexOf('about');
const UNKNOWN = TIMINGS.indexOf('unknown');

export interface Reading {
  /** Bytes that are read at most. */
  readonly most: number;
  /** What is read of a longer file lies around these, and at its end. */
  readonly instants: readonly number[];
  readonly times: RunTimes;
  readonly host: HostClock;
}

export interface HostClock {
  /** Null: nobody compared it. */
  readonly difference: ClockDifference | null;
  /** The node lives on another machine, which has a clock of its own. */
  readonly elsewhere: boolean;
}

export type Take = (line: string, number: number, time: number, timing: number) => void;

/** Gives every line with its time. */
export function readFile(
  file: NodeFile,
  { most, instants, times, host }: Reading,
  take: Take,
): { lines: number; read: number; clock: string } {
  const [first, last] = [firstStamp(file.lines()), lastStamp(file.lines(Math.max(0, file.size - TAIL)))];
  const clock = new FileClock(times, first ?? last, last ?? first, host.difference?.offset);
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
  return { lines: number, read, clock: clockText(clock, host) };
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
function clockText({ kind, zone }: FileClock, { difference, elsewhere }: HostClock): string {
  if (kind === 'none') return 'no time is recognised: in the order of the file';
  const whose = difference !== null ? aheadText(difference) : elsewhere ? OTHER : OWN[kind];
  if (zone === null) return whose;
  const minutes = Math.abs(zone) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const name = zone === 0 ? 'UTC' : `UTC${zone < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
  return `${whose}; it names no zone, taken as ${name}`;
}

const OTHER = 'the host’s clock, which may differ from the run’s';
const OWN = { run: 'the run’s clock', wall: 'wall clock' } as const;

function aheadText({ offset, uncertainty }: ClockDifference): string {
  const milliseconds = (value: number) => duration(Math.round(value * 1e6));
  return `the host’s clock, which was ${milliseconds(Math.abs(offset))} ${offset < 0 ? 'behind' : 'ahead'}, ±${milliseconds(uncertainty)}`;
}

/** What colours and titles on terminals are made of. */
const COLOURS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
  /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|[()#][0-9A-Za-z]|[@-Z\\^_])/g;

export function withoutColours(text: string): string {
  return text.includes('\u001b') ? text.replace(COLOURS, '') : text;
}

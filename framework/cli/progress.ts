// Progress on a terminal: one line that redraws itself; elsewhere a plain line per stage and every ten seconds.
import { duration } from '../report/time-text.js';
import type { Progress } from '../run/progress.js';
import { type Io, paintError } from './io.js';

// In milliseconds of the user's own time: a simulation passes through minutes in the blink of an eye.
const PLAIN_INTERVAL = 10_000;
const DRAW_INTERVAL = 100;

/** A line that replaces itself, where the terminal can; nothing elsewhere. */
export class StatusLine {
  readonly #io: Io;
  #drawn = false;

  constructor(io: Io) {
    this.#io = io;
  }

  draw(text: string): void {
    const { columns } = this.#io;
    // The last column stays free: some terminals wrap when it is written.
    const fitted = text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
    // What the line before left is erased after writing, not before: no flicker.
    this.#io.err(`\r${paintError(this.#io, 'dim', fitted)}\u001b[K`);
    this.#drawn = true;
  }

  /** Removes the line, so that what is printed next stands alone. */
  end(): void {
    if (this.#drawn) this.#io.err('\r\u001b[2K');
    this.#drawn = false;
  }
}

/** Shows how far something is, as often as a person wants to know. */
export class Ticker {
  readonly #io: Io;
  readonly #now: () => number;
  readonly #line: StatusLine;
  #last: number;

  /** `now`: milliseconds of the user's time. */
  constructor(io: Io, now: () => number = () => performance.now()) {
    this.#io = io;
    this.#now = now;
    this.#line = new StatusLine(io);
    this.#last = now();
  }

  /** `news`: to be shown whenever it comes. */
  show(text: string, news = false): void {
    const now = this.#now();
    const due = now - this.#last >= (this.#io.interactive ? DRAW_INTERVAL : PLAIN_INTERVAL);
    if (!news && !due) return;
    this.#last = now;
    if (this.#io.interactive) this.#line.draw(text);
    else this.#io.err(`${text}\n`);
  }

  /** A line that stays. */
  say(text: string): void {
    this.#line.end();
    this.#io.err(`${text}\n`);
  }

  end(): void {
    this.#line.end();
  }
}

export class ProgressPrinter {
  readonly #ticker: Ticker;
  #stage = '';

  constructor(io: Io, now?: () => number) {
    this.#ticker = new Ticker(io, now);
  }

  show(progress: Progress): void {
    if (progress.stage === 'done') return;
    if (progress.line !== undefined) {
      this.#ticker.say(progress.line);
      return;
    }
    const stage = `${progress.stage} ${progress.checker ?? ''}`;
    this.#ticker.show(describe(progress), stage !== this.#stage);
    this.#stage = stage;
  }

  end(): void {
    this.#ticker.end();
  }
}

/** Stages that would say nothing by their names alone. */
const STAGES: Partial<Record<Progress['stage'], string>> = {
  provision: 'provision: prepare the cluster',
  start: 'start: get hosts and nodes going',
};

/** Whole seconds, up to ten minutes; then as people say it. */
function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 600 ? `${seconds} s` : duration(seconds * 1e9);
}

/** `load 12 s of 30 s | 200/s | 2391 ok 3 fail 7 info | partition` */
export function describe(progress: Progress): string {
  const { stage, elapsed, planned, checker, faults } = progress;
  const parts: string[] = [];
  if (checker !== undefined) parts.push(`${stage} ${checker}`);
  else if (planned === null) parts.push(STAGES[stage] ?? stage);
  else parts.push(`${stage} ${span(elapsed)} of ${span(planned)}`);
  // At the start of a stage there is no rate yet.
  if (planned !== null && elapsed > 0) parts.push(`${Math.round(progress.rate)}/s`);
  if (progress.ok + progress.fail + progress.info > 0) {
    parts.push(`${progress.ok} ok ${progress.fail} fail ${progress.info} info`);
  }
  if (faults.length > 0) parts.push(faults.join(', '));
  return parts.join(' | ');
}

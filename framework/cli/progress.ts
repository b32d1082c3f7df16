// Progress on a terminal: one line that redraws itself; elsewhere a plain line per stage and every ten seconds.
import type { Progress } from '../run/progress.js';
import { type Io, paint } from './io.js';

const PLAIN_INTERVAL = 10_000;

export class ProgressPrinter {
  readonly #io: Io;
  #stage = '';
  #drawn = false;
  #lastPlain = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  show(progress: Progress): void {
    if (progress.stage === 'done') return;
    if (this.#io.interactive) this.#draw(progress);
    else this.#plain(progress);
  }

  /** Removes the line, so that what is printed next stands alone. */
  end(): void {
    if (this.#drawn) this.#io.err('\r\u001b[2K');
    this.#drawn = false;
  }

  #draw(progress: Progress): void {
    const line = describe(progress);
    const fitted = line.length < this.#io.columns ? line : `${line.slice(0, Math.max(0, this.#io.columns - 2))}…`;
    this.#io.err(`\r\u001b[2K${paint(this.#io, 'dim', fitted)}`);
    this.#drawn = true;
  }

  #plain(progress: Progress): void {
    const stage = `${progress.stage} ${progress.checker ?? ''}`;
    const due = progress.elapsed - this.#lastPlain >= PLAIN_INTERVAL;
    if (stage === this.#stage && !due) return;
    this.#lastPlain = progress.elapsed;
    this.#stage = stage;
    this.#io.err(`${describe(progress)}\n`);
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}

/** `load 12 s of 30 s | 200/s | 2391 ok 3 fail 7 info | partition` */
export function describe(progress: Progress): string {
  const { stage, elapsed, planned, checker, faults } = progress;
  const parts: string[] = [];
  if (checker !== undefined) parts.push(`${stage} ${checker}`);
  else if (planned === null) parts.push(stage);
  else parts.push(`${stage} ${seconds(elapsed)} of ${seconds(planned)}`);
  if (progress.ok + progress.fail + progress.info > 0) {
    parts.push(`${Math.round(progress.rate)}/s`, `${progress.ok} ok ${progress.fail} fail ${progress.info} info`);
  }
  if (faults.length > 0) parts.push(faults.join(', '));
  return parts.join(' | ');
}

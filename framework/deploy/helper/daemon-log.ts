// The helper's own log, which never outgrows its bound however long the helper lives.
import { appendFileSync, renameSync, statSync } from 'node:fs';

const MOST_BYTES = 512 * 1024;
const LONGEST_LINE = 2000;

/** Two files at most, `path` and `path.old`, of half a megabyte each. */
export class DaemonLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  write(line: string): void {
    try {
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > MOST_BYTES) renameSync(this.#path, `${this.#path}.old`);
      appendFileSync(this.#path, `${new Date().toISOString()} ${line.slice(0, LONGEST_LINE)}\n`, { mode: 0o600 });
    } catch {
      // A full disk may be one of the faults: the helper's work goes on.
    }
  }
}

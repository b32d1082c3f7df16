// The last lines of a node's log, for messages about a node that ended.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 64 * 1024;
const TAIL_LINES = 20;
const LONGEST = 500;

/** At most 20 lines, each cut at 500 characters; none where there is no log. */
export function lastLines(path: string): string[] {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString('utf8', 0, read).split('\n');
    // The first line may have been cut by where reading began.
    if (size > TAIL_BYTES) lines.shift();
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-TAIL_LINES).map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
  } finally {
    closeSync(fd);
  }
}

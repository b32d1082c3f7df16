// Where in a file an event stands. Lines are not kept while a history is loaded: they are asked for once, when something is wrong.
import { textLines } from './text-file.js';

const LONGEST_LINE = 256 * 1024 * 1024;

/** The line (from 1) of event `row` in a file of one JSON object a line; undefined when the file cannot be read again. */
export function lineOfEvent(file: string, row: number, hasHeader: boolean): number | undefined {
  let line = 0;
  let left = hasHeader ? row + 1 : row;
  try {
    for (const text of textLines(file, LONGEST_LINE)) {
      line++;
      if (text.trim() === '') continue;
      if (left === 0) return line;
      left--;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

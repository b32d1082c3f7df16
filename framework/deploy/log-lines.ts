// The lines of a log on disk, for those who read a run's results.
import { readFileSync } from 'node:fs';

/** None where there is no such file. */
export function linesOf(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  } catch {
    return [];
  }
}

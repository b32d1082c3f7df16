// The table at the end of a soak, and its line of progress.
import type { Row } from './tally.js';

const HEAD = ['', 'plan', 'seeds', 'found', 'median', 'unclear', 'x real time', 'note'];

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.ok ? 'ok' : 'MISS',
    row.title,
    String(row.seeds),
    `${row.found} (${(row.seeds === 0 ? 0 : (100 * row.found) / row.seeds).toFixed(1)} %)`,
    row.median === null ? '' : String(row.median),
    row.unclear === 0 ? '' : String(row.unclear),
    row.speed.toFixed(0),
    row.note,
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...cells].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, c) => (c < 2 || c === row.length - 1 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)));
  return [HEAD, ...cells].map((row) => line(row).join('  ').trimEnd()).join('\n');
}

export function progress(done: number, planned: number, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001);
  const left = rate === 0 ? '' : `, ${Math.ceil((planned - done) / rate)} s left`;
  return `${done} of ${planned} runs, ${rate.toFixed(1)}/s${left}`;
}

// Which parts of a long file are read: its end, and what is around the instants that matter, found by the times of its lines.
import type { Nanoseconds } from '../../contracts/time.js';
import type { NodeFile } from '../../store/node-files.js';

export interface Part {
  readonly from: number;
  readonly to: number;
}

/** Bytes in which a line with a time is looked for. */
const PROBE = 64_000;
const MOST_INSTANTS = 4;

/**
 * At most `most` bytes of the file, in order and apart: all of it, or half of that at its end and the rest around the instants.
 * `timeOf` says the time of a line; null: it has none.
 */
export function partsOf(
  file: NodeFile,
  most: number,
  instants: readonly Nanoseconds[],
  timeOf: (line: string) => Nanoseconds | null,
): Part[] {
  const { size } = file;
  if (size <= most) return [{ from: 0, to: size }];
  const wanted = instants.slice(0, MOST_INSTANTS);
  const room = most / 2 / Math.max(1, wanted.length);
  const around = wanted.flatMap((instant) => {
    const place = placeOf(file, instant, timeOf);
    return place === null ? [] : [{ from: Math.max(0, place - room / 2), to: Math.min(size, place + room / 2) }];
  });
  const end = { from: size - (around.length === 0 ? most : most / 2), to: size };
  return joined([...around, end].map(({ from, to }) => ({ from: Math.floor(from), to: Math.ceil(to) })));
}

/** Byte at which the lines of an instant are, where lines are in order of time; null: no line says its time. */
function placeOf(file: NodeFile, instant: Nanoseconds, timeOf: (line: string) => Nanoseconds | null): number | null {
  let low = 0;
  let high = file.size;
  while (high - low > PROBE) {
    const middle = Math.floor((low + high) / 2);
    const time = firstTime(file.lines(middle, middle + PROBE), timeOf);
    if (time === null) return null;
    if (time < instant) low = middle;
    else high = middle;
  }
  return low;
}

function firstTime(lines: Iterable<string>, timeOf: (line: string) => Nanoseconds | null): Nanoseconds | null {
  for (const line of lines) {
    const time = timeOf(line);
    if (time !== null) return time;
  }
  return null;
}

function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of [...parts].sort((a, b) => a.from - b.from)) {
    const last = result[result.length - 1];
    if (last === undefined || part.from > last.to) result.push(part);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, part.to) };
  }
  return result;
}

// The axis of values: its range, its lines, and how values read.
import { grouped } from '../../text.js';

export interface Heights {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Values that get a line and a label. */
  readonly ticks: readonly number[];
  /** 0 at the bottom, 1 at the top. */
  share(value: number): number;
}

/** Over all values; with `log` only those above 0 count. */
export function heightsOf(values: Iterable<number>, log: boolean): Heights {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (const value of values) {
    if (log && value <= 0) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    whole &&= Number.isInteger(value);
  }
  if (low > high) [low, high] = [log ? 1 : 0, 1];
  return log ? powers(low, high) : linear(low, high, whole);
}

function linear(lowest: number, highest: number, whole: boolean): Heights {
  // What is not far above nothing begins at nothing.
  let low = lowest > 0 && lowest < 0.7 * highest ? 0 : lowest;
  let high = highest;
  if (low === high) {
    low = Math.min(0, low);
    high = Math.max(low + 1, high + (whole ? 1 : 0));
  }
  const raw = 10 ** Math.floor(Math.log10((high - low) / 4));
  const factor = [1, 2, 5].find((one) => one * raw * 4 >= high - low) ?? 10;
  const step = whole ? Math.max(1, factor * raw) : factor * raw;
  const first = Math.floor(low / step) * step;
  const last = Math.ceil(high / step) * step;
  const ticks: number[] = [];
  for (let i = 0; first + i * step <= last + step / 1e6 && i < 20; i++)
    ticks.push(Number((first + i * step).toPrecision(12)));
  return { low: first, high: last, log: false, ticks, share: (value) => (value - first) / (last - first) };
}

function powers(lowest: number, highest: number): Heights {
  const first = Math.floor(Math.log10(lowest) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(highest) - 1e-9));
  const every = Math.max(1, Math.ceil((last - first) / 6));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) ticks.push(10 ** power);
  const bottom = 10 ** first;
  return {
    low: bottom,
    high: 10 ** last,
    log: true,
    ticks,
    share: (value) => (Math.log10(Math.max(value, bottom)) - first) / (last - first),
  };
}

export function valueText(value: number, unit = ''): string {
  const size = Math.abs(value);
  const short = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  const text =
    size >= 1e15 || (size > 0 && size < 1e-4)
      ? value.toExponential(2)
      : Number.isInteger(short)
        ? `${short < 0 ? '-' : ''}${grouped(Math.abs(short))}`
        : String(short);
  return unit === '' ? text : `${text} ${unit}`;
}

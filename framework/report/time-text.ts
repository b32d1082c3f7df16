// Instants and durations as people read them, the same on every machine and in every locale.
import type { Nanoseconds } from '../contracts/time.js';

const UNITS = [
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'µs'],
] as const;

function trimmed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Three significant digits at most: `4.1 ms`, `12 s`, `3 min 20 s`. */
export function duration(span: Nanoseconds): string {
  if (!Number.isFinite(span)) return 'unknown';
  if (span < 0) return `-${duration(-span)}`;
  if (span >= 119_500_000_000) return minutes(Math.round(span / 1_000_000_000));
  for (const [size, unit] of UNITS) {
    if (span < size) continue;
    const value = span / size;
    return `${trimmed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`;
  }
  return `${Math.round(span)} ns`;
}

function minutes(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** Seconds since the start of the run with `digits` decimals: `12.304 s`. */
export function instant(time: Nanoseconds, digits = 3): string {
  return `${(time / 1_000_000_000).toFixed(digits)} s`;
}

/** Decimals of a second that keep instants within `span` apart. */
export function digitsFor(span: Nanoseconds): number {
  if (span < 20_000) return 9;
  if (span < 20_000_000) return 6;
  return span < 3_000_000_000_000 ? 3 : 1;
}

// Words for messages: instants, durations, values and counts, the same everywhere and on every machine.
import { type Nanoseconds, NS_PER_MS, NS_PER_S } from '../../framework/contracts/time.js';

const LONGEST_VALUE = 80;

/** `3.214 s`: an instant on the run's clock. */
export function instant(time: Nanoseconds, digits = 3): string {
  return `${(time / NS_PER_S).toFixed(digits)} s`;
}

/** Decimals of a second that tell the instants apart: milliseconds if they do, else microseconds, else all. */
export function enoughDigits(instants: readonly Nanoseconds[]): number {
  const different = new Set(instants).size;
  const shown = (digits: number) => new Set(instants.map((time) => instant(time, digits))).size;
  return [3, 6].find((digits) => shown(digits) === different) ?? 9;
}

/** `12.5 ms` or `3.21 s`. */
export function span(duration: Nanoseconds): string {
  return duration < NS_PER_S
    ? `${Number((duration / NS_PER_MS).toFixed(1))} ms`
    : `${Number((duration / NS_PER_S).toFixed(2))} s`;
}

/** Milliseconds, to a microsecond, for details. */
export function milliseconds(duration: Nanoseconds): number {
  return Math.round(duration / 1000) / 1000;
}

/** `256 MiB`: bytes. */
export function size(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.round(bytes / 2 ** 10)} KiB` : `${Number((bytes / 2 ** 20).toFixed(1))} MiB`;
}

/** `80%`, `99.95%`. */
export function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(2))}%`;
}

/** A value as JSON, cut short where it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

/** `1 read`, `2 reads`. */
export function amount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `n1`, `n1 and n2`, `n1, n2 and n3`, `n1, n2, n3 and 4 others`. */
export function list(items: readonly string[], most = 5): string {
  const named = items.length <= most ? items : [...items.slice(0, most), amount(items.length - most, 'other')];
  if (named.length < 2) return named.join('');
  return `${named.slice(0, -1).join(', ')} and ${named[named.length - 1]}`;
}

/** With a capital letter at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

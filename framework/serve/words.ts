// Figures and instants in the words that all pages use.
import { duration } from '../report/time-text.js';

/** A duration in milliseconds: `4.1 ms`. */
export function milliseconds(value: number): string {
  return value === 0 ? '0 ms' : duration(value * 1e6);
}

/** A share from 0 to 1: `99.95 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share > 0.99 && share < 1 ? 2 : 1))} %`;
}

/** ISO 8601 as people read it, in UTC, to the second. */
export function startText(started: string): string {
  return started.slice(0, 19).replace('T', ' ');
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** Bytes: `4.2 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

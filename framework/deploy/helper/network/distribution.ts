// Tables of how delays spread, for netem: tc reads them from a folder, and not every host has them (none has an exponential one).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = 4096;
/** A deviation, in netem's units; entries are 16 bits, so tables end at four deviations. */
const DEVIATION = 8192;
const LIMIT = 32767;

/** Quantiles of the distribution with mean 0 and deviation 1, evenly spread over its probability. */
const TABLES: Readonly<Record<string, () => number[]>> = {
  'chaos-normal': normal,
  'chaos-exponential': () => Array.from({ length: SIZE }, (_, i) => -Math.log(1 - (i + 0.5) / SIZE) - 1),
};

/** Writes the tables into a folder, which `tc` is then given as TC_LIB_DIR. */
export function writeTables(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, quantiles] of Object.entries(TABLES))
    writeFileSync(join(folder, `${name}.dist`), lines(quantiles()));
}

export function lines(quantiles: readonly number[]): string {
  const entries = quantiles.map((x) => Math.max(-LIMIT, Math.min(LIMIT, Math.round(x * DEVIATION))));
  return entries.map((entry, i) => `${entry}${i % 8 === 7 ? '\n' : ' '}`).join('');
}

/** By adding up the density in small steps. */
export function normal(): number[] {
  const quantiles: number[] = [];
  const step = 1 / 1024;
  let below = 0;
  for (let x = -6; quantiles.length < SIZE && x < 6; x += step) {
    below += (Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI)) * step;
    while (quantiles.length < SIZE && below >= (quantiles.length + 0.5) / SIZE) quantiles.push(x);
  }
  return quantiles;
}

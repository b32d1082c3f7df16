// Results that are JSON and no more: whatever stands where, every page is there, and tells the rest.
import { expect, it } from 'vitest';
import { resultWith, STALE } from './testing/results.js';
import { servedForEach } from './testing/served.js';

const served = servedForEach();

const ODD: readonly unknown[] = [null, -1.5e300, '', 'x'.repeat(5000), [], [null, [{}]], { toString: 1, length: -1 }];

/** Every place in a value, by the names that lead there. */
function places(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [[name], ...places(part).map((rest) => [name, ...rest])]);
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  const fields = copy as Record<string, unknown>;
  fields[name] = replaced(fields[name], rest, by);
  return copy;
}

it('are listed, shown and compared', async () => {
  const good = { ...resultWith(), ...STALE, expect: { anomalies: ['stale-read'], others: 'allow' } };
  served.results.run('good', '20260101T000000Z-1', { 'result.json': good });
  const at = (second: number) =>
    new Date(Date.UTC(2026, 0, 2) + second * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const cases = places(good)
    .filter(([first]) => first !== 'format')
    .flatMap((place) => ODD.map((odd) => replaced(good, place, odd) as object));
  const names = cases.map((result, i) => {
    const name = `${at(i)}-${i}`;
    served.results.run('odd', name, { 'result.json': result });
    return name;
  });
  expect(names.length).toBeGreaterThan(500);
  const pages = ['/?per=1000', '/?q=odd', '/plan/odd', '/plan/odd?function=read'];
  // Lists take them all; of their own pages every third, which is another odd value at every place.
  for (const name of names.filter((_, i) => i % 3 === 0)) {
    pages.push(`/run/odd/${name}/`, `/compare?run=odd/${name}&run=good/20260101T000000Z-1`);
  }
  for (const page of pages) {
    const { status, text } = await served.get(page);
    expect([page, status]).toEqual([page, 200]);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  }
});

// Reads what a verdict shows, for tests: in milliseconds, and only if reports take it as it is.
import type { Verdict } from '../../framework/contracts/checker.js';
import type { Chart, Exhibit, Table } from '../../framework/contracts/exhibit.js';
import { NS_PER_MS } from '../../framework/contracts/time.js';
import { soundExhibits } from '../../framework/store/sound-exhibits.js';

/** All of them, as reports take them; throws where a report would leave one out or cut it. */
export function exhibitsOf({ exhibits = [] }: Verdict): Exhibit[] {
  const sound = soundExhibits(exhibits);
  const cut = sound.exhibits.flatMap(({ notice }) => (notice === undefined ? [] : [notice]));
  if (sound.complaints.length + cut.length > 0) throw new Error([...sound.complaints, ...cut].join(' '));
  return sound.exhibits;
}

function titled(verdict: Verdict, title: string): Exhibit {
  const found = exhibitsOf(verdict).find((exhibit) => exhibit.title.startsWith(title));
  if (found === undefined)
    throw new Error(`nothing is titled ${title}: ${exhibitsOf(verdict).map((one) => one.title)}`);
  return found;
}

const ms = (time: number) => time / NS_PER_MS;

/** By lane, its spans as `[from, to, text, operation]`, with `wrong` behind those that are. */
export function lanesOf(verdict: Verdict, title: string): Record<string, unknown[][]> {
  const { lanes = [] } = titled(verdict, title) as Chart;
  return Object.fromEntries(
    lanes.map(({ name, spans }) => [
      name,
      spans.map(({ from, to, text, operation, wrong }) => [
        ms(from),
        ms(to),
        text,
        operation,
        ...(wrong === true ? ['wrong'] : []),
      ]),
    ]),
  );
}

/** By series, its points with times in milliseconds; those that are wrong have a cross before their name. */
export function seriesOf(verdict: Verdict, title: string): Record<string, unknown[][]> {
  const { series = [] } = titled(verdict, title) as Chart;
  return Object.fromEntries(
    series.map(({ name, points, wrong }) => [
      wrong === true ? `✕ ${name}` : name,
      points.map(([time, ...rest]) => [ms(time), ...rest]),
    ]),
  );
}

export function bandsOf(verdict: Verdict, title: string): Record<string, unknown[][]> {
  const { bands = [] } = titled(verdict, title) as Chart;
  return Object.fromEntries(
    bands.map(({ name, points }) => [name, points.map(([time, low, high]) => [ms(time), low, high])]),
  );
}

export function rowsOf(verdict: Verdict, title: string): Table['rows'] {
  return (titled(verdict, title) as Table).rows;
}

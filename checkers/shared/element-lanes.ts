// Pictures of single elements of sets and broadcasts: when each was added, which reads showed it, which should have and did not.
import type { Chart, Lane, Series, Span } from '../../framework/contracts/exhibit.js';
import { EVENT_INVOKE, EVENT_OK, type History } from '../../framework/contracts/history.js';
import { NS_PER_MS } from '../../framework/contracts/time.js';
import type { ElementWords } from './element-anomalies.js';
import type { Elements } from './elements.js';
import { lanesChart, MOST_LANES, ofHowMany } from './exhibits.js';
import type { FinalRead } from './final-reads.js';
import { staleness } from './staleness.js';
import { capital, show } from './text.js';

/** What is wrong with an element. */
export type Wrong = 'lost' | 'stale' | 'unexpected' | 'repeated';

export interface WrongElement {
  id: number;
  wrong: Wrong;
  /** Final reads that lack it though the latest read of all shows it. */
  missing?: readonly FinalRead[];
}

/** The invocation of the first read after `row` that returned a list; -1: none. */
function nextRead(history: History, read: number, row: number): number {
  const { type, f, mate, process, length } = history.columns;
  for (let at = row + 1; at < length; at++) {
    if (f[at] !== read || type[at] !== EVENT_INVOKE || process[at]! < 0) continue;
    const end = mate[at]!;
    if (end >= 0 && type[end] === EVENT_OK && Array.isArray(history.value(end))) return at;
  }
  return -1;
}

export function elementLanes(
  history: History,
  elements: Elements,
  all: readonly WrongElement[],
  { read, words }: { read: string; words: ElementWords },
): Chart | null {
  const byId = new Map<number, WrongElement[]>();
  for (const element of all) byId.set(element.id, [...(byId.get(element.id) ?? []), element]);
  const shown = [...byId].slice(0, MOST_LANES);
  const id = history.functionId(read);
  const lanes = shown.map(([number, wrongs]): Lane => {
    const name = show(elements.interner.values[number]);
    const departures = wrongs.flatMap((element) => departure(history, elements, element, id));
    return { name, spans: [...past(history, elements, number, wrongs, words), ...departures] };
  });
  const { noun } = words;
  return lanesChart(
    `${capital(noun)}s that reads contradict`,
    `One row for each ${noun}: when it was ${words.done}, until when reads showed it, and since when reads that should show it do not.${ofHowMany(shown.length, byId.size)}`,
    lanes,
  );
}

/** When it was added, and until when it was there. */
function past(
  history: History,
  elements: Elements,
  id: number,
  wrongs: readonly WrongElement[],
  words: ElementWords,
): Span[] {
  const { time, mate } = history.columns;
  const attempted = elements.attempted[id]!;
  if (attempted < 0) return [];
  const end = mate[attempted]!;
  const spans: Span[] = [
    { from: time[attempted]!, to: end < 0 ? time[attempted]! : time[end]!, text: words.done, operation: attempted },
  ];
  const present = elements.present[id]!;
  const first = elements.firstSeen[id]!;
  const absent = elements.absent[id]!;
  const is = (kind: Wrong) => wrongs.some(({ wrong }) => wrong === kind);
  if (present < 0 || is('unexpected')) return spans;
  // Of what is stale only what comes after the last read that lacks it is certain to be there.
  const from = is('stale') && absent >= 0 ? Math.max(time[absent]!, time[first]!) : time[first]!;
  const to = time[mate[present]!]!;
  if (to >= from) spans.push({ from, to, text: 'shown by reads', operation: present });
  return spans;
}

function departure(history: History, elements: Elements, element: WrongElement, read: number): Span[] {
  const { time, mate } = history.columns;
  const { id, wrong, missing = [] } = element;
  if (missing.length > 0) {
    return missing.map(({ place, invoked, completed }) => ({
      from: time[invoked]!,
      to: time[completed]!,
      text: `missing from the final read of ${place}`,
      wrong: true,
      operation: invoked,
    }));
  }
  const absent = elements.absent[id]!;
  if (wrong === 'lost') {
    const first = nextRead(history, read, Math.max(elements.present[id]!, elements.known[id]!));
    if (first < 0 || absent < 0) return [];
    return [{ from: time[first]!, to: time[mate[absent]!]!, text: 'missing', wrong: true, operation: first }];
  }
  if (wrong === 'stale') {
    const known = elements.known[id]!;
    return [{ from: time[known]!, to: time[absent]!, text: 'missing from some reads', wrong: true, operation: absent }];
  }
  const at = wrong === 'repeated' ? elements.repeated[id]! : elements.firstSeen[id]!;
  const text = wrong === 'repeated' ? 'shown more than once' : 'shown, though nobody had added it';
  return [{ from: time[at]!, to: time[at]!, text, wrong: true, operation: mate[at]! }];
}

/** How long elements that came late were missing from some reads; null: none came late. */
export function lateElements(
  history: History,
  elements: Elements,
  late: readonly number[],
  noun: string,
): Chart | null {
  if (late.length === 0) return null;
  const { time } = history.columns;
  const points = late
    .map((id): Series['points'][number] => {
      const milliseconds = staleness(history, elements, id) / NS_PER_MS;
      return [time[elements.known[id]!]!, milliseconds, elements.absent[id]!];
    })
    .sort((a, b) => a[0] - b[0]);
  return {
    kind: 'chart',
    title: `How long ${noun}s were missing from some reads`,
    note: `Each point is one ${noun}, at the time from which every read should show it; reads began to lack it until so much later.`,
    unit: 'ms',
    log: true,
    series: [{ name: `${noun} that came late`, shape: 'points', points }],
  };
}

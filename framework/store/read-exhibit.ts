// One exhibit of a checker, read from what may be anything: copied, put in order of time, cut to a size that a page can show.
import type {
  Band,
  Chart,
  Column,
  Exhibit,
  Lane,
  Point,
  Series,
  Span,
  Table,
  TableCell,
} from '../contracts/exhibit.js';
import { evenly, shares } from './sample.js';

/** The message is a clause that says where and what. */
export class Malformed extends Error {}

/** Points of all series and bands and spans of all lanes of a chart. */
export const MOST_POINTS = 20_000;
const MOST_SERIES = 12;
const MOST_BANDS = 6;
const MOST_LANES = 60;
const MOST_COLUMNS = 12;
const MOST_ROWS = 1000;
/** Longer lists are not even looked at. */
const MOST_GIVEN = 5_000_000;

const LONGEST = { title: 160, note: 600, unit: 24, name: 80, text: 160, cell: 300 } as const;

type Fields = Readonly<Record<string, unknown>>;

/** Throws Malformed, and whatever a getter of it throws. */
export function readExhibit(given: unknown): Exhibit {
  const fields = fieldsOf(given, 'it');
  const kind = fields['kind'];
  if (kind === 'chart') return readChart(fields);
  if (kind === 'table') return readTable(fields);
  throw new Malformed("its kind is neither 'chart' nor 'table'");
}

export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const code = text.charCodeAt(limit - 2);
  return `${text.slice(0, code >= 0xd800 && code <= 0xdbff ? limit - 2 : limit - 1)}…`;
}

function readChart(fields: Fields): Chart {
  const cuts = new Cuts();
  const series = optionalList(fields, 'series');
  const bands = optionalList(fields, 'bands');
  const lanes = optionalList(fields, 'lanes');
  if (series.length + bands.length + lanes.length === 0)
    throw new Malformed('it has neither series nor bands nor lanes');
  if (lanes.length > 0 && series.length + bands.length > 0) throw new Malformed('it has lanes beside series or bands');
  const keptSeries = cuts.first(series, MOST_SERIES, 'series').map((item, i) => rawSeries(item, `series ${i + 1}`));
  const keptBands = cuts.first(bands, MOST_BANDS, 'bands').map((item, i) => rawBand(item, `band ${i + 1}`));
  const keptLanes = cuts.lanes(lanes.map((item, i) => rawLane(item, `lane ${i + 1}`)));
  const groups = [
    ...keptSeries.map(({ points, wrong }) => ({ count: points.length, wrong: wrong ? points.length : 0 })),
    ...keptBands.map(({ points }) => ({ count: points.length, wrong: 0 })),
    ...keptLanes.map(({ spans }) => ({ count: spans.length, wrong: spans.filter(isWrong).length })),
  ];
  const room = shares(groups, MOST_POINTS);
  cuts.points(groups.reduce((sum, { count }) => sum + count, 0));
  const [forBands, forLanes] = [keptSeries.length, keptSeries.length + keptBands.length];
  return {
    kind: 'chart',
    ...heading(fields, cuts),
    ...(fields['unit'] === undefined ? {} : { unit: text(fields['unit'], 'its unit', LONGEST.unit) }),
    ...(fields['log'] === true ? { log: true } : {}),
    ...(series.length === 0 ? {} : { series: keptSeries.map((item, i) => finishSeries(item, room[i]!)) }),
    ...(bands.length === 0 ? {} : { bands: keptBands.map((item, i) => finishBand(item, room[forBands + i]!)) }),
    ...(lanes.length === 0 ? {} : { lanes: keptLanes.map((item, i) => finishLane(item, room[forLanes + i]!)) }),
  };
}

function readTable(fields: Fields): Table {
  const cuts = new Cuts();
  const columns = cuts.first(list(fields['columns'], 'its columns'), MOST_COLUMNS, 'columns').map(readColumn);
  if (columns.length === 0) throw new Malformed('it has no columns');
  const rows = cuts.first(list(fields['rows'], 'its rows'), MOST_ROWS, 'rows').map((row, i) => {
    const cells = list(row, `row ${i + 1}`);
    return columns.map((_, at) => cell(cells[at], `row ${i + 1}, column ${at + 1}`));
  });
  return { kind: 'table', ...heading(fields, cuts), columns, rows };
}

function readColumn(given: unknown, i: number): Column {
  const where = `column ${i + 1}`;
  const fields = fieldsOf(given, where);
  const shows = fields['shows'];
  if (shows !== undefined && shows !== 'instant' && shows !== 'operation') {
    throw new Malformed(`${where} shows neither 'instant' nor 'operation'`);
  }
  return {
    title: text(fields['title'], `the title of ${where}`, LONGEST.name),
    ...(fields['numeric'] === true ? { numeric: true } : {}),
    ...(shows === undefined ? {} : { shows }),
  };
}

function heading(fields: Fields, cuts: Cuts): { title: string; note?: string; notice?: string } {
  const title = text(fields['title'], 'its title', LONGEST.title);
  if (title === '') throw new Malformed('its title is empty');
  const note = fields['note'] === undefined ? undefined : text(fields['note'], 'its note', LONGEST.note);
  const before = typeof fields['notice'] === 'string' ? [shortened(fields['notice'], LONGEST.note)] : [];
  const notice = shortened([...before, ...cuts.sentences].join(' '), LONGEST.note);
  return { title, ...(note === undefined ? {} : { note }), ...(notice === '' ? {} : { notice }) };
}

/** What was left out, in sentences. */
class Cuts {
  readonly sentences: string[] = [];

  first(items: readonly unknown[], most: number, what: string): unknown[] {
    if (items.length > most) this.sentences.push(`The first ${most} of ${items.length} ${what} are shown.`);
    return Array.prototype.slice.call(items, 0, most) as unknown[];
  }

  /** Those with something wrong are kept first; the order stays. */
  lanes(items: readonly RawLane[]): RawLane[] {
    if (items.length <= MOST_LANES) return [...items];
    const wrong = items.filter(({ spans }) => spans.some(isWrong));
    const right = items.filter(({ spans }) => !spans.some(isWrong));
    const kept = new Set([...wrong, ...right].slice(0, MOST_LANES));
    const how = wrong.length > 0 ? ', those with something wrong before the rest' : '';
    this.sentences.push(`${MOST_LANES} of ${items.length} lanes are shown${how}.`);
    return items.filter((item) => kept.has(item));
  }

  points(count: number): void {
    if (count > MOST_POINTS) {
      this.sentences.push(
        `An even sample of ${MOST_POINTS} of ${count} points is shown; what is wrong is kept before the rest.`,
      );
    }
  }
}

interface RawSeries extends Omit<Series, 'points'> {
  where: string;
  points: readonly unknown[];
}

function rawSeries(given: unknown, where: string): RawSeries {
  const fields = fieldsOf(given, where);
  const shape = fields['shape'];
  if (shape !== 'points' && shape !== 'line' && shape !== 'steps') {
    throw new Malformed(`the shape of ${where} is neither 'points', 'line' nor 'steps'`);
  }
  const points = list(fields['points'], `the points of ${where}`);
  return { where, name: nameOf(fields, where), shape, points, ...(fields['wrong'] === true ? { wrong: true } : {}) };
}

function finishSeries({ where, points, ...series }: RawSeries, room: number): Series {
  return { ...series, points: inOrder(evenly(points, room).map((item) => point(item, where))) };
}

function point(given: unknown, where: string): Point {
  const [time, value, operation] = list(given, `a point of ${where}`);
  const at = instant(time, `the time of a point of ${where}`);
  const height = value === null ? null : number(value, `the value of a point of ${where}`);
  return operation === undefined
    ? [at, height]
    : [at, height, index(operation, `the operation of a point of ${where}`)];
}

interface RawBand {
  where: string;
  name: string;
  points: readonly unknown[];
}

function rawBand(given: unknown, where: string): RawBand {
  const fields = fieldsOf(given, where);
  return { where, name: nameOf(fields, where), points: list(fields['points'], `the points of ${where}`) };
}

function finishBand({ where, name, points }: RawBand, room: number): Band {
  const read = evenly(points, room).map((item): [number, number, number] => {
    const [time, low, high] = list(item, `a point of ${where}`);
    return [
      instant(time, `the time of a point of ${where}`),
      number(low, `the low value of a point of ${where}`),
      number(high, `the high value of a point of ${where}`),
    ];
  });
  return { name, points: inOrder(read) };
}

interface RawLane {
  where: string;
  name: string;
  spans: readonly unknown[];
}

function rawLane(given: unknown, where: string): RawLane {
  const fields = fieldsOf(given, where);
  return { where, name: nameOf(fields, where), spans: list(fields['spans'], `the spans of ${where}`) };
}

const isWrong = (span: unknown) => typeof span === 'object' && span !== null && (span as Fields)['wrong'] === true;

function finishLane({ where, name, spans }: RawLane, room: number): Lane {
  const wrong = spans.filter(isWrong);
  const right = spans.filter((item) => !isWrong(item));
  const others = evenly(right, Math.max(0, room - wrong.length));
  const read = [...evenly(wrong, room), ...others].map((item) => span(item, where));
  return { name, spans: read.sort((a, b) => a.from - b.from || a.to - b.to) };
}

function span(given: unknown, where: string): Span {
  const fields = fieldsOf(given, `a span of ${where}`);
  const from = instant(fields['from'], `the beginning of a span of ${where}`);
  const to = instant(fields['to'], `the end of a span of ${where}`);
  if (to < from) throw new Malformed(`a span of ${where} ends before it begins`);
  const words = fields['text'];
  const operation = fields['operation'];
  return {
    from,
    to,
    ...(words === undefined ? {} : { text: text(words, `the text of a span of ${where}`, LONGEST.text) }),
    ...(fields['wrong'] === true ? { wrong: true } : {}),
    ...(operation === undefined ? {} : { operation: index(operation, `the operation of a span of ${where}`) }),
  };
}

function inOrder<T extends readonly [number, ...unknown[]]>(points: T[]): T[] {
  return points.sort((a, b) => a[0] - b[0]);
}

function fieldsOf(given: unknown, where: string): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Malformed(`${where} is no object`);
  return given as Fields;
}

function list(given: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(given)) throw new Malformed(`a list is expected for ${where}`);
  if (given.length > MOST_GIVEN) throw new Malformed(`${where}: more than ${MOST_GIVEN} of them`);
  return given;
}

function optionalList(fields: Fields, name: string): readonly unknown[] {
  return fields[name] === undefined ? [] : list(fields[name], `its ${name}`);
}

function text(given: unknown, where: string, limit: number): string {
  if (typeof given !== 'string') throw new Malformed(`${where} is no text`);
  return shortened(given, limit);
}

function nameOf(fields: Fields, where: string): string {
  return text(fields['name'], `the name of ${where}`, LONGEST.name);
}

function number(given: unknown, where: string): number {
  if (typeof given !== 'number' || !Number.isFinite(given)) throw new Malformed(`${where} is no finite number`);
  return given;
}

function instant(given: unknown, where: string): number {
  const time = number(given, where);
  if (time < 0) throw new Malformed(`${where} is negative`);
  return time;
}

function index(given: unknown, where: string): number {
  if (!Number.isSafeInteger(given) || (given as number) < 0) throw new Malformed(`${where} is no event index`);
  return given as number;
}

function cell(given: unknown, where: string): TableCell {
  if (given === null || given === undefined) return null;
  return typeof given === 'number' ? number(given, where) : text(given, where, LONGEST.cell);
}

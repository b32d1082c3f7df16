import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chart, Exhibit, Table } from '../contracts/exhibit.js';
import { MOST_POINTS } from './read-exhibit.js';
import { evenly, shares } from './sample.js';
import { MOST_EXHIBITS, soundExhibits } from './sound-exhibits.js';

const points = (count: number): [number, number][] => Array.from({ length: count }, (_, i) => [i, i % 7]);
const chart = (rest: object): unknown => ({ kind: 'chart', title: 'a chart', ...rest });
const series = (rest: object = {}) => ({ name: 's', shape: 'points', points: points(3), ...rest });

function sizeOf(exhibit: Exhibit): number {
  if (exhibit.kind === 'table') return exhibit.rows.length;
  const { series: lines = [], bands = [], lanes = [] } = exhibit;
  const lists = [
    ...lines.map((one) => one.points),
    ...bands.map((one) => one.points),
    ...lanes.map((one) => one.spans),
  ];
  return lists.reduce((sum, list) => sum + list.length, 0);
}

const only = (given: unknown) => {
  const { exhibits, complaints } = soundExhibits([given]);
  expect(complaints).toEqual([]);
  return exhibits[0]!;
};

describe('exhibits that are as they should be', () => {
  it('are taken over whole, without what the types do not know', () => {
    const given = chart({
      note: 'n',
      unit: 'ms',
      log: true,
      mystery: 1,
      series: [
        {
          ...series(),
          points: [
            [1, 2, 3],
            [2, null],
          ],
          wrong: true,
        },
      ],
      bands: [{ name: 'b', points: [[1, 2, 3]] }],
    });
    expect(only(given)).toEqual({
      kind: 'chart',
      title: 'a chart',
      note: 'n',
      unit: 'ms',
      log: true,
      series: [
        {
          name: 's',
          shape: 'points',
          points: [
            [1, 2, 3],
            [2, null],
          ],
          wrong: true,
        },
      ],
      bands: [{ name: 'b', points: [[1, 2, 3]] }],
    });
    const lanes = [{ name: 'l', spans: [{ from: 1, to: 1, text: 't', wrong: true, operation: 4 }] }];
    expect(only(chart({ lanes }))).toEqual({ kind: 'chart', title: 'a chart', lanes });
    const table = {
      kind: 'table',
      title: 't',
      columns: [{ title: 'x', numeric: true, shows: 'instant' }, { title: 'y' }],
      rows: [[1, 'a'], [null]],
    };
    expect(only(table)).toEqual({
      ...table,
      rows: [
        [1, 'a'],
        [null, null],
      ],
    });
  });

  it('are put in order of time', () => {
    const given = chart({
      series: [
        series({
          points: [
            [3, 1],
            [1, 2],
            [2, 3],
          ],
        }),
      ],
    });
    expect((only(given) as Chart).series![0]!.points).toEqual([
      [1, 2],
      [2, 3],
      [3, 1],
    ]);
  });
});

describe('exhibits that are not', () => {
  it.each([
    ['no object', 7, 'it is no object'],
    ['of no kind', { title: 'x' }, "its kind is neither 'chart' nor 'table'"],
    ['without a title', { kind: 'chart', series: [series()] }, 'its title is no text'],
    ['empty', chart({}), 'it has neither series nor bands nor lanes'],
    ['mixed', chart({ lanes: [{ name: 'l', spans: [] }], series: [series()] }), 'it has lanes beside series or bands'],
    [
      'without values',
      chart({ series: [series({ points: [[1, Number.NaN]] })] }),
      'the value of a point of series 1 is no finite number',
    ],
    [
      'before the run',
      chart({ series: [series({ points: [[-1, 1]] })] }),
      'the time of a point of series 1 is negative',
    ],
    [
      'of no shape',
      chart({ series: [series({ shape: 'pie' })] }),
      "the shape of series 1 is neither 'points', 'line' nor 'steps'",
    ],
    [
      'ending too soon',
      chart({ lanes: [{ name: 'l', spans: [{ from: 2, to: 1 }] }] }),
      'a span of lane 1 ends before it begins',
    ],
    [
      'about no operation',
      chart({ lanes: [{ name: 'l', spans: [{ from: 1, to: 2, operation: 1.5 }] }] }),
      'the operation of a span of lane 1 is no event index',
    ],
    ['without lists', chart({ series: 'x' }), 'a list is expected for its series'],
    [
      'with odd cells',
      { kind: 'table', title: 't', columns: [{ title: 'x' }], rows: [[{}]] },
      'row 1, column 1 is no text',
    ],
  ])('%s: left out with the reason', (_, given, reason) => {
    const good = chart({ series: [series()] });
    const { exhibits, complaints } = soundExhibits([given, good]);
    expect(complaints).toEqual([`Exhibit 1 was left out: ${reason}.`]);
    expect(exhibits).toEqual([good]);
  });

  it('do not even have to be data', () => {
    const trap = new Proxy([], {
      get() {
        throw new Error('boo');
      },
    });
    expect(soundExhibits(trap).complaints).toEqual(['The exhibits cannot be read: boo.']);
    expect(
      soundExhibits([
        trap,
        {
          get kind() {
            throw { toString: null };
          },
        },
      ]).exhibits,
    ).toEqual([]);
    expect(soundExhibits('x')).toEqual({ exhibits: [], complaints: ['The exhibits are no list.'] });
    expect(soundExhibits(undefined)).toEqual({ exhibits: [], complaints: [] });
  });
});

describe('exhibits that are too large', () => {
  it('keep an even sample and all that is wrong, and say so', () => {
    const spans = Array.from({ length: 50_000 }, (_, i) => ({
      from: i,
      to: i,
      ...(i % 500 === 3 ? { wrong: true } : {}),
    }));
    const { lanes, notice } = only(chart({ lanes: [{ name: 'l', spans }] })) as Chart;
    const kept = lanes![0]!.spans;
    expect(kept.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(kept.length).toBeGreaterThan(0.99 * MOST_POINTS);
    expect(kept.filter(({ wrong }) => wrong === true)).toHaveLength(100);
    for (let i = 1; i < kept.length; i++) expect(kept[i]!.from - kept[i - 1]!.from).toBeLessThanOrEqual(3);
    expect(notice).toBe('An even sample of 20000 of 50000 points is shown; what is wrong is kept before the rest.');
  });

  it('keep lanes with something wrong', () => {
    const lanes = Array.from({ length: 100 }, (_, i) => ({
      name: `l${i}`,
      spans: [{ from: 1, to: 2, ...(i === 99 ? { wrong: true } : {}) }],
    }));
    const kept = only(chart({ lanes })) as Chart;
    expect(kept.lanes).toHaveLength(60);
    expect(kept.lanes!.at(-1)!.name).toBe('l99');
    expect(kept.notice).toContain('60 of 100 lanes are shown');
  });

  it('are cut in number, rows and texts', () => {
    const many = Array.from({ length: MOST_EXHIBITS + 2 }, () => chart({ series: [series()] }));
    const { exhibits, complaints } = soundExhibits(many);
    expect([exhibits.length, complaints]).toEqual([
      MOST_EXHIBITS,
      ['2 more exhibits were left out: a check shows 12.'],
    ]);
    const rows = Array.from({ length: 3000 }, () => ['x'.repeat(9999)]);
    const table = only({ kind: 'table', title: 'y'.repeat(9999), columns: [{ title: 'x' }], rows }) as Table;
    expect([table.rows.length, table.title.length]).toEqual([1000, 160]);
    expect(String(table.rows[0]![0]).length).toBe(300);
    expect(table.notice).toBe('The first 1000 of 3000 rows are shown.');
    const endless: unknown[] = [];
    endless.length = 2 ** 32 - 1;
    expect(soundExhibits([chart({ series: [series({ points: endless })] })]).complaints[0]).toContain('more than');
  });
});

/** Now and then anything at all in the place of what belongs there. */
const anything = fc.anything({ maxDepth: 3, withBigInt: true, withSparseArray: true });
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 80, arbitrary }, { weight: 1, arbitrary: anything });
const number = mostly(fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true })));
const optional = (required: string[]) => ({ requiredKeys: required as never[] });
const nearlySeries = fc.record({
  name: mostly(fc.string()),
  shape: mostly(fc.constantFrom('points', 'line', 'steps')),
  points: mostly(fc.array(mostly(fc.tuple(fc.nat(), number)), { maxLength: 10 })),
  wrong: fc.boolean(),
});
const nearlySpan = fc.record(
  {
    from: mostly(fc.nat(9)),
    to: fc.integer({ min: 9, max: 99 }),
    text: fc.string(),
    wrong: fc.boolean(),
    operation: fc.nat(),
  },
  optional(['from', 'to']),
);
const nearly = fc.oneof(
  fc.record(
    {
      kind: fc.constant('chart'),
      title: mostly(fc.string({ minLength: 1 })),
      note: mostly(fc.string()),
      series: mostly(fc.array(nearlySeries, { minLength: 1, maxLength: 20 })),
      bands: fc.array(
        fc.record({ name: fc.string(), points: fc.array(fc.tuple(fc.nat(), number, number), { maxLength: 9 }) }),
      ),
    },
    optional(['kind', 'title', 'series']),
  ),
  fc.record({
    kind: fc.constant('chart'),
    title: fc.string({ minLength: 1 }),
    lanes: fc.array(fc.record({ name: fc.string(), spans: fc.array(nearlySpan, { maxLength: 5 }) }), { maxLength: 70 }),
  }),
  fc.record({
    kind: fc.constantFrom('table', 'pie'),
    title: fc.string({ minLength: 1 }),
    columns: fc.array(fc.record({ title: fc.string() }), { minLength: 1, maxLength: 15 }),
    rows: fc.array(fc.array(number, { maxLength: 4 }), { maxLength: 5 }),
  }),
);

describe('whatever is handed over', () => {
  it('is bounded, is JSON, and stays the same when it is read again', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(fc.array(nearly, { maxLength: 15 }), anything), (given) => {
        const { exhibits, complaints } = soundExhibits(given);
        taken += exhibits.length;
        expect(exhibits.length).toBeLessThanOrEqual(MOST_EXHIBITS);
        for (const exhibit of exhibits) expect(sizeOf(exhibit)).toBeLessThanOrEqual(MOST_POINTS);
        for (const sentence of complaints) expect(sentence.length).toBeLessThan(400);
        const stored = JSON.parse(JSON.stringify(exhibits)) as unknown;
        expect(soundExhibits(stored)).toEqual({ exhibits: stored, complaints: [] });
      }),
      { seed: 1, numRuns: 500 },
    );
    // Not only refusals were looked at.
    expect(taken).toBeGreaterThan(300);
  });

  it('is sampled within its room', () => {
    const group = fc
      .record({ count: fc.nat(5000), wrong: fc.nat(5000) })
      .map(({ count, wrong }) => ({ count: count + wrong, wrong }));
    fc.assert(
      fc.property(fc.array(group, { maxLength: 8 }), fc.nat(9000), (groups, most) => {
        const room = shares(groups, most);
        expect(room.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(Math.max(most, 0));
        const wrong = groups.reduce((sum, one) => sum + one.wrong, 0);
        for (const [i, size] of room.entries()) {
          expect(size).toBeLessThanOrEqual(groups[i]!.count);
          if (wrong <= most) expect(size).toBeGreaterThanOrEqual(groups[i]!.wrong);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([0, 2, 4, 6, 8]);
    expect(evenly([1, 2], 5)).toEqual([1, 2]);
  });
});

// Exhibits of every kind on a made-up run, for the tests of blocks and pages.
import type { Exhibit } from '../../contracts/exhibit.js';
import type { RunResult } from '../../contracts/result.js';
import type { ReportInput } from '../story.js';
import { staleRead } from './scenarios.js';

const S = 1_000_000_000;

/** Values in steps of half a second; `operation` is the event index of the first one. */
export function everyKind(text = 'reads', operation?: number): Exhibit[] {
  const times = Array.from({ length: 40 }, (_, i) => (i * S) / 2);
  return [
    {
      kind: 'chart',
      title: `Values of ${text}`,
      note: `How ${text} are read.`,
      unit: 'ms',
      bands: [{ name: `possible ${text}`, points: times.map((time, i) => [time, i, i + 10]) }],
      series: [
        { name: `right ${text}`, shape: 'points', points: times.map((time, i) => [time, i + 5]) },
        { name: 'a line', shape: 'line', points: times.map((time, i) => [time, i % 9 === 0 ? null : i]) },
        { name: 'steps', shape: 'steps', points: times.map((time, i) => [time, i % 5]) },
        {
          name: `wrong ${text}`,
          shape: 'points',
          wrong: true,
          points: [[4 * S, 30, ...(operation === undefined ? [] : [operation])]] as never,
        },
      ],
    },
    {
      kind: 'chart',
      title: `Lanes of ${text}`,
      lanes: [
        { name: `n1 ${text}`, spans: [{ from: 1 * S, to: 9 * S, text: `term 1 ${text}` }] },
        {
          name: 'n2',
          spans: [
            {
              from: 2 * S,
              to: 2 * S,
              wrong: true,
              text: `twice ${text}`,
              ...(operation === undefined ? {} : { operation }),
            },
            { from: 9 * S, to: 20 * S, text: 'term 2' },
          ],
        },
      ],
    },
    {
      kind: 'table',
      title: `A table of ${text}`,
      columns: [
        { title: 'what' },
        { title: 'how many', numeric: true },
        { title: 'when', shows: 'instant' },
        { title: 'operation', shows: 'operation' },
      ],
      rows: [
        [`b ${text}`, 10, 2 * S, operation ?? null],
        ['a', 9, 3 * S, null],
        ['c', null, null, null],
      ],
    },
  ];
}

/** A run with a stale read whose checks show these; `linearizable` is the check that fails. */
export function showing(byCheck: Readonly<Record<string, Partial<RunResult['checks'][string]>>>): ReportInput {
  const input = staleRead();
  const checks = { ...input.result.checks };
  for (const [name, fields] of Object.entries(byCheck)) {
    checks[name] = { ...(checks[name] ?? { valid: true, anomalies: [] }), ...fields };
  }
  return { ...input, result: { ...input.result, checks } };
}

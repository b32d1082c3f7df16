// What the nodes reported, drawn: how many different things they said, and who said what once they were left in peace.
import type { Chart, Point, Series, Span } from '../../framework/contracts/exhibit.js';
import type { Nanoseconds } from '../../framework/contracts/time.js';
import { lanesChart } from '../shared/exhibits.js';
import type { Agreement } from './agreement.js';

/** From `from` on a node said this; null: nothing. */
export interface Saying {
  time: Nanoseconds;
  node: string;
  value: string | null;
  /** How many different things the nodes say from here on. */
  different: number;
}

const LONGEST = 24;

/** The numbers of different states over the run, by what they are of; null: nobody ever said anything. */
export function differentStates(all: Readonly<Record<string, Agreement>>, end: Nanoseconds): Chart | null {
  const series = Object.entries(all).flatMap(([what, { sayings }]): Series[] =>
    sayings.length === 0 ? [] : [{ name: what, shape: 'steps', points: countsOf(sayings, end) }],
  );
  if (series.length === 0) return null;
  return {
    kind: 'chart',
    title: 'How many different states the nodes reported',
    note: 'One: all nodes that run agree. While updates go on they may differ.',
    series,
  };
}

function countsOf(sayings: readonly Saying[], end: Nanoseconds): Point[] {
  const points: [number, number][] = [];
  for (const { time, different } of sayings) {
    const before = points.at(-1);
    if (before?.[0] === time) before[1] = different;
    else if (before?.[1] !== different) points.push([time, different]);
  }
  const last = sayings.at(-1)!;
  if (last.time < end) points.push([end, last.different]);
  return points;
}

/**
 * Who said what from `quiet` on, where nodes differed for too long or in the end; null: they did not. Wrong is what lasted for too long beside what
 * most nodes said.
 */
export function divergenceLanes(
  { sayings, disagreements }: Agreement,
  what: string,
  nodes: readonly string[],
  quiet: Nanoseconds,
  end: Nanoseconds,
): Chart | null {
  const tooLong = disagreements.filter(({ groups }) => groups !== null);
  if (tooLong.length === 0 && disagreements.at(-1)?.open !== true) return null;
  const isWrong = (value: string, from: Nanoseconds, to: Nanoseconds) =>
    tooLong.some((one) => {
      if (from >= one.to || to <= one.from) return false;
      const most = Math.max(...one.groups!.map((group) => group.nodes.length));
      const largest = one.groups!.filter((group) => group.nodes.length === most);
      return largest.length > 1 || largest[0]!.value !== value;
    });
  const spansOf = (name: string): Span[] => {
    const own = sayings.filter(({ node }) => node === name);
    return own.flatMap(({ time, value }, i): Span[] => {
      const from = Math.max(quiet, time);
      const to = own[i + 1]?.time ?? end;
      if (value === null || to < quiet || to < from) return [];
      const text = value.length <= LONGEST ? value : `${value.slice(0, LONGEST - 1)}…`;
      return [{ from, to, text, ...(isWrong(value, from, to) ? { wrong: true } : {}) }];
    });
  };
  return lanesChart(
    `Which ${what} each node reported once faults and updates were over`,
    'A row for each node. Red is what nodes reported for too long beside what most of the others did.',
    nodes.map((name) => ({ name, spans: spansOf(name) })),
  );
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastInstant, NONE, type Operations } from '../../page/operations.js';
import { firstFrom, type Lanes, lanesOf, trackOfEntry } from './lanes.js';
import { operationsOf } from './testing/operations.js';

const END = 1000;

function all(operations: Operations, mode: 'process' | 'node' = 'process', order: string[] = []): Lanes {
  return lanesOf(operations, new Uint8Array(operations.count).fill(1), mode, order, END);
}

/** Positions of the operations of each track. */
function tracksOf({ starts, operation }: Lanes): number[][] {
  return Array.from({ length: starts.length - 1 }, (_, track) => [
    ...operation.subarray(starts[track], starts[track + 1]),
  ]);
}

describe('lanes', () => {
  it('give a retired process and its successor one lane', () => {
    const operations = operationsOf([
      { process: 0, from: 0, to: 10, node: 'a' },
      { process: 1, from: 5, to: 15, node: 'b' },
      { process: 0, from: 20, to: 30, outcome: 'info', node: 'a' },
      { process: 2, from: 31, to: 40, node: 'a' },
      { process: 3, from: 41, to: 50, node: 'b' },
    ]);
    const lanes = all(operations);
    expect(tracksOf(lanes)).toEqual([
      [0, 2, 3],
      [1, 4],
    ]);
    expect(lanes.lanes.map(({ node }) => node)).toEqual(['a', 'b']);
  });

  it('never mix nodes', () => {
    const operations = operationsOf([
      { process: 0, from: 0, to: 10, node: 'a' },
      { process: 1, from: 20, to: 30, node: 'b' },
    ]);
    expect(tracksOf(all(operations))).toEqual([[0], [1]]);
  });

  it('divide a node into as many tracks as operations overlap', () => {
    const operations = operationsOf([
      { process: 0, from: 0, to: 30, node: 'b' },
      { process: 1, from: 5, to: 10, node: 'a' },
      { process: 2, from: 10, to: 20, node: 'b' },
      { process: 3, from: 20, to: 25, node: 'b' },
      { process: 4, from: 35, to: 40 },
    ]);
    const lanes = all(operations, 'node', ['a', 'b', 'c']);
    expect(lanes.lanes).toEqual([
      { node: 'a', first: 0, tracks: 1 },
      { node: 'b', first: 1, tracks: 2 },
      { node: '', first: 3, tracks: 1 },
    ]);
    expect(tracksOf(lanes)).toEqual([[1], [0], [2, 3], [4]]);
  });

  it('leave out what is hidden, and lanes with nothing in them', () => {
    const operations = operationsOf([
      { process: 0, from: 0, to: 10 },
      { process: 1, from: 0, to: 10 },
    ]);
    const lanes = lanesOf(operations, Uint8Array.of(0, 1), 'process', [], END);
    expect(tracksOf(lanes)).toEqual([[1]]);
    expect([...lanes.entry]).toEqual([NONE, 0]);
  });

  it('draw what never ended up to the next operation of its track', () => {
    const operations = operationsOf([
      { process: 0, from: 0 },
      { process: 1, from: 100, to: 110 },
      { process: 1, from: 200 },
    ]);
    expect([...all(operations).end]).toEqual([100, 110, END]);
  });

  const words = fc.array(
    fc.record({
      process: fc.integer({ min: 0, max: 8 }),
      from: fc.integer({ min: 0, max: 900 }),
      took: fc.integer({ min: 0, max: 90 }),
      node: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 60 },
  );

  it('hold every operation once, none over another in a track, and find them by time', () => {
    fc.assert(
      fc.property(
        words,
        fc.constantFrom('process' as const, 'node' as const),
        fc.integer({ min: 0, max: END }),
        (made, mode, time) => {
          const sorted = made.map(({ took, ...word }) => ({ ...word, to: word.from + took }));
          const operations = operationsOf(sorted);
          const lanes = all(operations, mode);
          expect([...lanes.operation].sort((a, b) => a - b)).toEqual(sorted.map((_, i) => i));
          tracksOf(lanes).forEach((track, position) => {
            for (let i = 1; i < track.length; i++) {
              expect(operations.invoked[track[i]!]).toBeGreaterThanOrEqual(lastInstant(operations, track[i - 1]!));
            }
            const first = firstFrom(lanes, position, time) - lanes.starts[position]!;
            const expected = track.findIndex((i) => lastInstant(operations, i) >= time);
            expect(first).toBe(expected < 0 ? track.length : expected);
          });
          for (let i = 0; i < operations.count; i++) {
            const track = trackOfEntry(lanes, lanes.entry[i]!);
            expect(tracksOf(lanes)[track]).toContain(i);
          }
        },
      ),
    );
  });
});

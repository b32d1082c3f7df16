import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunBlock } from '../page/run.js';
import { EVERYTHING, openingView, type View } from './app.js';
import { fragmentOf, saysWhen, viewOf } from './fragment.js';

const END = 60_000_000_000;
const run = {
  end: END,
  opening: { from: 1_000_000, to: 2_000_000 },
  anomalies: [{}, {}, {}],
} as unknown as RunBlock;

const view = fc.record<View>({
  from: fc.integer({ min: 0, max: END / 2 }),
  to: fc.integer({ min: END / 2 + 1, max: END }),
  operation: fc.option(fc.integer({ min: 0, max: 1e9 })),
  anomaly: fc.integer({ min: 0, max: 2 }),
  lanes: fc.constantFrom('process', 'node'),
  filter: fc.record({
    keys: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
    processes: fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 3 }),
    nodes: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
    functions: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
    outcomes: fc.subarray(['ok', 'fail', 'info']),
  }),
});

describe('the fragment', () => {
  it('brings back every view', () => {
    fc.assert(
      fc.property(view, (one) => {
        expect(viewOf(fragmentOf(one, run), run)).toEqual(one);
      }),
    );
  });

  it('is empty for the view that the page opens with', () => {
    expect(fragmentOf(openingView(run), run)).toBe('');
  });

  it('may name an operation alone', () => {
    expect(viewOf('op=17', run)).toEqual({ ...openingView(run), operation: 17 });
    expect([saysWhen('op=17'), saysWhen('op=17&t=1-2')]).toEqual([false, true]);
  });

  it('leaves anchors of the page alone', () => {
    for (const anchor of ['', 'timeline', 'plan', 'evidence-2']) expect(viewOf(anchor, run)).toBe(null);
  });

  it('believes nothing', () => {
    const strange = [
      'op=-1',
      'op=1e9',
      'op=NaN&t=5-1&lanes=x&anomaly=99',
      't=0-99999999999999999999',
      't=9-9',
      'outcome=<script>&process=x&anomaly=0',
      'f=%F0%28&key=%',
      `key=${'x'.repeat(1000)}${'&key=y'.repeat(1000)}`,
    ];
    for (const fragment of strange) {
      const { from, to, operation, anomaly, lanes, filter } = viewOf(fragment, run)!;
      expect(from).toBeLessThan(to);
      expect(to).toBeLessThanOrEqual(END);
      expect([null, 1]).toContain(operation);
      expect(anomaly).toBeLessThan(3);
      expect(lanes).toBe('process');
      expect(filter.processes).toEqual([]);
      expect(filter.outcomes).toEqual([]);
      expect(filter.keys.length).toBeLessThanOrEqual(40);
      for (const key of filter.keys) expect(key.length).toBeLessThanOrEqual(80);
    }
    expect(viewOf('op=5', run)!.filter).toBe(EVERYTHING);
  });
});

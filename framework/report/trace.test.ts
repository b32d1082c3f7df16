import { describe, expect, it } from 'vitest';
import { type ReportInput, tell } from './story.js';
import { SMALL } from './testing/made-up.js';
import { failedRun, hostile, manyAnomalies, staleRead } from './testing/scenarios.js';
import { renderTrace } from './trace.js';

interface TraceEvent {
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur: number;
  name: string;
  cat: string;
  id: number;
  args: Record<string, unknown>;
}

function traceOf(input: ReportInput): TraceEvent[] {
  const chunks = [...renderTrace(tell(input))];
  return (JSON.parse(chunks.join('')) as { traceEvents: TraceEvent[] }).traceEvents;
}

describe('renderTrace', () => {
  it('has a slice for each operation, with its times in microseconds', () => {
    const input = staleRead();
    const slices = traceOf(input).filter(({ ph }) => ph === 'X');
    expect(slices).toHaveLength([...input.history.operations()].length);
    const read = slices.find(({ tid }) => tid === 900_003)!;
    expect(read).toMatchObject({
      name: 'read → 71',
      cat: 'ok',
      ts: 14_061_000,
      dur: 900,
      args: { key: 2, node: 'n1' },
    });
  });

  it('opens and closes each fault once', () => {
    const faults = traceOf(staleRead()).filter(({ cat }) => cat === 'fault');
    const ids = (ph: string) => faults.filter((event) => event.ph === ph).map(({ id }) => id);
    expect(ids('b')).toEqual([1, 2, 3]);
    expect(ids('e')).toEqual(ids('b'));
  });

  it('gives an operation without an end the rest of the run, and shows node events', () => {
    const events = traceOf(manyAnomalies());
    expect(events.find(({ tid, ph }) => tid === 950_000 && ph === 'X')).toMatchObject({ ts: 121_000_000, dur: 3000 });
    expect(events.filter(({ name }) => name === 'leads').length).toBeGreaterThan(5);
    expect(events.find(({ cat }) => cat === 'exit')).toMatchObject({ args: { detail: 'exit code 134' } });
  });

  it('comes in bounded chunks', () => {
    const chunks = [...renderTrace(tell(manyAnomalies()))];
    expect(chunks.length).toBeGreaterThan(10);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(1_000_000);
  });

  it('of a very long run holds a sample, with the operations that prove something, and says so', () => {
    const input = staleRead({ ...SMALL, operations: 20_000, length: 100_000_000_000 });
    const text = [...renderTrace(tell(input), 5000)].join('');
    const { traceEvents, metadata } = JSON.parse(text) as {
      traceEvents: TraceEvent[];
      metadata: { operations: number; left: number };
    };
    const slices = traceEvents.filter(({ ph }) => ph === 'X');
    expect(slices.length).toBe(metadata.operations - metadata.left);
    expect(metadata.left).toBeGreaterThan(5000);
    const [anomaly] = input.result.anomalies;
    for (const row of anomaly!.operations!) {
      const { invoked, process } = input.history.operation(row);
      expect(slices.some(({ tid, ts }) => tid === process && ts === invoked / 1000)).toBe(true);
    }
  });

  it('is JSON for an empty history and for hostile text', () => {
    expect(traceOf(failedRun()).every(({ ph }) => ph === 'M' || ph === 'i')).toBe(true);
    const text = '"\\\u0000\ud800\u202e</script>';
    expect(traceOf(hostile(text)).length).toBeGreaterThan(5);
  });
});

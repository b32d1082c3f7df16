import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../framework/contracts/history.js';
import counter from './counter.js';
import { counterHistory } from './shared/counter-reads.js';
import { subsetSums } from './shared/sums.js';
import { judge, names, Script } from './testing/script.js';

const finalOnly = { with: { 'final-only': true } };

describe('counter', () => {
  it('accepts reads between what was acknowledged and what was attempted', () => {
    const script = new Script()
      .did(0, 'add', 2)
      .invoke(1, 'add', 3)
      .did(2, 'read', null, 2)
      .did(2, 'read', null, 5)
      .ok(1);
    script.did(2, 'read', null, 5);
    const verdict = judge(counter, script);
    expect(verdict).toMatchObject({ valid: true, anomalies: [], reason: '3 reads within bounds' });
    expect(verdict.details).toMatchObject({
      adds: 2,
      acknowledged: 2,
      reads: 3,
      acceptable: { lowest: 2, highest: 5 },
    });
  });

  it('finds an acknowledged update that no read shows again', () => {
    const script = new Script().did(0, 'add', 2).did(1, 'add', 3).at(1500).did(2, 'read', null, 2);
    expect(judge(counter, script).anomalies).toEqual([
      {
        name: 'lost-update',
        message:
          'The final read by process 2 on n3 at 1.501 s returned 2; it should be exactly 5: acknowledged updates are missing and no later read shows them.',
        operations: [2, 4],
        evidence: { value: 2, lower: 5, upper: 5 },
      },
    ]);
  });

  it('calls a read stale when a later one shows what it lacks', () => {
    const script = new Script().did(0, 'add', 2).did(1, 'read', null, 0).did(0, 'add', 1).did(1, 'read', null, 3);
    expect(names(judge(counter, script))).toEqual(['stale-read']);
    expect(judge(counter, script, finalOnly)).toMatchObject({ valid: true, details: { judged: 1, reads: 2 } });
  });

  it('finds more than anybody ever added', () => {
    const script = new Script().did(0, 'add', 2).did(1, 'read', null, 4).did(1, 'read', null, 2);
    expect(names(judge(counter, script))).toEqual(['phantom-update']);
    const failed = new Script().did(0, 'add', 2).invoke(1, 'add', 3).fail(1).did(1, 'read', null, 5);
    expect(names(judge(counter, failed))).toEqual(['phantom-update']);
  });

  it('mirrors the names where everything is taken away', () => {
    const script = new Script().did(0, 'add', -2).did(1, 'read', null, 0);
    expect(names(judge(counter, script))).toEqual(['lost-update']);
    expect(names(judge(counter, new Script().did(0, 'add', -2).did(1, 'read', null, -3)))).toEqual(['phantom-update']);
  });

  it('does not guess what is wrong where both signs occur', () => {
    const script = new Script().did(0, 'add', -2).did(0, 'add', 4).did(1, 'read', null, 4);
    expect(names(judge(counter, script))).toEqual(['counter-out-of-bounds']);
    expect(judge(counter, new Script().did(0, 'add', -2).did(0, 'add', 4).did(1, 'read', null, 2)).valid).toBe(true);
  });

  it('counts uncertain updates as possible, in the bounds and in the end', () => {
    const script = () => new Script().did(0, 'add', 10).invoke(1, 'add', 4).info(1).invoke(2, 'add', -2).info(2);
    for (const value of [8, 10, 12, 14]) expect(judge(counter, script().did(3, 'read', null, value)).valid).toBe(true);
    expect(names(judge(counter, script().did(3, 'read', null, 7)))).toEqual(['counter-out-of-bounds']);
    const odd = judge(counter, script().did(3, 'read', null, 11));
    expect(odd.anomalies[0]).toMatchObject({
      name: 'counter-out-of-bounds',
      message: expect.stringContaining('no choice of the updates that may have happened adds up to it'),
    });
  });

  it('takes the final phase for final, and nothing else where there are phases', () => {
    const load = () => new Script().phase('load').did(0, 'add', 2).did(1, 'read', null, 0);
    expect(names(judge(counter, load().phase('final').did(1, 'read', null, 1), finalOnly))).toEqual(['lost-update']);
    expect(judge(counter, load().phase('final').did(1, 'read', null, 2), finalOnly).valid).toBe(true);
    expect(judge(counter, load(), finalOnly)).toMatchObject({ valid: 'unknown', reason: 'no final read succeeded' });
  });

  it('rejects a value that is not a number, and anything but zero without adds', () => {
    expect(names(judge(counter, new Script().did(0, 'add', 1).did(1, 'read', null, null)))).toEqual([
      'counter-out-of-bounds',
    ]);
    expect(names(judge(counter, new Script().did(1, 'read', null, 1)))).toEqual(['counter-out-of-bounds']);
    expect(judge(counter, new Script().did(1, 'read', null, 0)).valid).toBe(true);
  });

  it('says when it knows nothing, and ignores reads that failed', () => {
    expect(judge(counter, new Script())).toMatchObject({ valid: 'unknown', reason: 'no read succeeded' });
    expect(judge(counter, new Script().did(0, 'add', 1).invoke(0, 'read').fail(0)).valid).toBe('unknown');
    expect(judge(counter, new Script().did(0, 'add', 1), { cancelled: () => true }).valid).toBe('unknown');
  });
});

/** Bounds of every read, by the definition: the sums over all adds, for each read anew. */
function naive(history: History): [number, number][] {
  const operations = [...history.operations()];
  const adds = operations.filter(({ f, outcome }) => f === 'add' && outcome !== 'fail');
  const sum = (chosen: typeof adds, sign: number) =>
    chosen
      .map(({ asked }) => asked as number)
      .filter((delta) => delta * sign > 0)
      .reduce((a, b) => a + b, 0);
  return operations
    .filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
    .sort((a, b) => a.end - b.end)
    .map((read) => {
      const before = adds.filter(({ outcome, end }) => outcome === 'ok' && end < read.index);
      const until = adds.filter(({ index }) => index < read.end);
      return [sum(before, 1) + sum(until, -1), sum(until, 1) + sum(before, -1)];
    });
}

describe('the bounds of a counter', () => {
  it('are those of the definition on any history', () => {
    const moves = fc.array(
      fc.record({
        process: fc.integer({ min: 0, max: 4 }),
        delta: fc.option(fc.integer({ min: -5, max: 5 })),
        outcome: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info'),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(moves, (steps) => {
        const script = new Script();
        const open = new Set<number>();
        for (const { process, delta, outcome } of steps) {
          if (!open.delete(process)) {
            open.add(process);
            if (delta === null) script.invoke(process, 'read');
            else script.invoke(process, 'add', delta);
          } else if (outcome === 'fail') script.fail(process);
          else if (outcome === 'info') script.info(process);
          else script.ok(process);
        }
        const history = script.history();
        const found = counterHistory(history, 'add', 'read').reads.map(({ lower, upper }) => [lower, upper]);
        expect(found).toEqual(naive(history));
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it('hold every subset sum and no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -20, max: 20 }),
        fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 8 }),
        (base, deltas) => {
          const expected = new Set<number>();
          for (let chosen = 0; chosen < 1 << deltas.length; chosen++) {
            expected.add(deltas.reduce((sum, delta, i) => ((chosen >> i) & 1 ? sum + delta : sum), base));
          }
          const sums = subsetSums(base, deltas);
          expect(sums.lowest).toBe(Math.min(...expected));
          expect(sums.highest).toBe(Math.max(...expected));
          for (let total = sums.lowest - 3; total <= sums.highest + 3; total++)
            expect(sums.has(total)).toBe(expected.has(total));
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  it('are all that is known when there are too many sums, or fractions', () => {
    const sums = subsetSums(
      0,
      Array.from({ length: 1000 }, () => 1_000_000),
    );
    expect([sums.has(1), sums.has(1e9), sums.has(1e9 + 1), sums.has(-1)]).toEqual([true, true, false, false]);
    expect(subsetSums(0, [0.5, 1]).has(1.2)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { FaultValue } from '../contracts/history.js';
import { ColumnarHistory } from '../history/history.js';
import { coverage } from './coverage.js';

const rules = { okPerFunction: 1, readsAfterHeal: 1, overlap: 1 };
const fault = (id: number, phase: FaultValue['phase'], at: number): FaultValue => ({
  id,
  phase,
  targets: ['n1'],
  requested: at,
  effective: at,
});

/** A write from 10 to 20, a read from 60 to 70, as in each test unless it says otherwise. */
function history(build: (history: ColumnarHistory) => void): ColumnarHistory {
  const made = new ColumnarHistory();
  build(made);
  return made;
}

describe('coverage', () => {
  it('counts operations, faults that met operations, and reads after the last heal', () => {
    const made = history((h) => {
      h.appendInvoke(10, 0, 'write', 'x', 1, 'n1');
      h.appendNemesis(15, 'kill', fault(1, 'inject', 15));
      h.appendCompletion(20, 0, 'ok', 1);
      h.appendNemesis(50, 'kill', fault(1, 'heal', 50));
      h.appendInvoke(60, 0, 'read', 'x', null, 'n1');
      h.appendCompletion(70, 0, 'ok', 1);
    });
    expect(coverage(made, ['kill'], ['read'], rules)).toEqual({
      operations: { write: { invoke: 1, ok: 1, fail: 0, info: 0 }, read: { invoke: 1, ok: 1, fail: 0, info: 0 } },
      faults: [{ nemesis: 'kill', injected: 1, skipped: 0, overlapped: 1, operations: 1, inForce: 35 }],
      readsAfterHeal: 1,
      missing: [],
    });
  });

  it('misses: too few successes, no read after the heal, faults that never struck or met nothing', () => {
    const made = history((h) => {
      h.appendInvoke(10, 0, 'write', 'x', 1, 'n1');
      h.appendCompletion(20, 0, 'fail', 1);
      h.appendInvoke(30, 0, 'read', 'x', null, 'n1');
      h.appendNemesis(35, 'pause', fault(2, 'skip', 35));
      h.appendCompletion(40, 0, 'ok', null);
      h.appendNemesis(50, 'kill', fault(1, 'inject', 50));
      h.appendNemesis(60, 'kill', fault(1, 'heal', 60));
    });
    const { missing } = coverage(made, ['kill', 'pause'], ['read'], rules);
    expect(missing).toHaveLength(4);
    expect(missing.join('\n')).toMatch(/no write of 1 succeeded \(evidence asks for 1\)/);
    expect(missing.join('\n')).toMatch(/no reads succeeded after the last heal/);
    expect(missing.join('\n')).toMatch(/0 operations overlapped kill/);
    expect(missing.join('\n')).toMatch(/pause was never injected \(1 skipped\)/);
  });

  it('tells what was said most often where too little succeeded', () => {
    const made = history((h) => {
      for (const [i, error] of ['timeout', 'not-supported: read', 'not-supported: read', undefined].entries()) {
        h.appendInvoke(10 * i, i, 'read', 'x', null, 'n1');
        if (error === undefined) h.appendCompletion(10 * i + 5, i, 'ok', null);
        else h.appendCompletion(10 * i + 5, i, 'fail', null, error);
      }
      for (const i of [5, 6]) {
        h.appendInvoke(10 * i, i, 'cas', 'x', null, 'n1');
        h.appendCompletion(10 * i + 5, i, 'fail', null, 'timeout');
      }
    });
    const asked = { okPerFunction: 2, readsAfterHeal: 0, overlap: 1 };
    expect(coverage(made, [], ['read'], asked).missing).toEqual([
      'only 1 of 4 read succeeded (evidence asks for 2; commonest error: not-supported: read)',
      'no cas of 2 succeeded (evidence asks for 2; commonest error: timeout)',
    ]);
    expect(
      coverage(
        history(() => {}),
        [],
        ['read'],
        asked,
      ).missing,
    ).toEqual(['no operation was issued']);
  });

  it('does not ask for reads after the last heal where no read succeeded at all', () => {
    const made = history((h) => {
      h.appendInvoke(10, 0, 'read', 'x', null, 'n1');
      h.appendCompletion(20, 0, 'info', null, 'timeout');
    });
    expect(coverage(made, [], ['read'], rules).missing).toEqual([
      'no read of 1 succeeded (evidence asks for 1; commonest error: timeout)',
    ]);
  });

  it('a fault that never heals lasts to the end, and an operation without a completion too', () => {
    const made = history((h) => {
      h.appendInvoke(10, 0, 'read', 'x', null, 'n1');
      h.appendNemesis(20, 'kill', fault(1, 'inject', 20));
      h.appendNemesis(90, 'phase', { phase: 'end' });
    });
    const { faults, readsAfterHeal } = coverage(made, ['kill'], ['read'], rules);
    expect(faults).toMatchObject([{ operations: 1, inForce: 70 }]);
    expect(readsAfterHeal).toBe(0);
  });

  it('an empty history has nothing to rest on', () => {
    expect(coverage(new ColumnarHistory(), [], ['read'], rules).missing).toEqual(['no operation was issued']);
  });
});

import { describe, expect, it } from 'vitest';
import type { Operation } from '../contracts/history.js';
import { conflictOf, stepsOf } from './conflict.js';
import type { Case } from './story.js';

const MS = 1_000_000;

function operation(index: number, f: string, value: unknown, invoked: number, completed: number): Operation {
  const rest = { process: index, key: 1, node: 'n1', error: undefined, outcome: 'ok' as const, end: index + 1 };
  const asked = f === 'read' ? null : value;
  return { ...rest, index, f, asked, value, invoked: invoked * MS, completed: completed * MS };
}

const OPERATIONS = [operation(0, 'write', 1, 0, 10), operation(4, 'write', 2, 20, 30), operation(8, 'read', 1, 40, 50)];

function caseOf(conflict: unknown): Case {
  const anomaly = { name: 'stale-read', checker: 'x', message: 'm', evidence: { conflict } };
  return { anomaly, operations: OPERATIONS, hidden: 0, moments: [], span: { from: 0, to: 50 * MS } };
}

const textOf = (row: number) => `operation ${row}`;
const STALE = { order: [0, 8, 4], states: ['1', '1', '2'], broken: [[4, 8]], needed: [[0, 4]] };

const told = (conflict: unknown) =>
  stepsOf(OPERATIONS, conflictOf(caseOf(conflict), textOf)!).map(
    ({ letter, text }) => `${letter} ${text.markup.replace(/<[^>]*>/g, '')}`,
  );

describe('stepsOf', () => {
  it('says what time needs, what the results ask for, and what time forbids', () => {
    expect(told(STALE)).toEqual([
      'A 1 completed at 0.010000 s, before 2 was invoked at 0.020000 s: 1 took effect first.',
      'B Then their results fit only an order such as 1 → 3 → 2 (states: 1, 1, 2): 3 (read → 1) has to come before 2 (write 2).',
      'C But 2 completed at 0.030000 s, before 3 was invoked at 0.040000 s: 2 took effect first. No order is left.',
    ]);
  });

  it('names operations that are not shown by what they did', () => {
    expect(told({ ...STALE, order: [0, 8, 77, 4], states: ['1', '1', '9', '2'] })[1]).toContain(
      '1 → 3 → operation 77 → 2 (states: 1, 1, 9, 2)',
    );
  });
});

describe('a conflict without times', () => {
  it('is told as one', () => {
    const none = { order: [], states: [], broken: [], needed: [] };
    expect(told(none)).toEqual(['A No order of these operations gives their results, whatever their times.']);
    const two = stepsOf(OPERATIONS.slice(0, 2), conflictOf(caseOf(none), textOf)!);
    expect(two[0]!.text.markup.replace(/<[^>]*>/g, '')).toContain('Whichever of 1 and 2 came first');
  });
});

describe('conflictOf', () => {
  it('takes nothing that these operations do not bear out', () => {
    for (const wrong of [
      undefined,
      null,
      7,
      {},
      { ...STALE, order: 'x' },
      { ...STALE, broken: [] },
      { ...STALE, order: [] },
      { ...STALE, broken: [[8, 4]] },
      { ...STALE, broken: [[99, 4]] },
      { ...STALE, needed: [[4, 0]] },
    ]) {
      expect(conflictOf(caseOf(wrong), textOf)).toBe(null);
    }
  });
});

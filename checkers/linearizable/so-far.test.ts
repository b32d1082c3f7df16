// A check that is broken off in the middle: what it can say about how far it came.
import { expect, it } from 'vitest';
import type { Verdict } from '../../framework/contracts/checker.js';
import { Script } from '../testing/script.js';
import linearizable from './index.js';

/** Breaks a check off when it has asked so many times whether to stop, as Ctrl-C does; returns what was known then. */
function brokenOff(script: Script, questions: number): Verdict {
  let soFar: (() => Verdict) | undefined;
  let left = questions;
  const context = {
    options: { model: 'auto', initial: 0, 'nil-matches-any': false },
    nodes: [],
    reads: ['read'],
    events: [],
    log: () => [],
    random: null as never,
    cancelled: () => {
      if (left-- > 0) return false;
      throw new Error('broken off');
    },
    elapsed: () => 0,
    soFar: (report: () => Verdict) => {
      soFar = report;
    },
  };
  expect(() => linearizable.check(script.history(), context)).toThrow('broken off');
  return soFar!();
}

/** A key that is hard, and perhaps one that is wrong. */
function script(wrong: boolean): Script {
  const result = new Script();
  const edges: [number, number][] = [];
  for (let from = 0; from < 8; from++) for (const by of [1, 2, 3]) edges.push([from, (from + by) % 8]);
  edges.push([88, 99], [99, 88]);
  for (const [process, edge] of edges.entries()) result.invoke(process, 'cas', edge, { key: 'hard' });
  for (let process = edges.length - 1; process >= 0; process--) result.ok(process);
  if (wrong) result.did(0, 'write', 1, 1, { key: 'wrong' }).did(0, 'read', null, 2, { key: 'wrong' });
  return result;
}

it('says on which key it was, and how far it came', () => {
  const verdict = brokenOff(script(false), 20);
  expect(verdict).toMatchObject({ valid: 'unknown', anomalies: [], details: { keys: { judged: 1, unknown: 1 } } });
  expect(verdict.reason).toMatch(
    /^key "hard" was not judged to the end: it was asked to stop after [1-9]\d* configurations, with \d+ of 26 completed/,
  );
});

it('does not hide what was found before', () => {
  const verdict = brokenOff(script(true), 20);
  expect(verdict).toMatchObject({
    valid: false,
    reason: '1 of 2 keys cannot be put in order; it was asked to stop before that was explained',
    details: { keys: { judged: 2, invalid: 1, unknown: 1 } },
  });
});

it('says nothing about keys before it has sorted the operations', () => {
  expect(brokenOff(script(false), 0)).toMatchObject({ valid: 'unknown', details: { keys: { judged: 0 } } });
});

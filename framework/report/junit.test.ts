import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../contracts/result.js';
import { renderJUnit } from './junit.js';
import { failedRun, hostile, manyAnomalies, staleRead, undecided, validRun } from './testing/scenarios.js';

function attribute(xml: string, name: string): string | undefined {
  return new RegExp(`<testsuite [^>]*${name}="([^"]*)"`).exec(xml)?.[1];
}

function endings(xml: string): Record<string, string> {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>(?:<([a-z-]+))?/g)];
  return Object.fromEntries(cases.map(([, name, ending]) => [name!, ending ?? 'passed']));
}

/** Names of the elements, nested properly; throws otherwise. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = xml
    .replace(/^<\?xml[^?]*\?>/, '')
    .replace(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g, (_, close, name, _attributes, empty) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
      if (!close) names.push(name);
      return '';
    });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/);
  return names;
}

describe('renderJUnit', () => {
  it('has a case for each check and one for the expectation', () => {
    const xml = renderJUnit(validRun().result);
    expect(endings(xml)).toEqual({
      linearizable: 'system-out',
      availability: 'system-out',
      coverage: 'system-out',
      'as the plan expects': 'system-out',
    });
    expect([attribute(xml, 'tests'), attribute(xml, 'failures'), attribute(xml, 'errors')]).toEqual(['4', '0', '0']);
  });

  it('fails with the anomaly', () => {
    const xml = renderJUnit(staleRead().result);
    expect(endings(xml)).toMatchObject({
      linearizable: 'failure',
      availability: 'system-out',
      'as the plan expects': 'failure',
    });
    expect(xml).toContain('message="stale-read: Process 900003 read 71 from key 2 at n1');
    expect(xml).toContain('Repeat with: chaos run plans/quickstart.yaml --seed 42');
    expect(attribute(xml, 'failures')).toBe('2');
  });

  it('shows what could not be decided as an error', () => {
    const xml = renderJUnit(undecided().result);
    expect(endings(xml)).toMatchObject({ linearizable: 'error', 'as the plan expects': 'error' });
    expect(xml).toContain('could not be decided: key 3 exceeded its budget');
  });

  it('shows a run that failed as an error', () => {
    expect(endings(renderJUnit(failedRun().result))).toEqual({ 'as the plan expects': 'error' });
  });

  it('passes an expected anomaly, and fails one that did not show up', () => {
    const expect1 = { anomalies: ['stale-read'], others: 'forbid' } as const;
    const found: RunResult = { ...staleRead().result, expect: expect1, expectationMet: true, exitCode: 0 };
    expect(attribute(renderJUnit(found), 'failures')).toBe('0');
    const missed: RunResult = { ...validRun().result, expect: expect1, expectationMet: false, exitCode: 1 };
    expect(endings(renderJUnit(missed))).toMatchObject({
      linearizable: 'system-out',
      'as the plan expects': 'failure',
    });
    expect(renderJUnit(missed)).toContain('type="expected-anomaly-not-found"');
  });

  it('is well-formed whatever the text', () => {
    for (const { result } of [validRun(), staleRead(), manyAnomalies(), undecided(), failedRun()]) {
      expect(elementsOf(renderJUnit(result))).toContain('testcase');
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const xml = renderJUnit(hostile(`${text}<![CDATA[ ]]>\u0000\u001b`).result);
        elementsOf(xml);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML forbids
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/);
        expect(Buffer.from(xml).toString()).toBe(xml);
      }),
      { seed: 9, numRuns: 100 },
    );
  });
});

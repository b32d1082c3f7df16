// `junit.xml` for CI servers: a suite for the run, a case for each check, and one for the plan's expectation.
import type { FoundAnomaly, RunResult } from '../contracts/result.js';
import { type Html, html } from './html.js';
import { systemName } from './subject.js';
import { clip, listed } from './text.js';

type Ending =
  | { kind: 'passed'; note?: string }
  | { kind: 'failure' | 'error'; type: string; message: string; detail: string };

interface TestCase {
  readonly name: string;
  readonly ending: Ending;
}

const MOST_MESSAGES = 20;

/**
 * An anomaly that the plan did not expect is a `failure`. What could not be decided is an `error`: CI servers show `skipped`
 * as harmless, and an undecided run is not (its exit code is 2). Found anomalies that the plan expects pass, with a note.
 */
export function renderJUnit(result: RunResult): string {
  const cases: TestCase[] = [
    ...Object.entries(result.checks).map(([name, check]) => ({ name, ending: checkEnding(result, name, check) })),
    { name: 'as the plan expects', ending: expectationEnding(result) },
  ];
  const count = (kind: Ending['kind']) => cases.filter(({ ending }) => ending.kind === kind).length;
  const seconds = (result.times.wall / 1000).toFixed(3);
  const totals = html`tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="0" time="${seconds}"`;
  const suite = clip(result.plan.name, 200);
  return html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="chaos" ${totals}>
<testsuite name="${suite}" ${totals} timestamp="${clip(result.times.started, 40)}">
<properties>${properties(result)}</properties>
${cases.map((one) => testCase(one, suite))}</testsuite>
</testsuites>
`.markup;
}

function properties(result: RunResult): Html {
  const entries = [
    ['seed', String(result.seed)],
    ['system', systemName(result)],
    ['deployment', result.deployment],
    ['verdict', result.verdict],
    ['repeat', result.repeat],
  ] as const;
  return html`${entries.map(([name, value]) => html`<property name="${name}" value="${clip(value, 1000)}"/>`)}`;
}

function testCase({ name, ending }: TestCase, suite: string): Html {
  return html`<testcase name="${clip(name, 200)}" classname="${suite}" time="0">${endingMarkup(ending)}</testcase>
`;
}

function endingMarkup(ending: Ending): Html {
  if (ending.kind === 'passed')
    return ending.note === undefined ? html`` : html`<system-out>${ending.note}</system-out>`;
  const { type, message, detail } = ending;
  const attributes = html`type="${clip(type, 100)}" message="${clip(message, 500)}"`;
  return ending.kind === 'failure'
    ? html`<failure ${attributes}>${detail}</failure>`
    : html`<error ${attributes}>${detail}</error>`;
}

function checkEnding(result: RunResult, name: string, check: RunResult['checks'][string]): Ending {
  const reason = clip(check.reason ?? '', 1000);
  if (check.valid === true) return { kind: 'passed', ...(reason === '' ? {} : { note: reason }) };
  const anomalies = result.anomalies.filter(({ checker }) => checker === name);
  const detail = describe(anomalies, reason, result);
  if (check.valid === 'unknown') {
    return { kind: 'error', type: 'unknown', message: `could not be decided: ${reason}`, detail };
  }
  if (result.expectationMet) return { kind: 'passed', note: `as the plan expects: ${detail}` };
  const first = anomalies[0];
  const message = first === undefined ? reason : `${first.name}: ${first.message}`;
  return { kind: 'failure', type: first?.name ?? 'invalid', message, detail };
}

function describe(anomalies: readonly FoundAnomaly[], reason: string, result: RunResult): string {
  const lines = anomalies.slice(0, MOST_MESSAGES).map(({ name, message }) => `${name}: ${clip(message, 1000)}`);
  if (anomalies.length > MOST_MESSAGES) lines.push(`and ${anomalies.length - MOST_MESSAGES} more`);
  if (reason !== '') lines.push(reason);
  lines.push(`Repeat with: ${clip(result.repeat, 1000)}`);
  return lines.join('\n');
}

function expectationEnding(result: RunResult): Ending {
  const wanted = result.expect === 'valid' ? 'a valid run' : listed(result.expect.anomalies);
  if (result.expectationMet && result.status === 'completed') return { kind: 'passed', note: `expected ${wanted}` };
  const reasons = [
    result.error === undefined ? '' : `${result.error.code}: ${result.error.message}`,
    ...result.coverage.missing,
  ];
  const detail = describe(
    [],
    reasons
      .filter((text) => text !== '')
      .slice(0, MOST_MESSAGES)
      .map((text) => clip(text, 1000))
      .join('\n'),
    result,
  );
  const message = `expected ${wanted}: ${result.verdict}`;
  if (result.status !== 'completed')
    return { kind: 'error', type: result.error?.code ?? result.status, message, detail };
  return result.valid === 'unknown'
    ? { kind: 'error', type: 'unknown', message, detail }
    : { kind: 'failure', type: result.valid === false ? 'anomaly' : 'expected-anomaly-not-found', message, detail };
}

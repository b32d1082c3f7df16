// A result from disk made whole: of an older version, of a run that died, or written by somebody else. What is not as it should be is
// replaced, and said.
import type { RunResult } from '../contracts/result.js';

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isNumber: Test = (value) => typeof value === 'number' && Number.isFinite(value);
const isFlag: Test = (value) => typeof value === 'boolean';
const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);
const either =
  (...tests: readonly Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));
const isNull = oneOf(null);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const recordOf =
  (test: Test): Test =>
  (value) =>
    isRecord(value) && Object.values(value).every(test);

/** Fields whose names end in `?` may be missing. */
const shape = (fields: Readonly<Record<string, Test>>): Test => {
  const tests = Object.entries(fields).map(
    ([name, test]) => [name.replace('?', ''), name.endsWith('?'), test] as const,
  );
  return (value) =>
    isRecord(value) &&
    tests.every(([name, optional, test]) => (value[name] === undefined ? optional : test(value[name])));
};

const isValid = oneOf(true, false, 'unknown');
const isNamed = shape({ name: isText, options: isRecord });
const isCount = shape({ invoke: isNumber, ok: isNumber, fail: isNumber, info: isNumber });
const isFault = shape({
  nemesis: isText,
  injected: isNumber,
  skipped: isNumber,
  overlapped: isNumber,
  operations: isNumber,
  inForce: isNumber,
});
const isAnomaly = shape({
  name: isText,
  message: isText,
  checker: isText,
  'operations?': listOf(isNumber),
  'key?': either(isText, isNumber),
  'evidence?': isRecord,
});

const FIELDS: Readonly<Record<keyof Omit<RunResult, 'error' | 'figures' | 'hosts'>, Test>> = {
  format: oneOf(1),
  version: isText,
  status: oneOf('completed', 'interrupted', 'failed'),
  valid: isValid,
  verdict: isText,
  expect: either(oneOf('valid'), shape({ anomalies: listOf(isText), others: oneOf('forbid', 'allow') })),
  expectationMet: isFlag,
  exitCode: isNumber,
  plan: shape({ name: isText, id: isText, file: either(isText, isNull), cell: either(isText, isNull) }),
  system: shape({ name: isText, options: isRecord, 'program?': isText }),
  workload: isNamed,
  deployment: isText,
  nodes: listOf(isText),
  clients: isNumber,
  seed: isNumber,
  rate: shape({ asked: either(isNumber, isNull), achieved: isNumber }),
  anomalies: listOf(isAnomaly),
  checks: recordOf(shape({ valid: isValid, anomalies: listOf(isText), 'reason?': isText, 'details?': isRecord })),
  coverage: shape({
    operations: recordOf(isCount),
    faults: listOf(isFault),
    readsAfterHeal: isNumber,
    missing: listOf(isText),
  }),
  times: shape({ started: isText, duration: isNumber, wall: isNumber, 'setup?': isNumber }),
  repeat: isText,
};

const isLatency = shape({ count: isNumber, p50: isNumber, p95: isNumber, p99: isNumber, max: isNumber });

/** What may be missing in a sound result. */
const MORE: Readonly<Record<'error' | 'figures' | 'hosts', Test>> = {
  hosts: recordOf(shape({ address: isText, title: isText })),
  error: shape({ code: isText, message: isText, 'hint?': isText }),
  figures: shape({
    latency: shape({ all: either(isLatency, isNull), byFunction: recordOf(isLatency) }),
    availability: either(isNumber, isNull),
  }),
};

/** What stands for the fields that are missing, and which they are. */
export interface SoundResult {
  result: RunResult;
  /** Names of fields that were not there, or not what they should be. */
  replaced: string[];
}

/** `stored`: what `result.json` holds; `fallback`: a whole result that says nothing wrong. */
export function soundResult(stored: unknown, fallback: RunResult): SoundResult {
  const given = isRecord(stored) ? stored : {};
  const replaced = Object.entries(FIELDS).flatMap(([name, test]) => (test(given[name]) ? [] : [name]));
  const kept = Object.keys({ ...FIELDS, ...MORE }).filter((name) =>
    Object.hasOwn(MORE, name) ? MORE[name as keyof typeof MORE](given[name]) : !replaced.includes(name),
  );
  const result = { ...fallback, ...Object.fromEntries(kept.map((name) => [name, given[name]])) };
  return { result, replaced };
}

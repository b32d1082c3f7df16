// Made-up runs of every kind for the tests of reports: valid, a stale read, undecided, failed, hostile, huge.
import { ColumnarHistory } from '../../history/history.js';
import type { ReportInput } from '../story.js';
import {
  CYCLE,
  clientLines,
  faultLines,
  historyOf,
  type Line,
  MS,
  nodeEvents,
  PLAN,
  resultOf,
  S,
  type Shape,
  SMALL,
} from './made-up.js';

export function validRun(shape: Shape = SMALL): ReportInput & { history: ColumnarHistory } {
  const lines = [...clientLines(shape), ...(shape.faults ? faultLines(shape.length) : [])];
  const history = historyOf(lines);
  return { result: resultOf(history, shape), history, events: nodeEvents(shape.length), planYaml: PLAN };
}

/** Two writes are acknowledged during a partition, then a read at the isolated node returns the first. */
export function staleRead(shape: Shape = SMALL): ReportInput & { history: ColumnarHistory } {
  const at = Math.floor(shape.length / CYCLE / 2) * CYCLE + 4 * S;
  const [a, b, c] = [900_001, 900_002, 900_003];
  const proof: Line[] = [
    { time: at, kind: 'invoke', process: a, f: 'write', key: 2, value: 71, node: 'n3' },
    { time: at + 4.2 * MS, kind: 'ok', process: a, value: 71 },
    { time: at + 31 * MS, kind: 'invoke', process: b, f: 'write', key: 2, value: 72, node: 'n4' },
    { time: at + 36.8 * MS, kind: 'ok', process: b, value: 72 },
    { time: at + 61 * MS, kind: 'invoke', process: c, f: 'read', key: 2, value: null, node: 'n1' },
    { time: at + 61.9 * MS, kind: 'ok', process: c, value: 71 },
  ];
  const history = historyOf([...clientLines(shape), ...faultLines(shape.length), ...proof]);
  const operations: number[] = [];
  for (const { index, process } of history.operations()) if ([a, b, c].includes(process)) operations.push(index);
  const message =
    'Process 900003 read 71 from key 2 at n1, but process 900002 had completed writing 72 24.2 ms before that read was invoked. The read returned a value that had been overwritten.';
  const base = resultOf(history, shape);
  return {
    history,
    events: nodeEvents(shape.length),
    planYaml: PLAN,
    result: {
      ...base,
      valid: false,
      verdict: 'Not linearizable: a read on key 2 returned a value that had already been overwritten.',
      expectationMet: false,
      exitCode: 1,
      anomalies: [
        {
          name: 'stale-read',
          checker: 'linearizable',
          message,
          operations,
          key: 2,
          evidence: { monitor: 'register', missed: 72 },
        },
      ],
      checks: {
        ...base.checks,
        linearizable: { valid: false, anomalies: ['stale-read'], reason: 'key 2 is not linearizable' },
      },
    },
  };
}

/** A write lost early and missed late, a crash, an operation that never completed, and dozens of further anomalies. */
export function manyAnomalies(): ReportInput & { history: ColumnarHistory } {
  const base = staleRead({ ...SMALL, operations: 24_000, length: 120 * S });
  const { history } = base;
  const end = 121 * S;
  history.appendInvoke(end, 950_000, 'write', 1, 5, 'n2');
  const rows = [...history.operations()].filter(
    ({ f, key, outcome }) => f === 'write' && key === 1 && outcome === 'ok',
  );
  const read = history.appendInvoke(end + MS, 950_001, 'read', 1, null, 'n5');
  history.appendCompletion(end + 3 * MS, 950_001, 'ok', null);
  const lost = {
    name: 'lost-write',
    checker: 'set-full',
    key: 1,
    message: 'An acknowledged write of key 1 was never seen again.',
    operations: [rows[3]!.index, read],
    evidence: { elements: Array.from({ length: 4000 }, (_, i) => i) },
  };
  const crash = {
    name: 'node-crash',
    checker: 'nodes',
    message: 'n4 ended by itself with exit code 134.',
    evidence: { lines: ['panic: index out of range', 'goroutine 1 [running]'] },
  };
  const more = Array.from({ length: 150 }, (_, i) => ({ ...lost, message: `Write ${i} was never seen again.` }));
  return {
    ...base,
    events: [
      ...base.events,
      {
        time: 40 * S,
        node: 'n4',
        kind: 'exit',
        fault: false,
        detail: 'exit code 134',
        lines: ['panic: index out of range', 'goroutine 1 [running]'],
      },
    ],
    result: { ...base.result, anomalies: [lost, crash, ...base.result.anomalies, ...more] },
  };
}

export function undecided(): ReportInput & { history: ColumnarHistory } {
  const base = validRun({ ...SMALL, operations: 300 });
  const reason = 'no read succeeded after the last fault had healed';
  return {
    ...base,
    result: {
      ...base.result,
      valid: 'unknown',
      verdict: 'Undecided: no read succeeded after the last fault had healed.',
      expectationMet: false,
      exitCode: 2,
      checks: {
        ...base.result.checks,
        linearizable: {
          valid: 'unknown',
          anomalies: [],
          reason: 'key 3 exceeded its budget of 100,000 configurations',
        },
        coverage: { valid: 'unknown', anomalies: [], reason },
      },
      coverage: { ...base.result.coverage, readsAfterHeal: 0, missing: [reason, 'kill: no operation overlapped it'] },
    },
  };
}

/** The run broke down before the load: no operation at all. */
export function failedRun(): ReportInput & { history: ColumnarHistory } {
  const history = new ColumnarHistory();
  const base = resultOf(history, { ...SMALL, operations: 0, faults: false });
  const error = { code: 'node-start', message: 'n2 sent no init_ok within 10 s', hint: 'its last lines are below' };
  return {
    history,
    planYaml: PLAN,
    events: [
      {
        time: 2 * S,
        node: 'n2',
        kind: 'exit',
        fault: false,
        detail: 'exit code 1',
        lines: ['Traceback:', 'ImportError'],
      },
    ],
    result: {
      ...base,
      status: 'failed',
      valid: 'unknown',
      verdict: 'Unknown: the run failed: n2 sent no init_ok within 10 s.',
      expectationMet: false,
      exitCode: 255,
      checks: {},
      error,
    },
  };
}

/** `text` wherever a run can hold text that somebody else chose. */
export function hostile(text: string): ReportInput & { history: ColumnarHistory } {
  const history = new ColumnarHistory();
  const fault = {
    id: 1,
    phase: 'inject',
    targets: [text],
    requested: 0,
    effective: MS,
    injection: { targets: [text], shape: text, [text]: text },
  };
  history.appendNemesis(MS, text, fault);
  history.appendNemesis(MS, 'partition', { ...fault, id: 2, injection: { cuts: [[text, 'n1']] } });
  history.appendNemesis(MS, text, { ...fault, id: 3, phase: 'skip', reason: text });
  const rows: number[] = [];
  for (let i = 0; i < 4; i++) {
    rows.push(history.appendInvoke((10 + i) * MS, i, text, text, i === 3 ? [['append', text, text]] : text, text));
  }
  history.appendCompletion(20 * MS, 0, 'ok', { [text]: [text] });
  history.appendCompletion(21 * MS, 1, 'fail', text, text);
  history.appendCompletion(22 * MS, 2, 'info', null, text);
  const base = resultOf(history, { ...SMALL, operations: 4 });
  const anomaly = {
    name: text,
    message: text,
    checker: text,
    key: text,
    evidence: { [text]: text, lines: [text, text], deep: { [text]: [text] } },
  };
  return {
    history,
    planYaml: text,
    events: [
      { time: 1, node: text, kind: 'report', state: { leader: text, term: 1, [text]: text } },
      { time: 2, node: text, kind: 'exit', fault: false, detail: text, lines: [text] },
      { time: 3, node: text, kind: 'protocol-error', detail: text, lines: [text] },
      { time: 4, node: text, kind: 'note', detail: text },
      { time: 5, node: text, kind: 'exit', fault: true, detail: text, lines: [text] },
    ],
    nodeLogs: () => [text, text],
    result: {
      ...base,
      version: text,
      valid: false,
      verdict: text,
      expect: { anomalies: [text], others: 'forbid' },
      expectationMet: false,
      exitCode: 1,
      plan: { name: text, id: text, file: text, cell: text },
      system: { name: text, options: { [text]: text } },
      workload: { name: text, options: { [text]: text } },
      deployment: text,
      nodes: [text, 'n1'],
      anomalies: [
        { ...anomaly, operations: rows },
        anomaly,
        { ...anomaly, name: `${text}2`, operations: [rows[3]!] },
        ...Array.from({ length: 6 }, () => anomaly),
      ],
      checks: {
        [text]: { valid: false, anomalies: [text], reason: text, details: { [text]: text } },
        other: { valid: 'unknown', anomalies: [], reason: text },
      },
      coverage: {
        ...base.coverage,
        operations: { [text]: { invoke: 4, ok: 1, fail: 1, info: 2 } },
        faults: [{ nemesis: text, injected: 1, skipped: 1, overlapped: 1, operations: 4, inForce: S }],
        missing: [text],
      },
      times: { ...base.times, started: text },
      repeat: text,
      error: { code: text, message: text, hint: text },
    },
  };
}

// Made-up runs of every kind for the tests of reports: valid, a stale read, undecided, failed, hostile, huge.
import type { NodeEvent } from '../../contracts/cluster.js';
import type { FaultValue } from '../../contracts/history.js';
import type { Outcome } from '../../contracts/operation.js';
import type { FunctionCounts, RunResult } from '../../contracts/result.js';
import { ColumnarHistory } from '../../history/history.js';
import type { ReportInput } from '../story.js';

const MS = 1_000_000;
const S = 1_000_000_000;
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** A small deterministic stream; xorshift. */
function numbers(seed: number): (bound: number) => number {
  let state = seed | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

type Line =
  | { time: number; kind: 'invoke'; process: number; f: string; key: number; value: unknown; node: string }
  | { time: number; kind: Outcome; process: number; value: unknown; error?: string }
  | { time: number; kind: 'nemesis'; f: string; value: unknown };

export interface Shape {
  operations: number;
  clients: number;
  keys: number;
  /** Nanoseconds. */
  length: number;
  faults: boolean;
}

export const SMALL: Shape = { operations: 2400, clients: 10, keys: 4, length: 30 * S, faults: true };

const CYCLE = 10 * S;

function faultOf(cycle: number): { f: string; targets: string[]; injection: Record<string, unknown> } {
  const lone = NODES[cycle % NODES.length]!;
  const others = NODES.filter((node) => node !== lone);
  if (cycle % 3 === 1) return { f: 'kill', targets: [lone, others[1]!], injection: { targets: [lone, others[1]!] } };
  if (cycle % 3 === 2) return { f: 'pause', targets: [lone], injection: { targets: [lone] } };
  const cuts = others.flatMap((other) => [
    [lone, other],
    [other, lone],
  ]);
  return { f: 'partition', targets: [lone], injection: { targets: [lone], shape: 'isolate-leader', cuts } };
}

function faultLines(length: number): Line[] {
  const lines: Line[] = [];
  for (let cycle = 0; cycle * CYCLE + 8 * S < length; cycle++) {
    const at = cycle * CYCLE + 3 * S;
    const { f, targets, injection } = faultOf(cycle);
    const value = (phase: 'inject' | 'heal', requested: number): FaultValue => ({
      id: cycle + 1,
      phase,
      targets,
      requested,
      effective: requested + 2 * MS,
      ...(phase === 'inject' ? { injection } : {}),
    });
    lines.push({ time: at + 2 * MS, kind: 'nemesis', f, value: value('inject', at) });
    lines.push({ time: at + 4 * S + 2 * MS, kind: 'nemesis', f, value: value('heal', at + 4 * S) });
  }
  return lines;
}

/** Values are written once per key and counted up, so that reads make sense to a person. */
function clientLines({ operations, clients, keys, length, faults }: Shape): Line[] {
  const draw = numbers(7);
  const lines: Line[] = [];
  const latest = new Array<number>(keys).fill(0);
  let fresh = clients;
  const processes = Array.from({ length: clients }, (_, thread) => thread);
  const free = new Array<number>(clients).fill(0);
  const gap = length / operations;
  for (let i = 0; i < operations; i++) {
    const thread = i % clients;
    const start = Math.max(free[thread]!, Math.round(i * gap) + draw(200_000)) + 1000;
    const process = processes[thread]!;
    const key = draw(keys);
    const f = ['read', 'write', 'read', 'cas'][draw(4)]!;
    const next = latest[key]! + 1;
    const asked = f === 'read' ? null : f === 'write' ? next : [latest[key]!, next];
    const troubled =
      faults && start % CYCLE > 3 * S && start % CYCLE < 7 * S && thread % 5 === Math.floor(start / CYCLE) % 5;
    const dice = draw(100);
    const outcome: Outcome = troubled && f !== 'read' ? 'info' : troubled || (f === 'cas' && dice < 20) ? 'fail' : 'ok';
    const took =
      outcome === 'info' ? 2 * S : 400_000 + draw(troubled ? 900_000_000 : 3_000_000) + (dice === 0 ? 40 * MS : 0);
    if (outcome === 'ok' && f !== 'read') latest[key] = next;
    lines.push({ time: start, kind: 'invoke', process, f, key, value: asked, node: NODES[thread % 5]! });
    const value = f === 'read' && outcome === 'ok' ? latest[key]! : asked;
    const error =
      outcome === 'ok' ? {} : { error: outcome === 'info' ? 'timeout: no answer in 2 s' : 'precondition-failed' };
    lines.push({ time: start + took, kind: outcome, process, value, ...error });
    free[thread] = start + took + 1000;
    if (outcome === 'info') processes[thread] = fresh++;
  }
  return lines;
}

function append(history: ColumnarHistory, line: Line): number {
  if (line.kind === 'nemesis') return history.appendNemesis(line.time, line.f, line.value);
  if (line.kind === 'invoke')
    return history.appendInvoke(line.time, line.process, line.f, line.key, line.value, line.node);
  return history.appendCompletion(line.time, line.process, line.kind, line.value, line.error);
}

function historyOf(lines: Line[]): ColumnarHistory {
  const history = new ColumnarHistory();
  for (const line of lines.sort((a, b) => a.time - b.time)) append(history, line);
  return history;
}

export function nodeEvents(length: number): NodeEvent[] {
  const events: NodeEvent[] = NODES.map((node) => ({ time: 1 * MS, node, kind: 'start' }));
  for (let term = 1; (term - 1) * CYCLE < length; term++) {
    const time = (term - 1) * CYCLE + (term === 1 ? 150 * MS : 3.4 * S);
    const node = NODES[(term - 1) % 5]!;
    events.push({ time, node, kind: 'report', state: { role: 'leader', term, leader: node } });
  }
  return events.sort((a, b) => a.time - b.time);
}

export function countsOf(history: ColumnarHistory): Record<string, FunctionCounts> {
  const counts = new Map<string, FunctionCounts>();
  for (const { f, outcome } of history.operations()) {
    const count = counts.get(f) ?? { invoke: 0, ok: 0, fail: 0, info: 0 };
    counts.set(f, count);
    count.invoke++;
    count[outcome]++;
  }
  // Functions may be called `__proto__`.
  return Object.fromEntries(counts);
}

const PLAN = `name: raft stays linearizable under partitions
system:   { use: raft, nodes: 5, with: { reads: local } }
deploy:   local
workload: { use: register, with: { keys: 4 }, clients: 10, rate: 80/s }
nemeses:
  - { use: partition, with: { shapes: [isolate-leader] }, every: 10s, for: 4s }
  - { use: kill, targets: minority, every: 30s, for: 4s }
checks:   [linearizable]
seed: 42
`;

function resultOf(history: ColumnarHistory, shape: Shape): RunResult {
  const operations = countsOf(history);
  const fault = (nemesis: string, injected: number) => ({
    nemesis,
    injected,
    skipped: 0,
    overlapped: injected,
    operations: injected * 320,
    inForce: injected * 4 * S,
  });
  return {
    format: 1,
    version: '0.1.0',
    status: 'completed',
    valid: true,
    verdict: 'Every operation fits one order: the history is linearizable on all 4 keys.',
    expect: 'valid',
    expectationMet: true,
    exitCode: 0,
    plan: {
      name: 'raft stays linearizable under partitions',
      id: 'quickstart',
      file: 'plans/quickstart.yaml',
      cell: null,
    },
    system: { name: 'raft', options: { reads: 'local', bug: 'none' } },
    workload: { name: 'register', options: { keys: shape.keys } },
    deployment: 'local',
    nodes: NODES,
    clients: shape.clients,
    seed: 42,
    rate: { asked: 80, achieved: shape.operations / (shape.length / S) },
    anomalies: [],
    checks: {
      linearizable: {
        valid: true,
        anomalies: [],
        reason: 'all 4 keys are linearizable',
        details: { keys: 4, configurations: 2612 },
      },
      availability: { valid: true, anomalies: [], reason: '91 % of operations succeeded' },
      coverage: { valid: true, anomalies: [], reason: 'every fault bit' },
    },
    coverage: {
      operations,
      faults: shape.faults ? [fault('partition', 1), fault('kill', 1), fault('pause', 1)] : [],
      readsAfterHeal: 212,
      missing: [],
    },
    times: { started: '2025-11-21T07:02:11Z', duration: shape.length / MS, wall: shape.length / MS + 4200 },
    repeat: 'chaos run plans/quickstart.yaml --seed 42',
  };
}

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

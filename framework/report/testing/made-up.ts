// A made-up run of any length: clients that take turns, faults one after the other, leaders that change with them.
import type { NodeEvent } from '../../contracts/cluster.js';
import type { FaultValue } from '../../contracts/history.js';
import type { Outcome } from '../../contracts/operation.js';
import type { FunctionCounts, RunResult } from '../../contracts/result.js';
import { ColumnarHistory } from '../../history/history.js';

export const MS = 1_000_000;
export const S = 1_000_000_000;
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

export type Line =
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

export const CYCLE = 10 * S;

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

export function faultLines(length: number): Line[] {
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
export function clientLines({ operations, clients, keys, length, faults }: Shape): Line[] {
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

export function append(history: ColumnarHistory, line: Line): number {
  if (line.kind === 'nemesis') return history.appendNemesis(line.time, line.f, line.value);
  if (line.kind === 'invoke')
    return history.appendInvoke(line.time, line.process, line.f, line.key, line.value, line.node);
  return history.appendCompletion(line.time, line.process, line.kind, line.value, line.error);
}

export function historyOf(lines: Line[]): ColumnarHistory {
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

export const PLAN = `name: raft stays linearizable under partitions
system:   { use: raft, nodes: 5, with: { reads: local } }
deploy:   local
workload: { use: register, with: { keys: 4 }, clients: 10, rate: 80/s }
nemeses:
  - { use: partition, with: { shapes: [isolate-leader] }, every: 10s, for: 4s }
  - { use: kill, targets: minority, every: 30s, for: 4s }
checks:   [linearizable]
seed: 42
`;

export function resultOf(history: ColumnarHistory, shape: Shape): RunResult {
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

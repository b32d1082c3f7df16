// A run of any length as a report gets it: clients with think time, faults, changes of leader, failures, doubts, a stale read, node logs.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { Outcome } from '../../framework/contracts/operation.js';
import type { FunctionCounts, RunResult } from '../../framework/contracts/result.js';
import { ColumnarHistory } from '../../framework/history/history.js';
import type { ReportInput } from '../../framework/report/story.js';
import { createRandom } from '../../framework/time/random.js';

const MS = 1_000_000;
const S = 1000 * MS;
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const KEYS = 32;
/** A fault every so often, for half of the time. */
const CYCLE = 10 * S;
const LOG_LINES = 20_000;

export interface Size {
  readonly operations: number;
  readonly clients: number;
  /** Operations a second. */
  readonly rate: number;
}

/** The same size gives the same run. */
export function longRun(size: Size): ReportInput {
  const length = Math.round((size.operations / size.rate) * S);
  const made = historyOf(size, length);
  return {
    history: made.history,
    events: eventsOf(length),
    planYaml: 'name: a long run\nsystem: { use: raft, nodes: 5 }\nworkload: { use: register }\n',
    nodeLogs: (node) => logOf(node, length),
    result: resultOf(size, length, made),
  };
}

interface Made {
  readonly history: ColumnarHistory;
  readonly counts: Record<string, FunctionCounts>;
  readonly stale: readonly number[];
}

interface Client {
  process: number;
  /** When it invokes or, while an operation is open, when that ends. */
  at: number;
  open: boolean;
  outcome: Outcome;
  f: string;
  key: number;
  value: unknown;
}

function historyOf({ operations, clients }: Size, length: number): Made {
  const random = createRandom(11, 'long-run');
  const draw = (bound: number) => random.int(bound);
  const history = new ColumnarHistory();
  const counts: Record<string, FunctionCounts> = {};
  const latest = new Int32Array(KEYS);
  const pause = (length / operations) * clients;
  const all = Array.from({ length: clients }, (_, process): Client => {
    return { process, at: draw(pause), open: false, outcome: 'ok', f: '', key: 0, value: null };
  });
  let fresh = clients;
  let invoked = 0;
  let nextFault = 3 * S;
  let faults = 0;
  for (;;) {
    const client = earliest(all);
    if (client === undefined) break;
    while (nextFault < client.at) {
      appendFault(history, faults++, nextFault);
      nextFault += CYCLE / 2;
    }
    if (client.open) {
      history.appendCompletion(client.at, client.process, client.outcome, client.value, errorOf(client.outcome));
      if (client.outcome === 'info') client.process = fresh++;
      client.open = false;
      client.at += draw(pause) + 1;
      continue;
    }
    if (invoked++ >= operations) client.at = Number.POSITIVE_INFINITY;
    else begin(client, history, draw, latest, counts);
  }
  return { history, counts, stale: staleRead(history) };
}

function earliest(clients: readonly Client[]): Client | undefined {
  let first: Client | undefined;
  for (const client of clients) {
    if (client.at !== Number.POSITIVE_INFINITY && (first === undefined || client.at < first.at)) first = client;
  }
  return first;
}

function begin(
  client: Client,
  history: ColumnarHistory,
  draw: (bound: number) => number,
  latest: Int32Array,
  counts: Made['counts'],
): void {
  client.key = draw(KEYS);
  client.f = ['read', 'write', 'read', 'cas'][draw(4)]!;
  const before = latest[client.key]!;
  const asked = client.f === 'read' ? null : client.f === 'write' ? before + 1 : [before, before + 1];
  history.appendInvoke(client.at, client.process, client.f, `x${client.key}`, asked, NODES[client.process % 5]!);
  const dice = draw(1000);
  const troubled = client.at % CYCLE > 3 * S && client.at % CYCLE < 8 * S && client.process % 5 === 0;
  client.outcome = troubled && dice < 30 ? 'info' : dice < (client.f === 'cas' ? 60 : 4) ? 'fail' : 'ok';
  if (client.outcome === 'ok' && client.f !== 'read') latest[client.key] = before + 1;
  client.value = client.f === 'read' && client.outcome === 'ok' ? latest[client.key]! : asked;
  client.at += client.outcome === 'info' ? 500 * MS : 300_000 + draw(troubled ? 40 * MS : 4 * MS);
  client.open = true;
  const count = counts[client.f] ?? { invoke: 0, ok: 0, fail: 0, info: 0 };
  counts[client.f] = count;
  count.invoke++;
  count[client.outcome]++;
}

function errorOf(outcome: Outcome): string | undefined {
  return outcome === 'ok' ? undefined : outcome === 'info' ? 'timeout: no answer in 500 ms' : 'precondition-failed';
}

/** Injected and healed in turns. */
function appendFault(history: ColumnarHistory, step: number, time: number): void {
  const id = Math.floor(step / 2) + 1;
  const target = NODES[id % 5]!;
  const phase = step % 2 === 0 ? 'inject' : 'heal';
  const injection = phase === 'inject' ? { injection: { targets: [target] } } : {};
  const value = { id, phase, targets: [target], requested: time - 40 * MS, effective: time, ...injection };
  history.appendNemesis(time, ['kill', 'pause', 'slow'][id % 3]!, value);
}

/** Three operations in the middle, as if they proved something. */
function staleRead(history: ColumnarHistory): number[] {
  const rows: number[] = [];
  for (let row = history.length >>> 1; rows.length < 3 && row < history.length; row++) {
    const operation = history.columns.type[row] === 0 ? history.operation(row) : undefined;
    if (operation?.outcome === 'ok' && operation.key === 'x1') rows.push(row);
  }
  return rows;
}

function eventsOf(length: number): NodeEvent[] {
  const events: NodeEvent[] = [];
  for (let term = 1; (term - 1) * CYCLE < length; term++) {
    const node = NODES[term % 5]!;
    const state = { role: 'leader', term, leader: node };
    events.push({ time: (term - 1) * CYCLE + 3.2 * S, node, kind: 'report', state });
  }
  return events;
}

function* logOf(node: string, length: number): Generator<string> {
  for (let i = 0; i < LOG_LINES; i++) {
    const time = ((i / LOG_LINES) * length) / MS;
    yield `${time.toFixed(3)} ${node} info append entries up to ${i} term ${1 + Math.floor(time / 10_000)}`;
  }
}

function resultOf({ operations, clients, rate }: Size, length: number, { counts, stale }: Made): RunResult {
  const anomaly = {
    name: 'stale-read',
    checker: 'linearizable',
    key: 'x1',
    message: 'A read returned a value that had been overwritten.',
    operations: [...stale],
  };
  return {
    format: 1,
    version: '0.1.0',
    status: 'completed',
    valid: false,
    verdict: 'Not linearizable: a read on key x1 returned a value that had already been overwritten.',
    expect: 'valid',
    expectationMet: false,
    exitCode: 1,
    plan: { name: 'a long run', id: 'long', file: 'plans/long.yaml', cell: null },
    system: { name: 'raft', options: {} },
    workload: { name: 'register', options: { keys: KEYS } },
    deployment: 'sim',
    nodes: NODES,
    clients,
    seed: 11,
    rate: { asked: rate, achieved: operations / (length / S) },
    anomalies: [anomaly],
    checks: { linearizable: { valid: false, anomalies: ['stale-read'], reason: 'key x1 is not linearizable' } },
    coverage: { operations: counts, faults: [], readsAfterHeal: 100, missing: [] },
    times: { started: '2025-11-21T07:02:11Z', duration: length / MS, wall: length / MS },
    repeat: 'chaos run plans/long.yaml --seed 11',
  };
}

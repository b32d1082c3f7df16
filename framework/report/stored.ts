// A run from its results folder, as far as it is there: of a run that died, with a torn history, without a verdict, of another version.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeEvent } from '../contracts/cluster.js';
import { messageOf } from '../contracts/error.js';
import { EVENT_INVOKE, EVENT_TYPES, type History } from '../contracts/history.js';
import { EXIT, type FunctionCounts, type RunResult } from '../contracts/result.js';
import { ColumnarHistory } from '../history/history.js';
import { salvageHistory } from '../history/load.js';
import { readEvents } from '../store/events.js';
import { withExhibits } from '../store/exhibit-file.js';
import { parseRunName } from '../store/names.js';
import { nodeFiles } from '../store/node-files.js';
import { FILES, nodeLog } from '../store/store.js';
import { soundResult } from './sound-result.js';
import type { ReportInput } from './story.js';

/**
 * What the reports of a run are made of; `notices` of it say what is missing. Never fails for what is in the folder. `now`: the
 * version of this program.
 */
export function readStored(folder: string, now: string): ReportInput & { notices: readonly string[] } {
  const notices: string[] = [];
  const tell = (notice: string) => notices.push(notice);
  const { history, header } = historyOf(folder, tell);
  const stored = parsedResult(folder, tell);
  const { result, replaced } = soundResult(stored, unjudged(folder, history, header));
  if (stored !== undefined && replaced.length > 0) {
    tell(
      `${FILES.result} does not say what is expected of: ${replaced.join(', ')} (another version may have written it)`,
    );
  }
  if (result.version !== now) tell(`this run was recorded by version ${result.version}; this is version ${now}`);
  return {
    result: withExhibits(result, join(folder, FILES.exhibits), tell),
    history,
    events: eventsOf(folder, tell),
    planYaml: textOf(folder, FILES.plan, tell),
    nodeLogs: (node) => nodeLog(folder, node),
    nodeFiles: (node) => nodeFiles(folder, node),
    notices,
  };
}

type Tell = (notice: string) => void;

function historyOf(folder: string, tell: Tell): { history: History; header: Readonly<Record<string, unknown>> } {
  const file = join(folder, FILES.history);
  try {
    if (!existsSync(file)) throw new Error('it is not there');
    const { history, header, warnings } = salvageHistory(file);
    for (const warning of warnings) tell(`${FILES.history}, ${warning}`);
    return { history, header: header ?? {} };
  } catch (error) {
    tell(`${FILES.history} cannot be shown: ${messageOf(error)}`);
    return { history: new ColumnarHistory(), header: {} };
  }
}

/** undefined: there is none, or none that can be read. */
function parsedResult(folder: string, tell: Tell): unknown {
  const file = join(folder, FILES.result);
  if (!existsSync(file)) {
    tell(
      `${FILES.result} is missing: the run did not come to its end, and nothing was judged (npx chaos check judges it)`,
    );
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    tell(`${FILES.result} cannot be read: ${messageOf(error)} (npx chaos check judges the history again)`);
    return undefined;
  }
}

function eventsOf(folder: string, tell: Tell): NodeEvent[] {
  try {
    return readEvents(folder);
  } catch (error) {
    tell(`${FILES.events} cannot be shown: ${messageOf(error)}`);
    return [];
  }
}

function textOf(folder: string, name: string, tell: Tell): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    tell(`${name} cannot be shown: ${messageOf(error)}`);
    return '';
  }
}

/** The result of a run that nobody judged, from what its history and the name of its folder say. */
function unjudged(folder: string, history: History, header: Readonly<Record<string, unknown>>): RunResult {
  const [planId = '', run = ''] = folder.split('/').slice(-2);
  const name = parseRunName(run);
  const text = (field: string, otherwise: string) => (typeof header[field] === 'string' ? header[field] : otherwise);
  const { columns } = history;
  const last = columns.length === 0 ? 0 : columns.time[columns.length - 1]!;
  const nodes = Array.isArray(header['nodes']) ? header['nodes'].filter((node) => typeof node === 'string') : [];
  return {
    format: 1,
    version: text('version', 'unknown'),
    status: 'interrupted',
    valid: 'unknown',
    verdict: 'Unknown: the run did not come to its end, and its history was not judged.',
    expect: 'valid',
    expectationMet: false,
    exitCode: EXIT.unknown,
    plan: { name: text('plan', planId), id: planId, file: null, cell: null },
    system: { name: 'not recorded', options: {} },
    workload: { name: 'not recorded', options: {} },
    deployment: 'not recorded',
    nodes: nodes.length > 0 ? nodes : [...history.nodes],
    clients: clientsOf(history),
    seed: typeof header['seed'] === 'number' ? header['seed'] : (name?.seed ?? 0),
    rate: { asked: null, achieved: 0 },
    anomalies: [],
    checks: {},
    coverage: { operations: countsOf(history), faults: [], readsAfterHeal: 0, missing: [] },
    times: { started: name?.started ?? 'not recorded', duration: last / 1e6, wall: 0 },
    repeat: `npx chaos run ${join(folder, FILES.plan)}`,
  };
}

function countsOf({ columns, functions }: History): Record<string, FunctionCounts> {
  const counts = functions.map(() => ({ invoke: 0, ok: 0, fail: 0, info: 0 }));
  for (let row = 0; row < columns.length; row++) {
    if (columns.process[row]! >= 0) counts[columns.f[row]!]![EVENT_TYPES[columns.type[row]!]!]++;
  }
  return Object.fromEntries(functions.flatMap((name, i) => (counts[i]!.invoke > 0 ? [[name, counts[i]!]] : [])));
}

function clientsOf({ columns }: History): number {
  const processes = new Set<number>();
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] === EVENT_INVOKE && columns.process[row]! >= 0) processes.add(columns.process[row]!);
  }
  return processes.size;
}

// Latency and availability of a run as a few figures, so that runs can be compared without their histories.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../contracts/history.js';
import { errorName, RPC } from '../contracts/message.js';
import type { Latency, RunFigures } from '../contracts/result.js';
import { NS_PER_MS } from '../contracts/time.js';

/** One pass over a history of any size. */
export function figuresOf(history: History): RunFigures {
  const { columns, functions } = history;
  const latencies = functions.map(() => [] as number[]);
  const load = spanOfLoad(history);
  let asked = 0;
  let answered = 0;
  for (let row = 0; row < columns.length; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.process[row]! < 0) continue;
    const time = columns.time[row]!;
    const mate = columns.mate[row]!;
    if (time >= load.from && time < load.to) {
      asked++;
      if (mate >= 0 && isAnswered(history, mate)) answered++;
    }
    if (mate >= 0 && columns.type[mate] === EVENT_OK) latencies[columns.f[row]!]!.push(columns.time[mate]! - time);
  }
  const byFunction: Record<string, Latency> = {};
  functions.forEach((name, id) => {
    const latency = latencyOf([latencies[id]!]);
    if (latency !== null) byFunction[name] = latency;
  });
  return { latency: { all: latencyOf(latencies), byFunction }, availability: asked === 0 ? null : answered / asked };
}

/** From the phase of the load to the healing; in a history without phases, all of it. */
function spanOfLoad(history: History): { from: number; to: number } {
  const span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  for (const { f, value, time } of history.nemesisEvents()) {
    const phase =
      f === 'phase' && typeof value === 'object' && value !== null ? (value as { phase?: unknown }).phase : null;
    if (phase === 'load') span.from = time;
    if (phase === 'heal') span.to = time;
  }
  return span;
}

/** Refusals that are the answer of a working store: the key is (not) there, the value is another. */
const ANSWERS = [RPC.keyDoesNotExist, RPC.keyAlreadyExists, RPC.preconditionFailed].map(errorName);

function isAnswered(history: History, row: number): boolean {
  const type = history.columns.type[row];
  if (type !== EVENT_FAIL) return type === EVENT_OK;
  const error = history.error(row);
  return error !== undefined && ANSWERS.some((name) => error.startsWith(name));
}

function latencyOf(groups: readonly (readonly number[])[]): Latency | null {
  const sorted = new Float64Array(groups.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const group of groups) {
    sorted.set(group, length);
    length += group.length;
  }
  if (length === 0) return null;
  sorted.sort();
  const at = (share: number) => sorted[Math.ceil(share * length) - 1]! / NS_PER_MS;
  return { count: length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

// `trace.json`: the run as Chrome trace events, which Perfetto and chrome://tracing open.
import type { NodeEvent } from '../contracts/cluster.js';
import type { Operation } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import { chosenRows } from './blocks/chosen.js';
import type { Faults } from './faults.js';
import { operationText } from './operations.js';
import type { Story } from './story.js';
import { clip, compact, visible } from './text.js';

const CLIENTS = 1;
const FAULTS = 2;
const NODES = 3;

const NAMES = { [CLIENTS]: 'clients', [FAULTS]: 'faults', [NODES]: 'nodes' } as const;

/** Events in a chunk; some 200 bytes each. */
const CHUNK = 2000;

/** Operations in the file, about: viewers grow slow beyond a few hundred thousand slices. */
const MOST_OPERATIONS = 300_000;

/**
 * The file's text in chunks of bounded size, for a stream. Threads are the client processes, the nemeses and the nodes;
 * timestamps are microseconds since the start. An operation without a completion lasts to the end of the history. Of a very long run
 * it holds what the page would: everything near anomalies, and a sample of the rest; its metadata say how many were left out.
 */
export function* renderTrace(story: Story, most: number = MOST_OPERATIONS): Generator<string, void> {
  let chunk: string[] = [];
  let first = true;
  const flush = (): string => {
    const text = `${first ? '{"displayTimeUnit":"ms","traceEvents":[\n' : ',\n'}${chunk.join(',\n')}`;
    first = false;
    chunk = [];
    return text;
  };
  const chosen = chosenRows(story, most);
  for (const event of traceEvents(story, chosen.rows)) {
    chunk.push(JSON.stringify(event));
    if (chunk.length === CHUNK) yield flush();
  }
  if (chunk.length > 0) yield flush();
  yield `\n],"metadata":${JSON.stringify({ operations: chosen.all, left: chosen.all - chosen.rows.length })}}\n`;
}

type TraceEvent = Readonly<Record<string, unknown>>;

function micros(time: Nanoseconds): number {
  return time / 1000;
}

function* traceEvents({ input, statistics, faults }: Story, rows: Uint32Array): Generator<TraceEvent, void> {
  for (const [pid, name] of Object.entries(NAMES)) yield metadata('process_name', Number(pid), 0, name);
  yield* faultEvents(faults);
  yield* nodeEvents(input.events, input.result.nodes);
  for (const row of rows) yield operationEvent(input.history.operation(row), statistics.end);
}

function metadata(name: string, pid: number, tid: number, value: string): TraceEvent {
  return { ph: 'M', name, pid, tid, args: { name: visible(clip(value, 100)) } };
}

/** Overlapping faults of one nemesis are asynchronous slices, which viewers stack. */
function* faultEvents({ inForce }: Faults): Generator<TraceEvent, void> {
  for (const [i, fault] of inForce.entries()) {
    const common = { cat: 'fault', name: visible(clip(fault.name, 60)), pid: FAULTS, tid: 0, id: i + 1 };
    const args = { what: visible(clip(fault.what, 200)), requested: micros(fault.requested), healed: fault.healed };
    yield { ph: 'b', ...common, ts: micros(fault.from), args };
    yield { ph: 'e', ...common, ts: micros(fault.to) };
  }
}

function* nodeEvents(events: readonly NodeEvent[], nodes: readonly string[]): Generator<TraceEvent, void> {
  const threads = new Map<string, number>();
  for (const node of nodes) threads.set(node, threads.size + 1);
  for (const [node, tid] of threads) yield metadata('thread_name', NODES, tid, node);
  for (const event of events) {
    const { name, args } = nodeEventText(event);
    yield {
      ph: 'i',
      s: 't',
      cat: event.kind,
      name,
      pid: NODES,
      tid: threads.get(event.node) ?? 0,
      ts: micros(event.time),
      args,
    };
  }
}

function nodeEventText(event: NodeEvent): { name: string; args: Record<string, unknown> } {
  if (event.kind === 'report') {
    const leads = event.state.leader === event.node ? 'leads' : 'report';
    return { name: leads, args: { state: visible(compact(event.state, 300)) } };
  }
  if (event.kind === 'start') return { name: 'start', args: {} };
  return { name: event.kind, args: { detail: visible(clip(event.detail, 300)) } };
}

const COLOUR = { ok: 'good', fail: 'bad', info: 'terrible' } as const;

function operationEvent(operation: Operation, end: Nanoseconds): TraceEvent {
  const { process, outcome, invoked, completed, key, node, error } = operation;
  return {
    ph: 'X',
    cat: outcome,
    name: visible(operationText(operation, 60)),
    pid: CLIENTS,
    tid: process,
    ts: micros(invoked),
    dur: micros((completed ?? end) - invoked),
    cname: COLOUR[outcome],
    args: {
      outcome,
      ...(key === undefined ? {} : { key: typeof key === 'string' ? visible(clip(key, 60)) : key }),
      ...(node === undefined ? {} : { node: visible(clip(node, 60)) }),
      ...(error === undefined ? {} : { error: visible(clip(error, 200)) }),
    },
  };
}

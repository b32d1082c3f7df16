// The lines of the page's logs, and those of a node within a stretch of time.
import type { Nanoseconds } from '../../../contracts/time.js';
import { firstAt, type Logs, unpackLogs } from '../../page/logs.js';
import type { App, LogLine } from '../app.js';

const known = new WeakMap<App, Promise<Logs | null>>();

/** Null: the page has none. Unpacked once. */
export function logsOf(app: App): Promise<Logs | null> {
  const logs = known.get(app) ?? app.block('logs').then((block) => (block === null ? null : unpackLogs(block)));
  known.set(app, logs);
  return logs;
}

/** Lines of a node (logs and events) within `[from, to]`, in order, the first `most` of them. */
export function linesBetween(logs: Logs, node: string, from: Nanoseconds, to: Nanoseconds, most = 100): LogLine[] {
  const { count, lines, sources } = logs;
  const found: LogLine[] = [];
  for (let i = firstAt(logs, from); i < count && lines.time[i]! <= to && found.length < most; i++) {
    if (sources[lines.source[i]!]!.node === node) found.push({ time: lines.time[i]!, text: lines.text[i]! });
  }
  return found;
}

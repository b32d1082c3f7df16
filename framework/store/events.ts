// `events.jsonl`: what happened on and around nodes, written beside the history as it happens.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeEvent } from '../contracts/cluster.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import { LineFile } from '../history/line-file.js';
import { textLines } from '../history/text-file.js';
import { FILES } from './store.js';

const FLUSH_AT = 64 * 1024;

export class EventLog {
  readonly #file: LineFile;
  #lines: string[] = ['{"format":1}'];
  #size = 0;

  /** Creates or empties the file. Every method may throw `ChaosError('events-write-failed')`, once. */
  constructor(path: string) {
    this.#file = new LineFile(path, 'events-write-failed');
  }

  write(event: NodeEvent): void {
    const line = JSON.stringify(event);
    this.#lines.push(line);
    this.#size += line.length;
    if (this.#size >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
    this.#size = 0;
    this.#file.write(bytes);
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#file.close();
    }
  }
}

/** The events of a results folder; none when the file is missing. A torn last line is left out. */
export function readEvents(folder: string): NodeEvent[] {
  const path = join(folder, FILES.events);
  if (!existsSync(path)) return [];
  const events: NodeEvent[] = [];
  let torn: ChaosError | null = null;
  let line = 0;
  for (const text of lines(path)) {
    if (torn !== null) throw torn;
    line++;
    if (text.trim() === '') continue;
    const event = parseEvent(text);
    if (event === null) torn = malformed(path, line);
    else if (Object.hasOwn(event, 'kind')) events.push(event as NodeEvent);
  }
  return events;
}

function lines(path: string): Iterable<string> {
  try {
    return [...textLines(path)];
  } catch (cause) {
    throw new ChaosError('events-unreadable', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** null: neither an event nor the header. */
function parseEvent(text: string): object | null {
  try {
    const event = JSON.parse(text) as Record<string, unknown> | null;
    if (typeof event !== 'object' || event === null) return null;
    const isEvent = typeof event['time'] === 'number' && typeof event['node'] === 'string';
    return isEvent || Object.hasOwn(event, 'format') ? event : null;
  } catch {
    return null;
  }
}

function malformed(file: string, line: number): ChaosError {
  return new ChaosError('events-malformed', 'this is no event of a node', { location: { file, line, column: 1 } });
}

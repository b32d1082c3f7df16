// Which processes belong to which node: the environment of everything that a node starts carries a mark, whoever its parent is now.
import { environmentOf, type ProcessRow } from './process-table.js';

/** Of a node (`run/node`), and of a single command of it. */
export const NODE_MARK = 'CHAOS_NODE';
export const STEP_MARK = 'CHAOS_STEP';

export interface Marks {
  node: string | null;
  step: string | null;
}

const NONE: Marks = { node: null, step: null };

/** Reads marks, of each process once: they are inherited, so none gets one later, and some programs overwrite them. */
export class MarkReader {
  #seen = new Map<number, { start: string; marks: Marks }>();

  /** Of every process of the table. */
  read(table: ReadonlyMap<number, ProcessRow>): Map<number, Marks> {
    const seen = new Map<number, { start: string; marks: Marks }>();
    const found = new Map<number, Marks>();
    for (const { pid, start, kernel } of table.values()) {
      const before = this.#seen.get(pid);
      const marks = kernel ? NONE : before?.start === start ? before.marks : marksOf(pid);
      // For a moment while a program is loaded there is no environment: it is read again next time.
      if (marks === null) continue;
      seen.set(pid, { start, marks });
      if (marks !== NONE) found.set(pid, marks);
    }
    this.#seen = seen;
    return found;
  }
}

function marksOf(pid: number): Marks | null {
  const environment = environmentOf(pid);
  if (environment === null) return null;
  const node = entry(environment, NODE_MARK);
  const step = entry(environment, STEP_MARK);
  return node === null && step === null ? NONE : { node, step };
}

function entry(environment: Buffer, name: string): string | null {
  const key = `${name}=`;
  let at = environment.indexOf(key);
  while (at > 0 && environment[at - 1] !== 0) at = environment.indexOf(key, at + 1);
  if (at < 0) return null;
  const end = environment.indexOf(0, at);
  return environment.toString('utf8', at + key.length, end < 0 ? environment.length : end);
}

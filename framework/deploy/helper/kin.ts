// Everything that belongs to a node or to one command of it, however it was started and whoever its parent is by now.
import { setTimeout } from 'node:timers/promises';
import type { Milliseconds } from '../../contracts/time.js';
import type { MarkReader, Marks } from './marks.js';
import { type ProcessRow, processRow, processTable } from './process-table.js';

/** Looks that must come out alike, one after the other, before nothing new is expected. */
const CALM_LOOKS = 2;
const LONGEST_PAUSE: Milliseconds = 10;

/** A process, told from others that had or will have its id. */
export type Identity = readonly [pid: number, start: string];

/**
 * What carries the mark, what was known before, and their children and process groups. What was found once stays known as long as it
 * lives, even if it overwrites its environment and its parent dies.
 */
export class Kin {
  readonly #reader: MarkReader;
  readonly #carries: (marks: Marks) => boolean;
  #known = new Map<number, string>();

  constructor(reader: MarkReader, carries: (marks: Marks) => boolean) {
    this.#reader = reader;
    this.#carries = carries;
  }

  get known(): Identity[] {
    return [...this.#known];
  }

  /** Takes in a process that was just started; or one of before, which must still be the same. */
  add(pid: number, start?: string): void {
    const row = processRow(pid);
    if (row !== null && (start === undefined || row.start === start)) this.#known.set(pid, row.start);
  }

  /** What lives now. `group`: of a process that is known to be ours, and may have just ended. */
  find(group?: number): ProcessRow[] {
    const table = processTable();
    const marks = this.#reader.read(table);
    const found = new Map<number, ProcessRow>();
    const groups = new Set<number>(group === undefined ? [] : [group]);
    const take = (row: ProcessRow) => {
      found.set(row.pid, row);
      groups.add(row.group);
    };
    // Neither we nor whoever started us is ever part of a node.
    const others = withoutAncestors(table);
    for (const row of others) {
      const mark = marks.get(row.pid);
      if (this.#known.get(row.pid) === row.start || (mark !== undefined && this.#carries(mark))) take(row);
    }
    for (let before = -1; found.size !== before; ) {
      before = found.size;
      for (const row of others) {
        if (!found.has(row.pid) && (found.has(row.parent) || groups.has(row.group))) take(row);
      }
    }
    this.#known = new Map([...found.values()].map(({ pid, start }) => [pid, start]));
    return [...found.values()];
  }

  /**
   * Looks and sends `signal` to everything, then to what is not as it should be, until all is and nothing new has appeared; at most
   * for `within`. `before` is told that something is about to get it.
   */
  async drive(
    signal: NodeJS.Signals,
    fine: (row: ProcessRow, all: readonly ProcessRow[]) => boolean,
    within: Milliseconds,
    before: () => void = () => {},
  ): Promise<Driven> {
    const deadline = process.hrtime.bigint() + BigInt(Math.round(within * 1e6));
    const hit = new Set<string>();
    let calm = 0;
    for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const rows = this.find();
      const wrong = rows.filter((row) => !fine(row, rows));
      calm = wrong.length === 0 ? calm + 1 : 0;
      if (calm >= CALM_LOOKS || process.hrtime.bigint() > deadline) {
        return { rows, hit: hit.size, reached: wrong.length === 0 };
      }
      // A signal that waits to be taken tells nothing of itself: at first everything gets the new one.
      const waiting = hit.size === 0 ? rows : wrong;
      if (waiting.length > 0) before();
      for (const row of waiting) {
        hit.add(identityOf(row));
        send(row.pid, signal);
      }
      await setTimeout(pause);
    }
  }
}

/** What lives at the end, how many processes have got the signal, and whether all of it is as it should be. */
export interface Driven {
  rows: ProcessRow[];
  hit: number;
  reached: boolean;
}

function identityOf({ pid, start }: ProcessRow): string {
  return `${pid} ${start}`;
}

/** False when the process is gone. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function withoutAncestors(table: ReadonlyMap<number, ProcessRow>): ProcessRow[] {
  const ours = new Set<number>([0, 1]);
  for (let pid = process.pid; pid > 1 && !ours.has(pid); pid = table.get(pid)?.parent ?? 0) ours.add(pid);
  return [...table.values()].filter(({ pid }) => !ours.has(pid));
}

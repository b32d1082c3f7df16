// One daemon for a folder: nobody but a living process holds it, and two that start at once do not both win.
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, processRow } from './process-table.js';

const NAME = /^helper-(\d+)\.pid$/;
const MOST_TURNS = 20;

interface Holder {
  pid: number;
  start: string;
  boot: string;
}

/** Held until it is released, or its process is gone. */
export interface Claim {
  release(): void;
}

/**
 * Null when another living process holds the folder. Claims are numbered files, made by linking: of two that follow a dead holder one
 * gets the next number. Nobody removes a claim but its holder, or whoever has already got a higher one.
 */
export function claimFolder(folder: string): Claim | null {
  const own = join(folder, `claim-${process.pid}.new`);
  const self: Holder = { pid: process.pid, start: processRow(process.pid)?.start ?? '', boot: bootId() };
  writeFileSync(own, JSON.stringify(self), { mode: 0o600 });
  try {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      if (livingHolder(folder, 0) !== null) return null;
      const number = Math.max(0, ...numbers(folder)) + 1;
      if (!link(own, path(folder, number))) continue;
      // Whoever looked before we had linked may have got another number.
      if (livingHolder(folder, number) !== null) {
        rmSync(path(folder, number), { force: true });
        return null;
      }
      for (const other of numbers(folder)) if (other < number) rmSync(path(folder, other), { force: true });
      return { release: () => rmSync(path(folder, number), { force: true }) };
    }
    return null;
  } finally {
    rmSync(own, { force: true });
  }
}

/** The process that holds the folder; `except`: the number of a claim that does not count. */
export function livingHolder(folder: string, except = 0): number | null {
  for (const number of numbers(folder)) {
    const holder = number === except ? null : read(path(folder, number));
    if (holder !== null && holder.boot === bootId() && processRow(holder.pid)?.start === holder.start)
      return holder.pid;
  }
  return null;
}

function numbers(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const number = NAME.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function path(folder: string, number: number): string {
  return join(folder, `helper-${number}.pid`);
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

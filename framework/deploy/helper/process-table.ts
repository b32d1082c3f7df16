// What runs on this host, as the system tells it, so that processes are found, and never confused with later ones of the same id.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

export interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
  /** When it started, as a text that tells it from any other process that had or will have its id. */
  start: string;
  stopped: boolean;
  /** Its tracer holds it, for a moment or because it was stopped. */
  traced: boolean;
  /** It waits in the kernel, where signals do not reach it before it comes back. */
  blocked: boolean;
  /** It has ended, be it that nobody has waited for it yet. */
  ended: boolean;
  /** A thread of the kernel's own. */
  kernel: boolean;
}

/** Of a process's flags. */
const PF_KTHREAD = 0x00200000;

const buffer = Buffer.allocUnsafe(64 * 1024);
const MOST_ENVIRONMENT = 4 * 1024 * 1024;

/** The processes that run now, by id, without those that have ended. */
export function processTable(): Map<number, ProcessRow> {
  const rows = new Map<number, ProcessRow>();
  for (const row of readRows()) if (!row.ended) rows.set(row.pid, row);
  return rows;
}

/** One process; null when there is none of this id, or it has ended. */
export function processRow(pid: number): ProcessRow | null {
  if (!hasProc()) return processTable().get(pid) ?? null;
  const row = readStat(pid);
  return row === null || row.ended ? null : row;
}

/** Tells one life of the machine from the next; process ids mean nothing across it. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

/** The environment that a process was started with, entries ended by NUL; null where it is hidden or, for a moment, not there. */
export function environmentOf(pid: number): Buffer | null {
  const text = readSmall(`/proc/${pid}/environ`, MOST_ENVIRONMENT);
  return text === null || text.length === 0 ? null : text;
}

function readRows(): ProcessRow[] {
  if (!hasProc()) return readPs();
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const row = Number.isInteger(pid) ? readStat(pid) : null;
    return row === null ? [] : [row];
  });
}

let proc: boolean | null = null;

function hasProc(): boolean {
  proc ??= readStat(process.pid) !== null;
  return proc;
}

function readStat(pid: number): ProcessRow | null {
  const text = readSmall(`/proc/${pid}/stat`, buffer.length)?.toString('latin1');
  if (text === undefined) return null;
  // The name in brackets may contain anything, brackets too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  return {
    pid,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    start: fields[19] ?? '',
    stopped: state === 'T',
    traced: state === 't',
    blocked: state === 'D',
    // A first thread that has ended may leave others behind that run on.
    ended: state === 'X' || (state === 'Z' && Number(fields[17]) <= 1),
    kernel: (Number(fields[6]) & PF_KTHREAD) !== 0,
  };
}

/** A file of /proc, whose size nobody knows before it was read. Null when it cannot be read. */
function readSmall(path: string, most: number): Buffer | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const pieces: Buffer[] = [];
    for (let size = 0; size < most; ) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      pieces.push(Buffer.from(buffer.subarray(0, read)));
      size += read;
      // Only the end of such a file makes a read short.
      if (read < buffer.length) break;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/**
 * Where there is no /proc (macOS) nobody can see environments: what belongs to a node is then known by parents and process groups
 * alone, and a program that leaves both behind is not found.
 */
function readPs(): ProcessRow[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,state=,lstart='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 5000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return parsePs(text);
}

export function parsePs(text: string): ProcessRow[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/gm)].map(
    ([, pid, parent, group, state = '', start = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      start,
      stopped: state.startsWith('T'),
      traced: false,
      blocked: /^[DU]/.test(state),
      ended: state.startsWith('Z'),
      kernel: false,
    }),
  );
}

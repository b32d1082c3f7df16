// What a lab leaves on disk about itself, so that any process can find it, enter it and remove it.
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ChaosError } from '../../contracts/error.js';
import { typed } from '../command-line.js';
import { realUser } from '../real-user.js';

/** A process that can be told from a later one with the same number. */
export interface ProcessMark {
  pid: number;
  /** Clock ticks since the machine was started. */
  started: number;
}

export interface HostRecord {
  name: string;
  address: string;
  /** Its first process, as the machine sees it; null: it is off. */
  init: ProcessMark | null;
}

export interface LabRecord {
  format: 1;
  id: string;
  /** ISO 8601, UTC. */
  made: string;
  maker: ProcessMark;
  /** The process that everything of the lab hangs on; null until it runs. */
  rack: ProcessMark | null;
  /** It outlives its maker. */
  keep: boolean;
  /** It lives in a user namespace; its hosts have no sshd. */
  contained: boolean;
  /** The first three numbers of its addresses; empty until they are chosen. */
  subnet: string;
  /** The network interface of the machine that leads to it; empty until it is made. */
  link: string;
  state: string;
  disks: string;
  claim: string;
  hosts: HostRecord[];
}

export interface Folders {
  /** For state: gone when the machine restarts. */
  state: string;
  /** For the disks of hosts. */
  disks: string;
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where labs of root live. */
export const ROOT_STATE = '/run/chaos-lab';

/** Where labs of this user live. `chosen`: the folder that the user wants disks in. */
export function labFolders(chosen?: string, env: NodeJS.ProcessEnv = process.env, user = realUser()): Folders {
  const disks = chosen === undefined ? undefined : join(chosen, 'chaos-lab');
  if (user === 0) return { state: ROOT_STATE, disks: disks ?? '/var/lib/chaos-lab' };
  const runtime = env['XDG_RUNTIME_DIR'];
  const home = env['HOME'];
  const own =
    home !== undefined && writable(home) ? join(home, '.local/state/chaos-lab') : `/var/tmp/chaos-lab-${user}`;
  return {
    state: runtime !== undefined && writable(runtime) ? join(runtime, 'chaos-lab') : `/tmp/chaos-lab-${user}`,
    disks: disks ?? own,
  };
}

/** Makes a folder that only this user may enter. Throws ChaosError('lab-folder') when another user made it, or it cannot be made. */
export function privateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ChaosError('lab-folder', `the lab's folder ${path} cannot be made`, { hint: 'make it writable', cause });
  }
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.geteuid?.()) {
    throw new ChaosError('lab-folder', `the lab's folder ${path} belongs to somebody else`, { hint: 'remove it' });
  }
}

const FILE = 'lab.json';

/** Makes the lab's state folder. Throws ChaosError('lab-exists') when there is a lab of that name. */
export function createRecord(record: LabRecord): void {
  // The last lab that goes takes the folder of all labs with it, perhaps just now.
  for (let left = 3; ; left--) {
    try {
      privateFolder(dirname(record.state));
      mkdirSync(record.state, { mode: 0o700 });
      writeRecord(record);
      return;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw taken(record.id);
      if (code !== 'ENOENT' || left === 0) throw cause;
    }
  }
}

function taken(id: string): ChaosError {
  return new ChaosError('lab-exists', `there is already a lab called '${id}'`, {
    kind: 'usage',
    hint: `remove it with: ${typed(`lab down --name ${id}`)}, or choose another name with --name`,
  });
}

export function writeRecord(record: LabRecord): void {
  const path = join(record.state, FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function readRecord(folder: string): LabRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as LabRecord;
    return record.format === 1 && record.state === folder ? record : null;
  } catch {
    return null;
  }
}

/** The labs of this user, by name. */
export function listRecords(folder: string): LabRecord[] {
  return entries(folder)
    .map((name) => readRecord(join(folder, name)))
    .filter((record) => record !== null);
}

/** Names of what a folder holds; none when there is no such folder. */
export function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Takes a subnet for a lab; false when another lab has it. */
export function claimSubnet(claim: string, id: string): boolean {
  try {
    symlinkSync(id, claim);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A folder that is no longer used; one that holds something stays. */
export function dropFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another lab lives there, or it is already gone.
  }
}

/** Marks a process that runs; null: there is none, or it has ended and nobody has waited for it yet. */
export function markProcess(pid: number): ProcessMark | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name before it may contain anything, also spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : { pid, started: Number(fields[19]) };
}

export function runs(mark: ProcessMark | null): mark is ProcessMark {
  return mark !== null && markProcess(mark.pid)?.started === mark.started;
}

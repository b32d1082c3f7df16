// Power loss for the files of any program: its folder lies on LazyFS (a file system in user space, github.com/dsrhaslab/lazyfs), which
// keeps what was not synced in memory and can be told to forget it.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { mountOf, mounts } from './folders-mount.js';
import { type Run, runHere, SEARCHED } from './network/run.js';

/** A folder of a program, and one of ours, on the same file system, that takes its files and LazyFS's while it is mounted. */
export interface LazyPlace {
  folder: string;
  files: string;
}

/** LazyFS allocates as much memory at once; unsynced bytes beyond it are not kept back. */
const CACHE = '0.125GB';
const STARTED: Milliseconds = 10_000;
const OBEYED: Milliseconds = 10_000;
const UNMOUNTED: Milliseconds = 3000;
/** Names the file of LazyFS where it is not on the PATH. */
export const LAZYFS_VARIABLE = 'CHAOS_LAZYFS';
const { [LAZYFS_VARIABLE]: PROGRAM = 'lazyfs' } = process.env;
const STEP: Milliseconds = 5;

/** Without the path of its folder: LazyFS takes no path that has "-o" anywhere in it. */
const CONFIG = 'lazyfs.toml';

export const partsOf = ({ files }: LazyPlace) => ({
  data: `${files}/data`,
  commands: `${files}/commands`,
  done: `${files}/done`,
  config: `${files}/${CONFIG}`,
  log: `${files}/lazyfs.log`,
  output: `${files}/output.log`,
  pid: `${files}/pid`,
});

/**
 * Puts the folder on LazyFS; what is in it stays. No program may use it meanwhile. `program`: where `lazyfs` is. Rejects with
 * ChaosError('fault-unsupported'), and the folder is as it was.
 */
export async function mountLazy(place: LazyPlace, program = PROGRAM): Promise<void> {
  const folder = realpathSync(place.folder);
  const { data, commands, done, config, log } = partsOf(place);
  // In the options of a mount a comma has a meaning of its own.
  if (/[,\\\n]/.test(folder + place.files)) throw unsupported(folder, 'its path has a comma or a backslash in it');
  if (isMounted(folder)) throw unsupported(folder, 'it is already on LazyFS');
  mkdirSync(place.files, { recursive: true, mode: 0o700 });
  writeFileSync(config, configuration({ commands, done, log }), { mode: 0o600 });
  exchange(folder, data);
  let launched: Launched | null = null;
  try {
    launched = launch([program, folder, '--config-path', CONFIG, '-o', mountOptions(data), '-f'], place);
    const { failure } = launched;
    await until(STARTED, () => {
      const why = failure();
      if (why !== null) throw new Error(why);
      return isMounted(folder) && existsSync(done);
    });
    // It takes commands once somebody listens to its answers.
    const answers = openSync(done, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      await until(STARTED, () => logged(log).includes('waiting for fault commands'));
    } finally {
      closeSync(answers);
    }
  } catch (error) {
    if (!isMounted(folder)) launched?.kill();
    await unmountLazy(place);
    throw unsupported(folder, messageOf(error));
  }
}

/** Forgets everything in the folder that was not synced. Its programs must be dead. Rejects with ChaosError('host-file'). */
export async function dropUnsynced(place: LazyPlace): Promise<void> {
  const { commands, done } = partsOf(place);
  // Opened first, and kept open: without a reader the answer would end LazyFS.
  const answers = openSync(done, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    while (readable(answers) !== '');
    command(commands, 'lazyfs::clear-cache');
    let told = '';
    await until(OBEYED, () => {
      told += readable(answers);
      return told.includes('finished::clear-cache');
    });
  } catch (error) {
    throw new ChaosError('host-file', `what is unsynced in ${place.folder} cannot be dropped: ${messageOf(error)}`);
  } finally {
    closeSync(answers);
  }
}

/** Whether it is on LazyFS, and LazyFS lives. */
export function isLazy(place: LazyPlace): boolean {
  return isMounted(place.folder) && processOf(place) !== null;
}

/**
 * Takes the folder off LazyFS again, with everything that is in it. Harmless where it is not on it. Rejects with
 * ChaosError('folder-busy') where files there are open, unless `force`: whoever has them open loses them then.
 */
export async function unmountLazy(
  place: LazyPlace,
  { run = runHere, force = false }: { run?: Run; force?: boolean } = {},
): Promise<void> {
  const { data, commands, log } = partsOf(place);
  const { folder } = place;
  if (isMounted(folder)) {
    // A program that ends by itself loses nothing.
    if (processOf(place) !== null) await checkpoint(commands, log).catch(() => {});
    let refusal = '';
    await until(UNMOUNTED, async () => {
      refusal = (await run(['umount', folder])).stderr.trim();
      return !isMounted(folder);
    }).catch(async () => {
      if (force) await run(['umount', '-l', folder]);
      if (!isMounted(folder)) return;
      throw new ChaosError('folder-busy', `${folder} cannot be taken off LazyFS: ${refusal}`, {
        hint: 'A program still has files there open: kill the node first.',
      });
    });
  }
  // It ends by itself once nothing is mounted.
  await until(UNMOUNTED, () => processOf(place) === null).catch(() => {});
  const left = processOf(place);
  if (left !== null) process.kill(left, 'SIGKILL');
  if (existsSync(data)) {
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(data, folder);
  }
  rmSync(place.files, { recursive: true, force: true });
}

function configuration(paths: { commands: string; done: string; log: string }): string {
  const { commands, done, log } = paths;
  return [
    `[faults]\nfifo_path=${JSON.stringify(commands)}\nfifo_path_completed=${JSON.stringify(done)}`,
    `[cache]\napply_eviction=false\n[cache.simple]\ncustom_size="${CACHE}"\nblocks_per_page=1`,
    `[filesystem]\nlog_all_operations=false\nlogfile=${JSON.stringify(log)}\n`,
  ].join('\n');
}

/**
 * LazyFS makes files as root, whoever asked for them. A program that runs as another user wants to see them as its own: the folder's
 * owner has all of them, then.
 */
function mountOptions(data: string): string {
  const { uid, gid } = statSync(data);
  const owner = uid === 0 ? [] : [`uid=${uid}`, `gid=${gid}`];
  return ['allow_other', 'modules=subdir', `subdir=${data}`, ...owner].join(',');
}

/** The folder's files are in `data` then, and the folder is empty. */
function exchange(folder: string, data: string): void {
  const { mode, uid, gid } = statSync(folder);
  try {
    renameSync(folder, data);
  } catch (error) {
    throw unsupported(folder, `its files cannot be moved to ${data}: ${messageOf(error)}`);
  }
  mkdirSync(folder);
  chmodSync(folder, mode & 0o7777);
  chownSync(folder, uid, gid);
}

interface Launched {
  /** Why it has ended; null while it runs. */
  failure(): string | null;
  kill(): void;
}

/** Starts it, so that it outlives us. */
function launch([program, ...args]: readonly [string, ...string[]], place: LazyPlace): Launched {
  const { output, pid } = partsOf(place);
  const fd = openSync(output, 'a', 0o600);
  const env = { ...process.env, PATH: SEARCHED.join(':') };
  const child = spawn(program, args, { cwd: place.files, env, detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  child.unref();
  if (child.pid !== undefined) writeFileSync(pid, String(child.pid));
  let why: string | null = null;
  child.once('error', (error) => {
    why = messageOf(error);
  });
  child.once('exit', (code) => {
    why = logged(output).trim().split('\n').at(-1)?.slice(0, 300) || `lazyfs ended with status ${code}`;
  });
  return { failure: () => why, kill: () => void (why === null && child.kill('SIGKILL')) };
}

/** Its process; null when there is none any more. */
function processOf(place: LazyPlace): number | null {
  const { pid: file, data } = partsOf(place);
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`,subdir=${data}`) ? pid : null;
  } catch {
    return null;
  }
}

async function checkpoint(commands: string, log: string): Promise<void> {
  const before = logged(log).length;
  command(commands, 'lazyfs::cache-checkpoint');
  await until(OBEYED, () => logged(log).slice(before).includes('checkpoint is done'));
}

/** One at a time: LazyFS takes what it reads at once for one command. */
function command(fifo: string, text: string): void {
  const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(fd, `${text}\n`);
  } finally {
    closeSync(fd);
  }
}

/** What is there to read now. */
function readable(fd: number): string {
  const buffer = Buffer.alloc(4096);
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

function logged(path: string): string {
  return existsSync(path) ? readFileSync(path, 'latin1') : '';
}

function isMounted(folder: string): boolean {
  const mount = mountOf(mounts(), folder);
  return mount?.point === folder && mount.type === 'fuse.lazyfs';
}

async function until(limit: Milliseconds, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`it took longer than ${limit} ms`);
    await sleep(STEP);
  }
}

function unsupported(folder: string, why: string): ChaosError {
  return new ChaosError('fault-unsupported', `${folder} cannot be put on LazyFS: ${why}`, {
    hint: 'Install LazyFS there (docs/hosts.md), or use kill instead: what was not synced then stays.',
  });
}

// Files and folders to and from any host, as streams through a pipe: nothing is held in memory, and nothing half-made takes the place
// of what was there.
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ChaosError } from '../../contracts/error.js';
import { assertAbsolute, complaint, fileError, lost, reasonOf } from './errors.js';
import { drained, isLost, Kept } from './exchange.js';
import { Headed } from './headed.js';
import type { Command, Exit, Host, Pipe } from './host.js';
import { startProcess } from './local-process.js';
import { whileMoving } from './stall.js';
import { GIVE, MEANWHILE, TAKE_FILE, TAKE_FOLDER } from './transfer-scripts.js';

const MOST_COMPLAINTS = 16 * 1024;
const LONGEST_HEADER = 100;

/** The variable keeps macOS from adding files of its own. */
const PACK = ['env', 'COPYFILE_DISABLE=1', 'tar', '-c', '-f', '-'] as const;

/** What a transfer needs of a host. */
export interface Mover extends Pick<Host, 'name' | 'title'> {
  open(command: Command): Promise<Pipe>;
}

/** `mode`: of a file or of bytes; as the file's where it is left out, 0644 for bytes. */
export async function upload(
  host: Mover,
  source: string | Uint8Array,
  path: string,
  mode: number | undefined,
): Promise<void> {
  assertAbsolute(host, path);
  // An empty chunk may never be acknowledged.
  if (typeof source !== 'string')
    return sendFile(host, Readable.from(source.length === 0 ? [] : [source]), source.length, mode ?? 0o644, path);
  const found = await stat(source).catch((error) => {
    throw fileError(host, `The upload to ${path}`, reasonOf(error), error);
  });
  if (found.isDirectory()) return sendFolder(host, source, path);
  return sendFile(host, createReadStream(source), found.size, mode ?? found.mode & 0o7777, path);
}

/** A folder is added to the target where that exists; a file takes its place. Sockets are left out. */
export async function download(host: Mover, path: string, target: string): Promise<void> {
  assertAbsolute(host, path);
  const doing = `The download of ${path}`;
  const pipe = await host.open(['sh', '-c', GIVE, 'sh', path]);
  const complaints = new Kept(pipe.stderr, MOST_COMPLAINTS);
  const body = pipe.stdout.pipe(new Headed(LONGEST_HEADER));
  pipe.stdin.end();
  const confirm = async () => {
    const exit = await pipe.exited;
    await drained([complaints]);
    const partly = exit.code === 1 && MEANWHILE.test(complaints.text());
    if (!partly) assertDone(host, doing, exit, complaints.text());
  };
  try {
    const [kind, mode] = (await body.header).split(' ');
    if (kind === 'file') await takeFile(body, target, Number.parseInt(mode ?? '644', 8), confirm);
    else if (kind === 'folder') await takeFolder(body, target);
    else body.resume();
    await confirm();
  } catch (error) {
    body.destroy();
    pipe.close();
    throw error instanceof ChaosError ? error : fileError(host, doing, reasonOf(error), error);
  }
}

async function sendFile(host: Mover, source: Readable, size: number, mode: number, path: string): Promise<void> {
  const pipe = await host.open(['sh', '-c', TAKE_FILE, 'sh', path, String(size), mode.toString(8)]);
  await send(host, source, pipe, path);
}

async function sendFolder(host: Mover, source: string, path: string): Promise<void> {
  const pipe = await host.open(['sh', '-c', TAKE_FOLDER, 'sh', path]);
  const archive = await startProcess([...PACK, '-C', source, '.']).catch((error) => {
    pipe.close();
    throw fileError(host, `The upload to ${path}`, `this machine cannot run tar: ${reasonOf(error)}`, error);
  });
  archive.stdin.end();
  const complaints = new Kept(archive.stderr, MOST_COMPLAINTS);
  try {
    await send(host, archive.stdout, pipe, path);
  } finally {
    archive.close();
  }
  const exit = await archive.exited;
  const text = complaints.text();
  if (exit.code === 0 || (exit.code === 1 && MEANWHILE.test(text))) return;
  throw fileError(host, `The upload to ${path}`, `a part of the folder cannot be read: ${complaint(text)}`);
}

/** Sends all of a source, and waits until the host has taken it. */
async function send(host: Mover, source: Readable, pipe: Pipe, path: string): Promise<void> {
  const doing = `The upload to ${path}`;
  const complaints = new Kept(pipe.stderr, MOST_COMPLAINTS);
  pipe.stdout.resume();
  let failure: unknown = null;
  source.once('error', (error) => {
    failure = error;
    pipe.close();
  });
  source.pipe(pipe.stdin);
  const exit = await whileMoving(source, pipe.exited, () => pipe.close()).catch((error) => {
    throw fileError(host, doing, reasonOf(error), error);
  });
  source.destroy();
  await drained([complaints]);
  if (failure !== null) throw fileError(host, doing, reasonOf(failure), failure);
  assertDone(host, doing, exit, complaints.text());
}

/** `confirm` rejects when what came is not all of it. */
async function takeFile(source: Readable, target: string, mode: number, confirm: () => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    await pour(source, createWriteStream(part, { mode: 0o600 }));
    await confirm();
    await chmod(part, mode & 0o7777);
    await rename(part, target);
  } finally {
    await rm(part, { force: true });
  }
}

async function takeFolder(source: Readable, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const archive = await startProcess(['tar', '-x', '-o', '-f', '-', '-C', target]);
  const complaints = new Kept(archive.stderr, MOST_COMPLAINTS);
  archive.stdout.resume();
  try {
    await pour(source, archive.stdin);
    const exit = await archive.exited;
    await drained([complaints]);
    if (exit.code !== 0) throw new Error(complaint(complaints.text()) || `tar ended with code ${exit.code}`);
  } finally {
    archive.kill();
  }
}

/** All of a source into a sink of this machine. */
async function pour(source: Readable, sink: Writable): Promise<void> {
  source.pipe(sink);
  await whileMoving(source, finished(sink, { readable: false }), () => sink.destroy());
}

function assertDone(host: Mover, doing: string, exit: Exit, complaints: string): void {
  if (isLost(exit)) throw lost(host, doing);
  if (exit.code === 0) return;
  throw fileError(host, doing, complaint(complaints) || `it ended with code ${exit.code ?? exit.signal}`);
}

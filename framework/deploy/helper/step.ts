// A command of a node that ends by itself: an installation, a check whether the node is ready.
import type { ChildProcess } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Milliseconds } from '../../contracts/time.js';
import type { Exit } from '../host/host.js';
import { KeptBytes } from './kept-bytes.js';
import type { Kin } from './kin.js';
import { STEP_MARK } from './marks.js';
import type { Answer, Ask } from './protocol.js';
import { openLog, startProgram } from './spawned.js';

/** Bytes of stdout and of stderr that an answer has room for, each. */
const MOST_OUTPUT = 2 * 1024 * 1024;
/** After the command has ended: a daemon that it left behind may hold its output open for ever. */
const LAST_OUTPUT: Milliseconds = 100;
const KILL_WITHIN: Milliseconds = 5000;
/** Pauses between looks at what a command has started. */
const FIRST_LOOK: Milliseconds = 5;
const LONGEST_LOOK: Milliseconds = 200;
/** Node's timers take no more. */
const LONGEST_TIMEOUT: Milliseconds = 2 ** 31 - 1;

export interface StepPlace {
  run: string;
  /** Marks what this command starts. */
  id: string;
  /** Finds what carries that mark, and what carries the node's. */
  own: Kin;
  node: Kin;
}

/**
 * Runs it to its end. What it leaves behind goes on, and so does its output to the log; after the time-out everything that it has
 * started is killed.
 */
export async function runStep(ask: Ask<'step'>, { run, id, own, node }: StepPlace): Promise<Answer<'step'>> {
  const log = openLog(ask.log);
  const child = await startWithPipes(ask, run, id, log);
  const pid = child.pid!;
  for (const kin of [own, node]) kin.add(pid);
  const ended = outcome(child);
  void watchDescendants(node, pid, ended);
  const most = Math.max(0, Math.min(ask.most, MOST_OUTPUT));
  const output = { stdout: new KeptBytes(most), stderr: new KeptBytes(most) };
  const closed = copyOutput(child, log, output);

  const first = await within(ended, Math.min(ask.timeout, LONGEST_TIMEOUT));
  if (first === null) await own.drive('SIGKILL', () => false, KILL_WITHIN);
  const exit = first ?? (await within(ended, KILL_WITHIN)) ?? { code: null, signal: null };
  await within(closed, LAST_OUTPUT);
  return { ...exit, stdout: output.stdout.text(), stderr: output.stderr.text(), late: first === null };
}

async function startWithPipes(ask: Ask<'step'>, run: string, id: string, log: number): Promise<ChildProcess> {
  try {
    const stdin = ask.input === undefined ? 'ignore' : 'pipe';
    const child = await startProgram(ask, run, [stdin, 'pipe', 'pipe'], { [STEP_MARK]: id });
    // A command may end without having read its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(ask.input);
    return child;
  } catch (error) {
    closeSync(log);
    throw error;
  }
}

function outcome(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

/** What drops its environment and leaves its group is still recognized as a child of what is known: it is looked for in time. */
async function watchDescendants(node: Kin, pid: number, ended: Promise<Exit>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
    node.find(pid);
  });
  for (let pause = FIRST_LOOK; !over; pause = Math.min(2 * pause, LONGEST_LOOK)) {
    await within(ended, pause);
    if (!over) node.find(pid);
  }
}

/** Resolves when nobody can write to its output any more. */
function copyOutput(child: ChildProcess, log: number, output: Record<'stdout' | 'stderr', KeptBytes>): Promise<void> {
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('error', () => {});
    child[name]?.on('data', (piece: Buffer) => {
      output[name].push(piece);
      append(log, piece);
    });
  }
  return new Promise((resolve) => {
    child.once('close', () => {
      closeSync(log);
      resolve();
    });
  });
}

function append(log: number, piece: Buffer): void {
  try {
    writeSync(log, piece);
  } catch {
    // No room: what was asked for is the output, and it is kept.
  }
}

/** Null when it takes longer. */
async function within<T>(result: Promise<T>, time: Milliseconds): Promise<T | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([result, setTimeout(time, null, { signal: timer.signal }).catch(() => null)]);
  } finally {
    timer.abort();
  }
}

// The near end of the pipe: connects stdin and stdout to the helper of a folder, and starts it where none lives.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Command } from '../host/host.js';
import { lastLines } from '../local/log-tail.js';
import { livingHolder } from './claim.js';
import { LOG, SOCKET } from './folder.js';
import { NODE_MARK, STEP_MARK } from './marks.js';

const START_WITHIN: Milliseconds = 10_000;
const LOOK: Milliseconds = 10;

/**
 * Resolves when either side has closed. The current folder is `folder`; `program`: the file that runs, `node`: how Node is run here,
 * which it cannot tell itself where a loader has started it.
 */
export async function attach(program: string, folder: string, node: Command): Promise<void> {
  const socket = await reach([...node, program, 'serve', folder], folder);
  process.stdin.on('error', () => socket.destroy());
  process.stdout.on('error', () => socket.destroy());
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  await new Promise<void>((resolve) => {
    socket.once('error', () => resolve());
    socket.once('close', () => resolve());
  });
}

async function reach(helper: Command, folder: string): Promise<Socket> {
  const deadline = process.hrtime.bigint() + BigInt(START_WITHIN * 1e6);
  let starting: { ended: boolean } = { ended: true };
  for (;;) {
    const socket = await tryConnect();
    if (socket !== null) return socket;
    if (process.hrtime.bigint() > deadline) throw notStarted(folder);
    // One that is about to end may hold the folder for a moment.
    if (starting.ended && livingHolder('.') === null) starting = start(helper);
    await setTimeout(LOOK);
  }
}

/** Null when nobody listens. */
function tryConnect(): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(SOCKET);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

/** Two that start at once agree between themselves who stays. */
function start([program, ...args]: Command): { ended: boolean } {
  const { [NODE_MARK]: _node, [STEP_MARK]: _step, ...env } = process.env;
  const log = openSync(LOG, 'a', 0o600);
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], env });
  closeSync(log);
  child.unref();
  const state = { ended: false };
  const end = () => {
    state.ended = true;
  };
  child.once('exit', end);
  child.once('error', end);
  return state;
}

function notStarted(folder: string): ChaosError {
  const lines = lastLines(LOG).slice(-5);
  return new ChaosError('helper-not-started', `the helper in ${folder} does not start: ${lines.join(' / ')}`, {
    hint: `Its log is ${folder}/${LOG}; a helper that hangs there can be killed, the next one takes back what it left.`,
  });
}

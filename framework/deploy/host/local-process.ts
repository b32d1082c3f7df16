// A command of this machine in a process group of its own, which can be ended as a whole.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import type { Milliseconds } from '../../contracts/time.js';
import type { Exit } from './host.js';
import type { Started } from './pipe-host.js';

/** What a command gets to end by itself after its input was closed. */
const GRACE: Milliseconds = 2_000;

/** Starts it without a shell. Rejects with the system's error when it cannot be started. */
export async function startProcess(words: readonly [string, ...string[]]): Promise<Started> {
  const [program, ...args] = words;
  const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // A command that does not want its input to the end says so by its exit code, if at all.
  child.stdin.on('error', () => {});
  return {
    stdin: child.stdin,
    // When a process exits, Node throws away what nobody listens to yet.
    stdout: child.stdout.pipe(new PassThrough()),
    stderr: child.stderr.pipe(new PassThrough()),
    exited,
    close: () => close(child),
    kill: () => kill(child),
  };
}

function kill(child: ChildProcessWithoutNullStreams): void {
  try {
    process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

function close(child: ChildProcessWithoutNullStreams): void {
  child.stdin.end();
  child.stdout.destroy();
  child.stderr.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => kill(child), GRACE);
  child.once('exit', () => clearTimeout(timer));
}

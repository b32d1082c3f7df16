// While a child has the terminal, signals are its matter.
import type { ChildProcess } from 'node:child_process';
import { ChaosError } from '../../contracts/error.js';

/**
 * Resolves to the child's exit code; until then it gets the signals that this process gets. Rejects with
 * ChaosError('lab-missing') when it cannot be started.
 */
export function handOver(child: ChildProcess): Promise<number> {
  const restore = passOn((signal) => child.kill(signal));
  return new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(child.spawnfile, cause)));
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 255)));
  }).finally(restore);
}

function notStarted(program: string, cause: Error): ChaosError {
  const { code } = cause as NodeJS.ErrnoException;
  return new ChaosError('lab-missing', `a lab needs ${program}, which cannot be started (${code ?? cause.message})`, {
    hint: 'it is in the package util-linux, in /usr/bin or /usr/sbin: install it, and have these folders in PATH',
    cause,
  });
}

function passOn(send: (signal: NodeJS.Signals) => void): () => void {
  // A terminal tells Ctrl-C to both of us.
  const attended = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  const handlers: [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
    ['SIGINT', attended ? () => {} : send],
    ['SIGTERM', send],
    ['SIGHUP', send],
  ];
  const before = handlers.map(([signal]) => [signal, process.listeners(signal)] as const);
  for (const [signal, handler] of handlers) {
    process.removeAllListeners(signal);
    process.on(signal, handler);
  }
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    for (const [signal, listeners] of before) for (const listener of listeners) process.on(signal, listener);
  };
}

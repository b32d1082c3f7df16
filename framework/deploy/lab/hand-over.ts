// While a child has the terminal, signals are its matter.
import type { ChildProcess } from 'node:child_process';

/** Resolves to the child's exit code; until then it gets the signals that this process gets. Rejects when it cannot be started. */
export function handOver(child: ChildProcess): Promise<number> {
  const restore = passOn((signal) => child.kill(signal));
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 255)));
  }).finally(restore);
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

// A plain user's lab: the whole process goes on as root of a user namespace, in a network of its own that leads to the hosts.
import { spawn } from 'node:child_process';
import { ChaosError } from '../../contracts/error.js';
import { access, impossible, OWN_NAMESPACES } from './access.js';

/** Set for the process inside, so that it never tries again. */
const MARK = 'CHAOS_INSIDE_NAMESPACES';

/** Ends with its parent, whatever happens to that. */
const GO_ON = 'ip link set lo up && exec setpriv --pdeathsig KILL -- "$@"';

/**
 * Null when this process can make a lab by itself. Otherwise runs the program again, with the same arguments and terminal, inside a
 * user namespace, and resolves to its exit code. Rejects with ChaosError('lab-impossible') that says what is missing.
 */
export async function runAgainInside(): Promise<number | null> {
  const found = await access();
  if (found.kind === 'root' || found.kind === 'contained') return null;
  if (found.kind === 'impossible') throw impossible(found);
  if (process.env[MARK] !== undefined) {
    throw new ChaosError(
      'lab-impossible',
      'a lab cannot be made: this process has no rights inside its user namespace',
      {
        hint: 'run as root, or use deploy: local or deploy: sim',
      },
    );
  }
  return again();
}

function again(): Promise<number> {
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', [...OWN_NAMESPACES, '--', 'sh', '-c', GO_ON, 'sh', ...program], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: '1' },
  });
  const restore = passOn((signal) => child.kill(signal));
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 255)));
  }).finally(restore);
}

/** From now on signals are the other process's; returns how to undo that. */
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

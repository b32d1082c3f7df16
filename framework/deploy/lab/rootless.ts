// A plain user's lab: the whole process goes on as root of a user namespace, in a network of its own that leads to the hosts.
import { spawn } from 'node:child_process';
import { ChaosError } from '../../contracts/error.js';
import { access, impossible, OWN_NAMESPACES } from './access.js';
import { TOOL_PATH } from './exec.js';
import { handOver } from './hand-over.js';
import { requireTools } from './requirements.js';

/** Set for the process inside, so that it never tries again. */
const MARK = 'CHAOS_INSIDE_NAMESPACES';

/** Ends with its parent, whatever happens to that. */
const GO_ON = 'ip link set lo up && exec setpriv --pdeathsig KILL -- "$@"';

/**
 * Null when this process can make a lab by itself. Otherwise runs the program again, with the same arguments and terminal, inside a
 * user namespace, and resolves to its exit code. Rejects with ChaosError('lab-missing' or 'lab-impossible')
 * that says what is missing.
 */
export async function runAgainInside(): Promise<number | null> {
  // To lack tools, or Linux, is no lack of rights.
  await requireTools({ sshd: false });
  const found = await access();
  if (found.kind === 'root' || found.kind === 'contained') return null;
  if (found.kind === 'impossible') throw impossible(found);
  if (process.env[MARK] !== undefined) {
    throw new ChaosError(
      'lab-impossible',
      'a lab cannot be made: this process has no rights inside its user namespace',
      { hint: 'run as root, or use deploy: local or deploy: sim' },
    );
  }
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', [...OWN_NAMESPACES, '--', 'sh', '-c', GO_ON, 'sh', ...program], {
    stdio: 'inherit',
    env: { ...process.env, PATH: TOOL_PATH, [MARK]: '1' },
  });
  return handOver(child);
}

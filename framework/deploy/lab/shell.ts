// A person or a script enters a host: a shell there, or one command.
import { spawn } from 'node:child_process';
import { ChaosError } from '../../contracts/error.js';
import { entering } from './enter.js';
import { TOOL_ENV } from './exec.js';
import { handOver } from './hand-over.js';
import { type LabRecord, runs } from './state.js';

/** $@: the command; none: a shell in the home folder. */
const ENTER = `
cd 2>/dev/null
if [ $# -gt 0 ]; then exec "$@"; fi
if command -v bash >/dev/null; then exec bash; fi
exec sh
`;

/** Runs a command on a host of a lab, or a shell, in this terminal; resolves to its exit code. */
export async function enterHost(record: LabRecord, name: string, command: readonly string[]): Promise<number> {
  const host = record.hosts.find((each) => each.name === name);
  if (host === undefined) {
    throw new ChaosError('lab-host', `lab '${record.id}' has no host '${name}'`, {
      kind: 'usage',
      hint: `there are: ${record.hosts.map((each) => each.name).join(', ')}`,
    });
  }
  if (!runs(host.init)) throw new ChaosError('lab-host', `host ${name} of lab '${record.id}' is off`);
  const [program = 'nsenter', ...words] = [...entering(host.init.pid), 'sh', '-c', ENTER, 'sh', ...command];
  const child = spawn(program, words, {
    stdio: 'inherit',
    env: { ...TOOL_ENV, HOME: '/root', USER: 'root', LOGNAME: 'root', TERM: process.env['TERM'] ?? 'dumb' },
  });
  return handOver(child);
}

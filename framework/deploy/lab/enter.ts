// How a process gets into a host without sshd: through its namespaces.
import { readlinkSync } from 'node:fs';
import { BOUNDED } from './scripts.js';

const NAMESPACES = ['--mount', '--uts', '--ipc', '--net', '--pid'] as const;

/** What stands before a command that is to run where process `pid` lives. */
export function entering(pid: number): string[] {
  const user = sameUser(pid) ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', '--target', String(pid), ...user, ...NAMESPACES, '--', ...BOUNDED];
}

/** $1: the file with the process id, which is another one after the host was off and on again; then the command. */
const GATE = `
read -r pid 2>/dev/null <"$1" || {
  echo 'nsenter: cannot open the host: it is off' >&2
  exit 1
}
shift
exec nsenter --target "$pid" ${NAMESPACES.join(' ')} -- ${BOUNDED.join(' ')} "$@"
`;

/** The same for whoever shares the user namespace of the lab, as long as the lab is there. */
export function gate(pidFile: string): string[] {
  return ['sh', '-c', GATE, 'sh', pidFile];
}

/** The lab may live in a user namespace that this process is not in, but owns. */
function sameUser(pid: number): boolean {
  try {
    return readlinkSync('/proc/self/ns/user') === readlinkSync(`/proc/${pid}/ns/user`);
  } catch {
    return true;
  }
}

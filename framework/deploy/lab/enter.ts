// How a process gets into a host without sshd: through its namespaces.
import { readlinkSync } from 'node:fs';
import { BOUNDED } from './scripts.js';

const NAMESPACES = ['--mount', '--uts', '--ipc', '--net', '--pid'] as const;

/** What stands before a command that is to run where process `pid` lives. */
export function entering(pid: number): string[] {
  const user = sameUser(pid) ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', '--target', String(pid), ...user, ...NAMESPACES, '--', ...BOUNDED];
}

/** The lab may live in a user namespace that this process is not in, but owns. */
function sameUser(pid: number): boolean {
  try {
    return readlinkSync('/proc/self/ns/user') === readlinkSync(`/proc/${pid}/ns/user`);
  } catch {
    return true;
  }
}

// The first process of a host: started inside the rack, of which it is independent but for its end.
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { cardOf } from './addresses.js';
import { TOOL_ENV } from './exec.js';
import { hostKeys } from './keys.js';
import { HOST } from './scripts.js';
import type { HostRecord, LabRecord } from './state.js';

/** The name of a host's port on the rack's bridge. */
export function portOf(index: number): string {
  return `port${index + 1}`;
}

/** Starts it; what it prints says how far it is (`HOST`). `sshd`: its path, or empty. `overlays`: folders that overlays cover. */
export function spawnHost(
  { rack, subnet, state, disks, contained }: LabRecord,
  { name, address }: HostRecord,
  { index, sshd, overlays }: { index: number; sshd: string; overlays: readonly string[] },
): ChildProcess {
  const pid = String(rack?.pid ?? 0);
  const inside = ['--target', pid, '--mount', '--net', '--pid', '--'];
  const own = ['--mount', '--uts', '--ipc', '--net', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const network = [`${address}/24`, cardOf(subnet, index), pid, portOf(index)];
  const files = [hostKeys(state, name), sshd, contained ? ',userxattr' : '', dirname(disks), ...overlays];
  const script = ['sh', '-c', HOST, 'sh', join(disks, name), name, ...network, ...files];
  return spawn('nsenter', [...inside, 'setsid', '--fork', 'unshare', ...own, '--', ...script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: TOOL_ENV,
  });
}

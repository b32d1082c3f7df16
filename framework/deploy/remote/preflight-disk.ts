// Pure: whether the disks of programs on a host can be broken from outside, and what that lacks.
import type { Capability } from '../../contracts/capability.js';
import type { Check, Found, Wants } from './preflight-checks.js';
import type { Facts } from './preflight-facts.js';
import { installText } from './preflight-packages.js';

const CAP_SYS_PTRACE = 19n;
const CAP_SYS_ADMIN = 21n;

/** Of programs; reference nodes break their disks themselves. */
export const DISK_FAULTS: Readonly<Partial<Record<Capability, (found: Found, wants: Wants) => Check>>> = {
  files: filesCheck,
  full: ({ facts }) => ({ name: 'full', cell: isRoot(facts) ? 'ok' : 'needs root' }),
  'slow-disk': slowCheck,
  unsynced: unsyncedCheck,
};

/** Those that only root can make, as plans call them. */
export function diskFaultsOfRoot({ needs, nodes }: Pick<Wants, 'needs' | 'nodes'>): string[] {
  if (nodes === 'own') return [];
  return [...(needs.includes('full') ? ['full'] : []), ...(needs.includes('unsynced') ? ['lose-unsynced'] : [])];
}

/** Only root may trace what a user runs there. */
export function needsRootToTrace({ ptraceScope }: Facts): boolean {
  return ptraceScope > 0;
}

function filesCheck({ facts }: Found): Check {
  if (isRoot(facts)) return { name: 'files', cell: 'ok' };
  const warning = 'without root its files can be damaged, but its disk cannot be made read-only';
  return { name: 'files', cell: 'not read-only', warning };
}

function slowCheck({ facts }: Found): Check {
  const lacks = (cell: string, what: string, remedy: string): Check => {
    return { name: 'slow-disk', cell, problem: { what: `slow disks of programs need ${what}`, remedy } };
  };
  const { ptraceScope, tools, os, root } = facts;
  const setting = `kernel.yama.ptrace_scope is ${ptraceScope}`;
  if (!tools.has('strace')) {
    return lacks('no strace', 'strace, which is not there', `install it (${installText('strace', os)})`);
  }
  if (ptraceScope >= 3) {
    return lacks(
      'no ptrace',
      `processes to be traced, and ${setting}`,
      'set it to 2 at most, and start the host again',
    );
  }
  if (!needsRootToTrace(facts)) return { name: 'slow-disk', cell: 'ok' };
  if (!isRoot(facts)) {
    return lacks('needs root', `root there, since ${setting}`, 'let the deployment use sudo, or set it to 0 (sysctl)');
  }
  if (can(root.capabilities, CAP_SYS_PTRACE)) return { name: 'slow-disk', cell: 'ok' };
  const remedy = 'start the container with --cap-add SYS_PTRACE, or use the deployment `container`';
  return lacks('no SYS_PTRACE', `the capability SYS_PTRACE, since ${setting}`, remedy);
}

function unsyncedCheck({ facts }: Found, { needs }: Wants): Check {
  const name = 'unsynced';
  const lacks = (cell: string, what: string, remedy: string): Check => ({ name, cell, problem: { what, remedy } });
  if (needs.includes('full')) {
    const what = 'lose-unsynced and full do not go together: LazyFS says that it has synced what found no room';
    return lacks('not with full', what, 'leave one of them out of "kinds", and put it into a plan of its own');
  }
  if (!isRoot(facts)) return { name, cell: 'needs root' };
  if (!facts.tools.has('lazyfs')) {
    const what = 'lose-unsynced of programs needs LazyFS, which is not there';
    const remedy =
      'build it there or on this machine (docs/hosts.md), so that lazyfs is on the PATH or CHAOS_LAZYFS names its file; or leave lose-unsynced out';
    return lacks('no lazyfs', what, remedy);
  }
  if (!facts.fuse) {
    const remedy = 'load the module (modprobe fuse), or start the container with --device /dev/fuse';
    return lacks('no fuse', 'LazyFS needs /dev/fuse, which is not there', remedy);
  }
  if (can(facts.root.capabilities, CAP_SYS_ADMIN)) return { name, cell: 'ok' };
  const what = 'LazyFS needs the capability SYS_ADMIN, which root does not have there';
  return lacks('no SYS_ADMIN', what, 'start the container with --cap-add SYS_ADMIN, or use the deployment `container`');
}

function isRoot({ root: { way } }: Facts): boolean {
  return way === 'yes' || way === 'sudo';
}

/** What nobody knows is taken for had. */
function can(capabilities: bigint | null, bit: bigint): boolean {
  return capabilities === null || ((capabilities >> bit) & 1n) === 1n;
}

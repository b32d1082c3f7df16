// Machines on which containers do not start with an engine's own settings, and what makes them start. Options of single commands do:
// the user's configuration stays as it is and in force.
import { existsSync, readFileSync } from 'node:fs';
import type { EngineKind } from './engine-answer.js';

export interface Quirk {
  name: string;
  kind: EngineKind;
  /** What a container that could not start says. */
  says: RegExp;
  /** Options of the engine itself, for every command. */
  general?: readonly string[];
  /** Options of `run`. */
  run?: () => readonly string[];
  /** Takes the place of the one before it, which did not help. */
  instead?: string;
  /** What was done, for the person who waits; nothing where nobody has to know. */
  note?: string;
}

export const QUIRKS: readonly Quirk[] = [
  {
    name: 'limits',
    kind: 'podman',
    says: /setting rlimit/i,
    // Podman asks for more than its own process may have, which takes a capability. What every program of this machine gets is
    // enough for nodes: no line about it in each run.
    run: () => ownLimits(),
  },
  {
    name: 'low-limits',
    kind: 'podman',
    says: /setting rlimit/i,
    run: () => ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'],
    instead: 'limits',
    note: 'podman may not give containers the limits of this process, but smaller ones: 1024 open files and 4096 processes',
  },
  {
    name: 'cgroups',
    kind: 'podman',
    says: /systemd cgroup|cgroup manager.*systemd|sd-bus|dbus.*(no such file|connect)|interactive authentication/i,
    general: ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file'],
    note: 'there is no systemd that could manage control groups: podman manages them itself',
  },
  {
    name: 'runtime',
    kind: 'podman',
    says: /crun.*(unknown version|not found|no such file)|default OCI runtime "crun" not found|mount `?proc|cgroups? v1 not supported/i,
    general: ['--runtime', 'runc'],
    note: 'crun does not start containers here: podman uses runc',
  },
];

/** The quirk that a failed start shows, beside those that are known by now; null: none. */
export function quirkIn(kind: EngineKind, stderr: string, known: readonly Quirk[]): Quirk | null {
  return QUIRKS.find((quirk) => quirk.kind === kind && quirk.says.test(stderr) && !known.includes(quirk)) ?? null;
}

/** Those that are in force of all that became known. */
export function inForce(known: readonly Quirk[]): Quirk[] {
  return known.filter(({ name }) => !known.some(({ instead }) => instead === name));
}

/** Podman lowers its own limit of processes to so many. */
const MOST_PROCESSES = 32_768;

const LIMITS: Readonly<Record<string, { option: string; most: number }>> = {
  'Max open files': { option: 'nofile', most: 1_048_576 },
  'Max processes': { option: 'nproc', most: MOST_PROCESSES },
};

/** The hard limits of this process, as options of `run`. */
export function ownLimits(text: string = limitsTable()): string[] {
  return text.split('\n').flatMap((line) => {
    const [, wanted] = Object.entries(LIMITS).find(([start]) => line.startsWith(start)) ?? [];
    const hard = /(\d+|unlimited)\s+(?:files|processes)\s*$/.exec(line)?.[1];
    if (wanted === undefined || hard === undefined) return [];
    const limit = hard === 'unlimited' ? wanted.most : Math.min(Number(hard), wanted.most);
    return ['--ulimit', `${wanted.option}=${limit}:${limit}`];
  });
}

/** Empty where there is none, as on macOS: engines run in a virtual machine there. */
function limitsTable(): string {
  return existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : '';
}

// Tools of this machine for hosts that lack them: they lie in our own folder there, and are found by the helper alone.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOOLS_VARIABLE } from '../helper/network/run.js';
import { titleOf } from '../host/errors.js';
import type { Host } from '../host/host.js';
import { programPath } from './program-files.js';
import { Staging } from './staging.js';
import { checkArchitecture, makeToolbox, type Toolbox } from './toolbox.js';

/** Programs that belong together: a host has all of them, or is given all of them. */
const KITS = {
  iptables: ['iptables', 'iptables-restore', 'iptables-save', 'ip6tables', 'ip6tables-restore', 'ip6tables-save'],
  nft: ['nft'],
  tc: ['tc', 'ip'],
  tcpdump: ['tcpdump'],
  strace: ['strace'],
  lazyfs: ['lazyfs'],
} as const;

export type Kit = keyof typeof KITS;

/** What starts a program of a toolbox lies at `kits/KIT/NAME` beside `toolbox` and `loader`, and is found by its own name. */
const HEAD = `#!/bin/sh
base="\${0%/*}/../.."
export XTABLES_LIBDIR="$base/toolbox/lib/xtables" TC_LIB_DIR="\${TC_LIB_DIR:-$base/toolbox/lib/tc}"
`;

const STARTERS = {
  static: `${HEAD}exec "$base/toolbox/bin/\${0##*/}" "$@"\n`,
  musl: `${HEAD}exec "$base/loader" --library-path "$base/toolbox/lib" "$base/toolbox/bin/\${0##*/}" "$@"\n`,
  // It would also look into the host's cache of libraries.
  glibc: `${HEAD}exec "$base/loader" --inhibit-cache --library-path "$base/toolbox/lib" "$base/toolbox/bin/\${0##*/}" "$@"\n`,
} as const;

/** Whether this machine has all of a kit. */
export function hasKit(kit: Kit): boolean {
  return process.platform === 'linux' && KITS[kit].every((name) => programPath(name) !== null);
}

/**
 * Brings kits to a host; returns the environment in which they are found. What is there already is not sent again. Rejects with
 * ChaosError('other-architecture') where they cannot run. `machine`: the host's `uname -m`; `folder`: takes what is sent.
 */
export async function bringKits(
  host: Host,
  { machine, folder, kits }: { machine: string; folder: string; kits: readonly Kit[] },
): Promise<Record<string, string>> {
  checkArchitecture(titleOf(host), machine);
  const draft = await mkdtemp(join(tmpdir(), 'chaos-kits-'));
  try {
    // All that there are, so that there is one set of files whatever a plan needs.
    const base = await new Staging(host, folder).files(await filesOf(draft));
    return { [TOOLS_VARIABLE]: kits.map((kit) => `${base}/kits/${kit}`).join(':') };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Files of this machine by the names that they get on a host. `draft`: a folder for some of them. */
async function filesOf(draft: string): Promise<Record<string, string>> {
  const kits = (Object.keys(KITS) as Kit[]).filter(hasKit);
  toolbox ??= makeToolbox(kits.flatMap((kit) => [...KITS[kit]]));
  toolbox.catch(() => {
    toolbox = null;
  });
  const { folder, programs } = await toolbox;
  await chmod(draft, 0o755);
  for (const kit of kits) {
    await mkdir(join(draft, kit), { mode: 0o755 });
    for (const name of KITS[kit]) await writeStarter(join(draft, kit, name), starterOf(programs, name));
  }
  const loader = programs.find((program) => program.loader !== null)?.loader;
  return { toolbox: folder, kits: draft, ...(loader == null ? {} : { loader: join(folder, loader) }) };
}

let toolbox: Promise<Toolbox> | null = null;

function starterOf(programs: Toolbox['programs'], name: string): string {
  const loader = programs.find((program) => program.name === name)?.loader ?? null;
  if (loader === null) return STARTERS.static;
  return /\/ld-musl[^/]*$/.test(loader) ? STARTERS.musl : STARTERS.glibc;
}

/** The same mode whatever the umask is. */
async function writeStarter(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

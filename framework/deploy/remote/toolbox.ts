// Programs that a host may lack, taken from this machine together with their own loader and libraries.
//
// Such a program runs on any Linux host of the same architecture, whatever C library that has, and touches no library there:
// `LOADER --library-path LIB PROGRAM`.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chmod, constants, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Command } from '../host/host.js';
import { filesBeside, filesOf, linkageOf, type NeededFile, requireProgram, stampOf } from './program-files.js';
import { DRAFT, markUsed, tidyShelf } from './toolbox-shelf.js';

/** Changes with what is put into a toolbox. */
const FORMAT = 1;

/** A file of a toolbox. */
export interface ToolboxFile {
  /** Path in its folder: `bin/tc`, `lib/libc.so.6`. */
  file: string;
  /** Where it lies on this machine, by the name that programs know it by. */
  home: string;
  size: number;
}

export interface ToolboxProgram extends ToolboxFile {
  name: string;
  /** Path in the folder; null: it needs none. */
  loader: string | null;
  /** Variables that name folders of the toolbox. */
  folders: Readonly<Record<string, string>>;
}

interface Manifest {
  format: number;
  /** Of all names and contents. */
  sha256: string;
  /** As Node calls it: `x64`, `arm64`. */
  architecture: string;
  programs: ToolboxProgram[];
  files: ToolboxFile[];
}

export interface Toolbox extends Manifest {
  /** Where it lies on this machine: regular files only, in `bin` and `lib`. */
  folder: string;
  /** The start of a command that runs a program of it where the toolbox lies at `base`. */
  commandFor(name: string, base: string): Command;
}

/** Files that belong to a program without being libraries that it asks for: in a folder beside those, found by a variable. */
interface Attachment {
  programs: RegExp;
  folder: string;
  files: RegExp;
  /** They are machine code. */
  linked: boolean;
  variable: string;
}

const ATTACHMENTS: readonly Attachment[] = [
  {
    programs: /^ip6?tables/,
    folder: 'xtables',
    files: /^lib(xt|ipt|ip6t)_.*\.so$/,
    linked: true,
    variable: 'XTABLES_LIBDIR',
  },
  { programs: /^tc$/, folder: 'tc', files: /\.dist$/, linked: false, variable: 'TC_LIB_DIR' },
];

/** `uname -m` of what Node calls the architecture. */
const MACHINES: Readonly<Record<string, readonly string[]>> = {
  x64: ['x86_64', 'amd64'],
  arm64: ['aarch64', 'arm64'],
  arm: ['armv6l', 'armv7l', 'armv8l'],
  ppc64: ['ppc64le'],
  s390x: ['s390x'],
  riscv64: ['riscv64'],
  loong64: ['loongarch64'],
};

/** Where this machine keeps what can be made again. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: cache } = process.env;
  return join(cache?.startsWith('/') === true ? cache : join(homedir(), '.cache'), 'chaos');
}

/**
 * A folder with these programs (`node`: the one that runs us), made once and kept in the cache of this machine. Rejects with
 * ChaosError('program-missing') when this machine lacks one, and 'toolbox-impossible' where it does not run Linux.
 */
export async function makeToolbox(names: readonly string[], cache: string = cacheFolder()): Promise<Toolbox> {
  if (process.platform !== 'linux') {
    throw new ChaosError('toolbox-impossible', `programs of ${process.platform} do not run on Linux hosts`, {
      hint: `Install them on the hosts, or use an image that has them: ${names.join(', ')}.`,
    });
  }
  const shelf = join(cache, 'toolbox');
  const index = join(shelf, `${indexKey(names)}.json`);
  const known = present(index);
  if (known !== null) {
    await markUsed(index);
    return asToolbox(known, join(shelf, known.sha256));
  }
  try {
    await mkdir(shelf, { recursive: true, mode: 0o755 });
    await tidyShelf(shelf, Date.now());
    const manifest = await build(shelf, names);
    await replaceFile(index, JSON.stringify(manifest));
    return asToolbox(manifest, join(shelf, manifest.sha256));
  } catch (error) {
    if (error instanceof ChaosError) throw error;
    throw new ChaosError('toolbox-impossible', `cannot keep programs for hosts in ${shelf}: ${messageOf(error)}`, {
      hint: 'Make room there, or set XDG_CACHE_HOME to a folder that can be written.',
      cause: error,
    });
  }
}

/** Whether programs of this machine run on a host. `machine`: its `uname -m`. */
export function fitsArchitecture(machine: string, architecture: string = process.arch): boolean {
  return MACHINES[architecture]?.includes(machine) ?? machine === architecture;
}

/** Throws ChaosError('other-architecture') when programs of this machine do not run on a host. `machine`: its `uname -m`. */
export function checkArchitecture(host: string, machine: string, architecture: string = process.arch): void {
  if (fitsArchitecture(machine, architecture)) return;
  throw new ChaosError(
    'other-architecture',
    `programs of this machine (${architecture}) do not run on ${host} (${machine})`,
    {
      hint: 'Install Node 20 and the tools on that host (Debian: nodejs iptables iproute2).',
    },
  );
}

/** The start of a command that runs a program of a toolbox at `base`. Throws ChaosError('program-missing') for a name that it has not. */
function commandFor(manifest: Manifest, name: string, base: string): Command {
  const program = manifest.programs.find((other) => other.name === name);
  if (program === undefined)
    throw new ChaosError('program-missing', `the toolbox has no ${name}`, { kind: 'internal' });
  const path = `${base}/${program.file}`;
  const start = program.loader === null ? [path] : loaded(`${base}/${program.loader}`, `${base}/lib`, path);
  const variables = Object.entries(program.folders).map(([variable, folder]) => `${variable}=${base}/${folder}`);
  return (variables.length === 0 ? start : ['env', ...variables, ...start]) as unknown as Command;
}

/** glibc's loader would also look into the host's cache of libraries. */
function loaded(loader: string, libraries: string, path: string): string[] {
  return /\/ld-musl[^/]*$/.test(loader)
    ? [loader, '--library-path', libraries, path]
    : [loader, '--inhibit-cache', '--library-path', libraries, path];
}

function asToolbox(manifest: Manifest, folder: string): Toolbox {
  return { ...manifest, folder, commandFor: (name, base) => commandFor(manifest, name, base) };
}

/** Stands for these programs as this machine has them now; the last one changes with each library. */
function indexKey(names: readonly string[]): string {
  const stamps = [...names.map((name) => `${name}=${stampOf(requireProgram(name))}`), stampOf('/etc/ld.so.cache')];
  return createHash('sha256')
    .update([FORMAT, process.arch, ...stamps].join('\n'))
    .digest('hex')
    .slice(0, 32);
}

/** What an index names, when all of it is still there. */
function present(index: string): Manifest | null {
  try {
    const manifest = JSON.parse(readFileSync(index, 'utf8')) as Manifest;
    return isWhole(manifest, join(dirname(index), manifest.sha256)) ? manifest : null;
  } catch {
    return null;
  }
}

function isWhole({ programs, files }: Manifest, folder: string): boolean {
  return [...programs, ...files].every(
    ({ file, size }) => statSync(join(folder, file), { throwIfNoEntry: false })?.size === size,
  );
}

async function build(shelf: string, names: readonly string[]): Promise<Manifest> {
  const draft = join(shelf, `${DRAFT}${randomBytes(8).toString('hex')}`);
  try {
    const manifest = await fill(draft, names);
    await settle(draft, join(shelf, manifest.sha256), manifest);
    return manifest;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Gives a draft its name, unless somebody else has made the same meanwhile; what is there but damaged goes with the draft. */
async function settle(draft: string, folder: string, manifest: Manifest): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    if (isWhole(manifest, folder)) return;
    const aside = `${draft}-damaged`;
    try {
      await rename(folder, aside);
      await rename(draft, folder);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
}

interface Planned {
  programs: Omit<ToolboxProgram, 'size'>[];
  /** By path in the toolbox. */
  sources: Map<string, { path: string; mode: number }>;
}

async function fill(folder: string, names: readonly string[]): Promise<Manifest> {
  const { programs, sources } = await planned(names);
  const hash = createHash('sha256').update(`${FORMAT} ${process.arch} ${JSON.stringify(programs)}`);
  const sizes = new Map<string, number>();
  for (const file of [...sources.keys()].sort()) {
    const { path, mode } = sources.get(file)!;
    const target = join(folder, file);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(path, target, constants.COPYFILE_FICLONE);
    await chmod(target, mode);
    const bytes = await readFile(target);
    hash.update(`${file}\0${mode}\0${bytes.length}\0`).update(bytes);
    sizes.set(file, bytes.length);
  }
  const own = new Set(programs.map(({ file }) => file));
  const files = [...sources].filter(([file]) => !own.has(file));
  return {
    format: FORMAT,
    sha256: hash.digest('hex'),
    architecture: process.arch,
    programs: programs.map((program) => ({ ...program, size: sizes.get(program.file)! })),
    files: files.map(([file, { path }]) => ({ file, home: path, size: sizes.get(file)! })),
  };
}

async function planned(names: readonly string[]): Promise<Planned> {
  const found = await Promise.all([...new Set(names)].map(filesOf));
  const sources: Planned['sources'] = new Map();
  const programs: Planned['programs'] = [];
  const add = (folder: string, { name, path }: NeededFile, mode: number): void => {
    if (!sources.has(`${folder}/${name}`)) sources.set(`${folder}/${name}`, { path, mode });
  };
  for (const { name, path, loader, libraries } of found) {
    add('bin', { name, path }, 0o755);
    if (loader !== null) add('lib', loader, 0o755);
    for (const library of libraries) add('lib', library, 0o644);
    const folders = Object.fromEntries(
      ATTACHMENTS.filter((attachment) => attachment.programs.test(name)).map(({ folder, variable }) => [
        variable,
        `lib/${folder}`,
      ]),
    );
    programs.push({ name, file: `bin/${name}`, home: path, loader: loader && `lib/${loader.name}`, folders });
  }
  for (const attachment of ATTACHMENTS) {
    const users = found.filter(({ name }) => attachment.programs.test(name));
    if (users.length === 0) continue;
    const attached = filesBeside(users[0]!.libraries, attachment.folder, attachment.files);
    for (const file of attached) add(`lib/${attachment.folder}`, file, 0o644);
    if (attachment.linked && attached.length > 0) {
      const { libraries } = await linkageOf(
        attachment.folder,
        attached.map(({ path }) => path),
      );
      for (const library of libraries) add('lib', library, 0o644);
    }
  }
  return { programs, sources };
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text);
  await rename(draft, path);
}

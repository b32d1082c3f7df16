// Of which files a program of this machine consists, so that it runs on another one beside whatever libraries that has.
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { ChaosError, messageOf } from '../../contracts/error.js';
import { LAZYFS_VARIABLE } from '../helper/lazyfs.js';

/** A file of this machine that a program needs. */
export interface NeededFile {
  /** How the loader, or the program, asks for it. */
  name: string;
  path: string;
}

export interface ProgramFiles {
  name: string;
  /** The file itself, no symbolic link. */
  path: string;
  /** What the system starts such programs with (`/lib64/ld-linux-x86-64.so.2`); null: statically linked. */
  loader: NeededFile | null;
  libraries: readonly NeededFile[];
}

/** What `ldd` says of one program, or of several. */
export interface Linkage {
  loader: NeededFile | null;
  libraries: NeededFile[];
  missing: string[];
}

/** Where a program comes from that is not there. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  busybox: 'busybox-static',
  ip: 'iproute2',
  tc: 'iproute2',
  nft: 'nftables',
  iptables: 'iptables',
  'iptables-restore': 'iptables',
  'iptables-save': 'iptables',
  'iptables-legacy': 'iptables',
  'iptables-legacy-restore': 'iptables',
  'iptables-nft': 'iptables',
  'iptables-nft-restore': 'iptables',
  ldd: 'libc-bin',
  nsenter: 'util-linux',
  sh: 'dash',
};

/** The PATH of many users lacks these. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** glibc opens these by name when it looks up hosts and users, so that no program lists them. */
const OPENED_LATER = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/** A program's file on this machine; null: there is none. `node` is the one that runs us. */
export function programPath(name: string): string | null {
  if (name === 'node') return realpathSync(process.execPath);
  const named = name === 'lazyfs' ? process.env[LAZYFS_VARIABLE] : undefined;
  if (named !== undefined) return executable(named) ? realpathSync(named) : null;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  const found = folders.map((folder) => join(folder, name)).find(executable);
  return found === undefined ? null : realpathSync(found);
}

/** Throws ChaosError('program-missing'), whose hint names the package that has it. */
export function requireProgram(name: string): string {
  const path = programPath(name);
  if (path !== null) return path;
  throw new ChaosError('program-missing', `this machine has no ${name}, which hosts are to be given`, {
    hint: `Install it: apt-get install ${DEBIAN_PACKAGES[name] ?? name}`,
  });
}

/**
 * A program with all libraries that it asks for. Rejects with ChaosError('program-missing') when it, `ldd` or a library of it is not
 * there.
 */
export async function filesOf(name: string): Promise<ProgramFiles> {
  const path = requireProgram(name);
  const { loader, libraries } = await linkageOf(name, [path]);
  return { name, path, loader, libraries: loader === null ? libraries : [...libraries, ...openedLater(libraries)] };
}

/** What files of machine code ask for, all together. */
export async function linkageOf(name: string, paths: readonly string[]): Promise<Linkage> {
  // It exits with 1 for what is statically linked, and says so.
  const { stdout, stderr, failed, exitCode } = await execa(requireProgram('ldd'), [...paths], {
    reject: false,
    timeout: 30_000,
    env: { LC_ALL: 'C' },
  });
  if (failed && exitCode !== 1) {
    throw new ChaosError('program-missing', `ldd cannot say which libraries ${name} needs: ${stderr.trim()}`);
  }
  const linkage = parseLdd(stdout);
  if (linkage.missing.length > 0) {
    throw new ChaosError('program-missing', `${name} of this machine lacks ${linkage.missing.join(', ')}`, {
      hint: `It does not run here either: install it again (apt-get install --reinstall ${DEBIAN_PACKAGES[name] ?? name}).`,
    });
  }
  return linkage;
}

export function parseLdd(text: string): Linkage {
  const libraries = new Map<string, NeededFile>();
  const missing = new Set<string>();
  let loader: NeededFile | null = null;
  for (const line of text.split('\n')) {
    const [, name = '', path = name] = /^\s+(\S+)(?: => (\S.*))? \(0x[0-9a-f]+\)$/.exec(line) ?? [];
    const [, lost] = /^\s+(\S+) => not found$/.exec(line) ?? [];
    if (lost !== undefined) missing.add(lost);
    // Programs name it by this path, wherever it really lies.
    else if (name.startsWith('/')) loader = { name: basename(name), path: name };
    // What has no file is the kernel's own (linux-vdso).
    else if (path.startsWith('/')) libraries.set(name, { name, path });
  }
  return { loader, libraries: [...libraries.values()], missing: [...missing] };
}

function openedLater(libraries: readonly NeededFile[]): NeededFile[] {
  const libc = libraries.find(({ name }) => name.startsWith('libc.so'));
  if (libc === undefined) return [];
  const named = new Set(libraries.map(({ name }) => name));
  return OPENED_LATER.map((name) => ({ name, path: join(dirname(libc.path), name) })).filter(
    ({ name, path }) => !named.has(name) && isFile(path),
  );
}

/** Files in a folder beside a program's libraries, by their names; [] where there is no such folder. */
export function filesBeside(libraries: readonly NeededFile[], folder: string, wanted: RegExp): NeededFile[] {
  const above = new Set([...libraries.map(({ path }) => dirname(path)), '/usr/lib', '/usr/lib64', '/lib']);
  const here = [...above].map((path) => join(path, folder)).find(isFolder);
  if (here === undefined) return [];
  const names = readdirSync(here).sort();
  return names.filter((name) => wanted.test(name)).map((name) => ({ name, path: join(here, name) }));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What changes when a program or a library of this machine was replaced. */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return [path, dev, ino, size, mtimeNs].join(':');
  } catch (error) {
    return `${path}: ${messageOf(error)}`;
  }
}

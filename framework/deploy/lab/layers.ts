// What a host sees of the machine's files: overlays over them, each with a layer of its own on disk that takes what the host writes.
import {
  accessSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface Mount {
  point: string;
  type: string;
}

/** What a host's root is put together from. */
export interface Tree {
  /** Folders of the machine that an overlay covers, outer ones first; `/` alone covers all. */
  overlays: string[];
  /** Folders that are there but empty. */
  folders: string[];
  links: { path: string; target: string }[];
  /** Small files that are copied. */
  files: string[];
}

/** Every host has its own of these. */
const OWN = new Set(['/dev', '/proc', '/run', '/sys', '/tmp']);

/** File systems on disks; what others hold (of containers, of the kernel) is no part of a machine's own files. */
const ON_DISK = new Set(['bcachefs', 'btrfs', 'ext2', 'ext3', 'ext4', 'f2fs', 'jfs', 'xfs', 'zfs']);

/** Mounted by people or by engines rather than part of the system. */
const FOREIGN =
  /^\/(boot|dev|media|mnt|proc|run|snap|sys|tmp)\/|^\/(boot|media|mnt)$|^\/var\/(lib\/(docker|containerd|containers|kubelet|lxc|lxd|snapd)|snap)\//;

/** What can stand in the options of an overlay as it is. */
const PLAIN = /^[\w./@+-]+$/;

const LARGEST_COPY = 1024 * 1024;

/** Reads /proc/self/mountinfo. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const point = left.split(' ')[4];
    if (point === undefined) return [];
    const plain = point.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    return [{ point: plain, type: right.split(' ')[0] ?? '' }];
  });
}

export function machineMounts(): Mount[] {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** For root: one overlay over everything, and one for each further disk of the machine, since overlays end where mounts begin. */
export function wholeTree(mounts: readonly Mount[], folder: (path: string) => boolean = isFolder): Tree {
  const further = mounts
    .filter(({ point, type }) => ON_DISK.has(type) && point !== '/' && !FOREIGN.test(point) && PLAIN.test(point))
    .map(({ point }) => point)
    .filter(folder);
  return { overlays: ['/', ...[...new Set(further)].sort()], folders: [], links: [], files: [] };
}

/**
 * Inside a user namespace: overlays over folders below which nothing is mounted, since the kernel lets nobody there look under the
 * mounts of others.
 */
export function splitTree(mounts: readonly Mount[]): Tree {
  const tree: Tree = { overlays: [], folders: [], links: [], files: [] };
  const points = mounts.map(({ point }) => point);
  const onDisk = new Set(mounts.filter(({ type }) => ON_DISK.has(type)).map(({ point }) => point));
  const below = (path: string) => points.some((point) => point.startsWith(`${path}/`));
  const visit = (path: string): void => {
    const found = lstatSync(path);
    if (found.isSymbolicLink()) tree.links.push({ path, target: readlinkSync(path) });
    else if (found.isFile() && found.size <= LARGEST_COPY) tree.files.push(path);
    if (!found.isDirectory()) return;
    const foreign = points.includes(path) && !onDisk.has(path);
    if (OWN.has(path) || foreign || !readable(path) || !PLAIN.test(path)) tree.folders.push(path);
    else if (below(path)) descend(path);
    else tree.overlays.push(path);
  };
  const descend = (path: string): void => {
    tree.folders.push(path);
    for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  for (const name of readdirSync('/').sort()) visit(join('/', name));
  return tree;
}

/** Folders that programs expect to be able to write to, also where root is a plain user who owns none of them. */
const WRITABLE = [
  '/etc',
  '/home',
  '/mnt',
  '/opt',
  '/srv',
  '/usr/local/bin',
  '/usr/local/lib',
  '/usr/local/sbin',
  '/usr/local/share',
  '/var/cache',
  '/var/lib',
  '/var/log',
  '/var/tmp',
];

/** Makes the folders of one host's disk: what its overlays need, and what differs from the machine from the start. */
export function makeDisk(
  folder: string,
  tree: Tree,
  files: Readonly<Record<string, string>>,
  { split, data }: { split: boolean; data: boolean },
): void {
  mkdirSync(folder, { mode: 0o700 });
  if (data) mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'root'), { mode: 0o755 });
  tree.overlays.forEach((_, i) => {
    mkdirSync(join(folder, 'layers', String(i), 'upper'), { recursive: true, mode: 0o755 });
    mkdirSync(join(folder, 'layers', String(i), 'work'), { mode: 0o755 });
  });
  const inRoot = (path: string) => join(folder, 'root', path);
  for (const path of tree.folders) mkdirSync(inRoot(path), { recursive: true, mode: 0o755 });
  if (split) for (const path of tree.overlays) mkdirSync(inRoot(path), { recursive: true, mode: 0o755 });
  for (const { path, target } of tree.links) symlinkSync(target, inRoot(path));
  for (const path of tree.files.filter((file) => readable(file) || !split)) copyFileSync(path, inRoot(path));
  if (split) for (const path of WRITABLE) mkdirSync(onDisk(folder, tree, path), { recursive: true, mode: 0o755 });
  mkdirSync(onDisk(folder, tree, '/var/lib/chaos'), { recursive: true, mode: 0o755 });
  for (const [path, text] of Object.entries(files)) {
    const target = onDisk(folder, tree, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    writeFileSync(target, text, { mode: 0o644 });
  }
}

/** Where a path of a host is on its disk, before its overlays are mounted. */
export function onDisk(folder: string, tree: Tree, path: string): string {
  let best = -1;
  tree.overlays.forEach((layer, i) => {
    const covers = layer === '/' || path === layer || path.startsWith(`${layer}/`);
    if (covers && (best < 0 || layer.length > tree.overlays[best]!.length)) best = i;
  });
  if (best < 0) return join(folder, 'root', path);
  const layer = tree.overlays[best]!;
  return join(folder, 'layers', String(best), 'upper', layer === '/' ? path : path.slice(layer.length));
}

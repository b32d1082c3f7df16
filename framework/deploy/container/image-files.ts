// What is in the image that is built from this machine: Node, a shell, and the tools that faults need, in the usual folders.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { execa } from 'execa';
import { programPath } from '../remote/program-files.js';
import { makeToolbox, type Toolbox } from '../remote/toolbox.js';
import type { TarEntry } from './tar.js';

/** Changes with what is done to the files below. */
const RECIPE = 1;

// The shell is not busybox's: in that one its own small `ip` and `tc` come before all others.
const NEEDED = ['node', 'sh', 'busybox'];
/** What faults and packet captures use; hosts without it are refused such faults before a run. */
const WANTED = [
  'iptables',
  'iptables-restore',
  'iptables-save',
  'iptables-legacy',
  'iptables-legacy-restore',
  'nft',
  'ip',
  'tc',
  'tcpdump',
];

const FOLDERS: Readonly<Record<string, number>> = {
  '.': 0o755,
  dev: 0o755,
  etc: 0o755,
  home: 0o755,
  mnt: 0o755,
  opt: 0o755,
  proc: 0o555,
  root: 0o700,
  run: 0o755,
  sys: 0o555,
  tmp: 0o1777,
  usr: 0o755,
  'usr/bin': 0o755,
  'usr/lib': 0o755,
  'usr/lib64': 0o755,
  var: 0o755,
  'var/lib': 0o755,
  'var/log': 0o755,
  'var/tmp': 0o1777,
};

/** One folder for programs and one for libraries, by all their names. */
const LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/bin',
  'usr/sbin': 'bin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
};

const TEXTS: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/hosts': '',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  'etc/os-release': 'NAME="chaos node"\nID=chaos-node\n',
};

export interface NodeImage {
  /** Stands for all of its contents. */
  tag: string;
  entries: TarEntry[];
  /** Tools that this machine lacks, so that the image does, too. */
  without: string[];
}

/** Rejects with ChaosError('program-missing') where this machine lacks what the image cannot do without. */
export async function nodeImage(): Promise<NodeImage> {
  const without = WANTED.filter((name) => programPath(name) === null);
  const toolbox = await makeToolbox([...NEEDED, ...WANTED.filter((name) => !without.includes(name))]);
  const tag = createHash('sha256').update(`${RECIPE} ${toolbox.sha256}`).digest('hex').slice(0, 16);
  return { tag, entries: await entriesOf(toolbox), without };
}

async function entriesOf(toolbox: Toolbox): Promise<TarEntry[]> {
  const programs = new Set(toolbox.programs.map(({ name }) => name));
  const applets = (await appletsOf(toolbox)).filter((name) => !programs.has(name));
  const files = toolbox.files.map(({ file, home, size }): TarEntry => {
    const mode = isLoader(toolbox, file) ? 0o755 : 0o644;
    return { kind: 'file', path: merged(home), from: join(toolbox.folder, file), size, mode };
  });
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  return [
    ...Object.entries(FOLDERS).map(([path, mode]): TarEntry => ({ kind: 'folder', path, mode })),
    ...Object.entries(LINKS).map(([path, to]): TarEntry => ({ kind: 'link', path, to })),
    ...[...folders].filter((path) => FOLDERS[path] === undefined).map((path): TarEntry => ({ kind: 'folder', path })),
    ...Object.entries(TEXTS).map(([path, text]): TarEntry => ({ kind: 'text', path, text })),
    ...toolbox.programs.map(({ name, file, size }): TarEntry => {
      return { kind: 'file', path: `usr/bin/${name}`, from: join(toolbox.folder, file), size, mode: 0o755 };
    }),
    ...files,
    ...applets.map((name): TarEntry => ({ kind: 'link', path: `usr/bin/${name}`, to: 'busybox' })),
  ];
}

async function appletsOf(toolbox: Toolbox): Promise<string[]> {
  const [program, ...args] = toolbox.commandFor('busybox', toolbox.folder);
  const { stdout } = await execa(program, [...args, '--list'], { timeout: 10_000 });
  return stdout.split('\n').filter((name) => /^[^/\s]+$/.test(name));
}

function isLoader(toolbox: Toolbox, file: string): boolean {
  return toolbox.programs.some(({ loader }) => loader === file);
}

/** Where a file of this machine lies in an image with one folder for programs and one for libraries. */
export function merged(path: string): string {
  return path
    .replace(/^\/+/, '')
    .replace(/^(bin|sbin|lib|lib64)\//, 'usr/$1/')
    .replace(/^usr\/sbin\//, 'usr/bin/');
}

/** `a/b/c` -> `a`, `a/b`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

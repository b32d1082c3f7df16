// The logs that a run's nodes left, file by file: what a report shows of them, and where the rest is.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { textLines } from '../history/text-file.js';
import { openRunFolder } from './store.js';

export interface NodeFile {
  /** Below the results folder, with `/`: `nodes/n1/node.log`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The whole lines between two bytes, about, in order; one that is longer than a megabyte comes in pieces. Without them all. */
  lines(from?: number, to?: number): Iterable<string>;
}

/** Programs' own logs are collected here, by their paths on the host. */
const COLLECTED = 'files';
const MOST_FILES = 200;
const DEEPEST = 12;
const LONGEST = 1 << 20;

/** Files that hold text: `*.log` of the node, and whatever the system's own logs are; by path. None where there is no such node. */
export function nodeFiles(folder: string, node: string): NodeFile[] {
  const run = openRunFolder(folder);
  const home = run.nodeFolder(node);
  const own = filesIn(home, 0).filter((path) => path.endsWith('.log'));
  const paths = [...own, ...filesIn(join(home, COLLECTED), DEEPEST)].slice(0, MOST_FILES);
  return paths.flatMap((path) => {
    const size = textSize(path);
    return size === null
      ? []
      : [{ path: relative(run.path, path).replaceAll(sep, '/'), size, lines: reader(path, size) }];
  });
}

/** By name; links are not followed. */
function filesIn(folder: string, depth: number): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth > 0 ? filesIn(path, depth - 1) : [];
      return entry.isFile() ? [path] : [];
    });
  } catch {
    return [];
  }
}

/** Null: it cannot be read, is empty, or begins like no text. */
function textSize(path: string): number | null {
  try {
    const { size } = statSync(path);
    return size === 0 || beginsBinary(path) ? null : size;
  } catch {
    return null;
  }
}

function beginsBinary(path: string): boolean {
  if (path.endsWith('.log')) return false;
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.subarray(0, readSync(fd, bytes)).includes(0);
  } finally {
    closeSync(fd);
  }
}

function reader(path: string, size: number): NodeFile['lines'] {
  return function* (from = 0, to = size) {
    let left = to - from;
    let first = from > 0;
    try {
      for (const line of textLines(path, LONGEST, Math.max(0, from))) {
        if (left <= 0) return;
        left -= line.length + 1;
        // What reading began in the middle of is no line.
        if (!first) yield line;
        first = false;
      }
    } catch {
      // A file that has gone or cannot be read to its end shows what there is.
    }
  };
}

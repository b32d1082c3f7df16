// The hosts that a plan lists, or the file that it names: YAML, JSON, or one host a line.
import { readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { parse } from 'yaml';
import { readEntry } from './entry.js';
import type { HostEntry, SshOptions } from './options.js';

export interface Listed {
  entry: HostEntry;
  /** How a message calls it. */
  label: string;
}

/** In order; what is wrong goes to `problems`, and the hosts that are right are returned all the same. */
export function listEntries(options: SshOptions, home: string, problems: string[]): Listed[] {
  const { hosts, 'hosts-file': file } = options;
  if (hosts !== undefined && file !== undefined) problems.push('give "hosts" or "hosts-file", not both');
  if (hosts !== undefined) return read(typeof hosts === 'string' ? words(hosts) : hosts, null, home, problems);
  if (file === undefined) {
    problems.push('there are none; give "hosts" or "hosts-file"');
    return [];
  }
  const written = fromFile(file, problems);
  if (written?.length === 0) problems.push(`the hosts file ${file} has none`);
  return read(written ?? [], dirname(file), home, problems);
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** The hosts as a file has them, unread; undefined when it cannot be read. */
function fromFile(file: string, problems: string[]): readonly unknown[] | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    if (!['.yaml', '.yml', '.json'].includes(extname(file).toLowerCase())) {
      return text.split(/\r?\n/).flatMap((line) => words(line.replace(/#.*/, '')));
    }
    const document: unknown = parse(text, { prettyErrors: false, logLevel: 'error' });
    const list = isRecord(document) && Object.keys(document).join() === 'hosts' ? document['hosts'] : document;
    if (Array.isArray(list)) return list;
    if (typeof list === 'string') return words(list);
    problems.push(`the hosts file ${file} must hold a list of hosts`);
  } catch (error) {
    problems.push(`the hosts file ${file} cannot be read: ${reason(error)}`);
  }
  return undefined;
}

/** `folder`: what paths in the entries are relative to; null: they are absolute. */
function read(written: readonly unknown[], folder: string | null, home: string, problems: string[]): Listed[] {
  return written.flatMap((one, index) => {
    const result = readEntry(one);
    if ('problems' in result) {
      problems.push(...result.problems.map((problem) => `host ${index + 1}: ${problem}`));
      return [];
    }
    const { key, ...rest } = result.entry;
    const path = key === undefined || folder === null ? key : absolute(key, folder, home);
    const { host, port } = rest;
    const label = `host ${index + 1} (${host}${port === undefined ? '' : `:${port}`})`;
    return [{ entry: { ...rest, ...(path === undefined ? {} : { key: path }) }, label }];
  });
}

function absolute(path: string, folder: string, home: string): string {
  return path.startsWith('~/') ? resolve(home, path.slice(2)) : resolve(folder, path);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The system's word for it, or the first line: the rest of a parser's message quotes the file, which may hold anything. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === 'ENOENT' ? 'there is none' : String(message ?? error).split('\n', 1)[0]!;
}

// Brings home what a node has left on its host: its logs, and whatever files its system names. Bounded in size and in time, and
// never a reason for a run to fail: what could not be brought is said.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Host, Pipe } from '../host/host.js';

export interface Sources {
  /** Files and folders there (absolute) by the path below `folder` that they get here; of a folder everything that is in it. */
  paths: Readonly<Record<string, string>>;
  /** Absolute globs as a shell knows them (`*`, `?`, `[…]`); what they match goes to `files/<its path there>`. */
  globs?: readonly string[];
}

export interface CollectOptions {
  host: Host;
  /** Takes it here. */
  folder: string;
  sources: Sources;
  /** Files may be readable for root alone. */
  root?: boolean;
  /** Bytes of each file and of all together; of a file that is longer its end is kept. 10 MB and 100 MB. */
  perFile?: number;
  most?: number;
  /** 25 s. */
  timeout?: Milliseconds;
}

export interface Collected {
  /** Paths here, below `folder`. */
  files: string[];
  /** What was cut, left out, or could not be had, a sentence each. */
  notes: string[];
}

const MB = 1_000_000;
const MOST_FILES = 1000;

/** Lines of base64 that are decoded at once, each of them whole and of 57 bytes but the last of a file. */
const MOST_PENDING = 1000;

/**
 * Prints each file as `file <source> <size> <kept> <path>`, its end, and a `.`; path and content as base64, so that any name and any
 * byte passes. Sources are `path:…` or `glob:…`; a pattern is expanded and never read as a command.
 */
const SCRIPT = `
per=$1 left=$2 most=$3; shift 3
number=0
for source do
  case $source in
    path:*) set -f ;;
    *) set +f ;;
  esac
  ( IFS=
    for path in \${source#????:}; do
      if [ -d "$path" ]; then find "$path/" -type f | sort; elif [ -f "$path" ]; then printf '%s\\n' "$path"; fi
    done ) | sed "s/^/$number /"
  number=$((number + 1))
done | head -n "$most" | while IFS=' ' read -r number path; do
  [ -f "$path" ] || continue
  name=$(printf %s "$path" | base64 | tr -d '\\n')
  if [ ! -r "$path" ]; then printf 'unreadable %s 0 0 %s\\n' "$number" "$name"; continue; fi
  size=$(stat -L -c %s -- "$path") || continue
  kept=$size
  [ "$kept" -le "$per" ] || kept=$per
  [ "$kept" -le "$left" ] || kept=$left
  left=$((left - kept))
  printf 'file %s %s %s %s\\n' "$number" "$size" "$kept" "$name"
  [ "$kept" -eq 0 ] || tail -c "$kept" -- "$path" | head -c "$kept" | base64
  echo .
done
echo end
`;

/** Never rejects. */
export async function collect(options: CollectOptions): Promise<Collected> {
  const { host, sources, root = false, perFile = 10 * MB, most = 100 * MB, timeout = 25_000 } = options;
  const { paths, globs = [] } = sources;
  const asked = [...Object.values(paths).map((path) => `path:${path}`), ...globs.map((glob) => `glob:${glob}`)];
  const receiver = new Receiver(options.folder, Object.entries(paths), host.title);
  let pipe: Pipe | null = null;
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => {
    alarm = setTimeout(() => done('late'), timeout);
  });
  try {
    const command = ['sh', '-c', SCRIPT, 'sh', ...[perFile, most, MOST_FILES].map(String), ...asked] as const;
    const opening = host.open([command[0], ...command.slice(1)], { root });
    opening.then((opened) => receiver.closed && opened.close()).catch(() => {});
    const opened = await Promise.race([opening, late]);
    if (opened === 'late') throw new Error(`did not answer within ${timeout / 1000} s`);
    pipe = opened;
    const outcome = await Promise.race([receive(pipe, receiver), late]);
    if (outcome === 'late') receiver.note(`not everything could be brought within ${timeout / 1000} s`);
  } catch (error) {
    receiver.note(`its files could not be brought: ${messageOf(error)}`);
  } finally {
    clearTimeout(alarm);
    receiver.close();
    pipe?.close();
  }
  return { files: receiver.files, notes: receiver.notes };
}

async function receive(pipe: Pipe, receiver: Receiver): Promise<void> {
  let complaint = '';
  pipe.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < 500) complaint += chunk.toString('utf8');
  });
  pipe.stdin.on('error', () => {});
  pipe.stdin.end();
  const read = new Promise<void>((done) => {
    createInterface({ input: pipe.stdout })
      .on('line', (line) => receiver.line(line))
      .on('close', done);
  });
  const { code } = await pipe.exited;
  await read;
  if (receiver.complete) return;
  const words = complaint.trim() === '' ? '' : `: ${complaint.trim()}`;
  receiver.note(code === null ? 'the connection was lost' : `its files could not be read${words}`);
}

interface Incoming {
  fd: number;
  name: string;
  path: string;
  size: number;
  kept: number;
  /** Something of it is written. */
  begun: boolean;
}

/** Puts what arrives into files. */
class Receiver {
  readonly files: string[] = [];
  readonly notes: string[] = [];
  complete = false;
  closed = false;
  readonly #folder: string;
  readonly #places: readonly (readonly [name: string, path: string])[];
  readonly #title: string;
  readonly #seen = new Set<string>();
  #file: Incoming | null = null;
  /** Base64 that has arrived and is not written yet. */
  #pending: string[] = [];
  /** Inside a file that is not wanted. */
  #skipping = false;

  constructor(folder: string, places: readonly (readonly [string, string])[], title: string) {
    this.#folder = resolve(folder);
    this.#places = places;
    this.#title = title;
  }

  note(what: string): void {
    this.notes.push(`${this.#title}: ${what}`);
  }

  line(line: string): void {
    if (this.closed) return;
    if (line === '.') this.#end();
    else if (this.#file !== null) {
      this.#pending.push(line);
      if (this.#pending.length >= MOST_PENDING) this.#write(this.#file);
    } else if (line === 'end') this.complete = true;
    else if (!this.#skipping) this.#header(line);
  }

  close(): void {
    this.#end();
    this.closed = true;
  }

  #header(line: string): void {
    const [kind, source, size, kept, encoded = ''] = line.split(' ');
    if (kind !== 'file' && kind !== 'unreadable') return;
    const path = Buffer.from(encoded, 'base64').toString('utf8');
    const name = this.#nameOf(Number(source), path);
    if (name === null || this.#seen.has(path)) {
      this.#skipping = kind === 'file';
      return;
    }
    this.#seen.add(path);
    if (kind === 'unreadable') this.note(`${path} may not be read`);
    else if (kept === '0' && size !== '0') {
      this.note(`${path} (${size} bytes) was left out: there is too much`);
      this.#skipping = true;
    } else this.#open(name, path, Number(size), Number(kept));
  }

  #open(name: string, path: string, size: number, kept: number): void {
    const target = resolve(this.#folder, name);
    try {
      mkdirSync(dirname(target), { recursive: true });
      this.#file = { fd: openSync(target, 'w'), name, path, size, kept, begun: false };
      this.files.push(name);
    } catch (error) {
      this.note(`${path} could not be kept: ${messageOf(error)}`);
      this.#skipping = true;
    }
    if (kept < size) this.note(`of ${path} (${size} bytes) the last ${kept} were kept`);
  }

  #write(file: Incoming): void {
    const bytes = Buffer.from(this.#pending.join(''), 'base64');
    this.#pending = [];
    try {
      if (!file.begun && file.kept < file.size) this.#mark(file, bytes.includes(0));
      file.begun = true;
      writeSync(file.fd, bytes);
    } catch (error) {
      this.note(`${file.path} could not be kept: ${messageOf(error)}`);
      this.#end();
      this.#skipping = true;
    }
  }

  /** Says in place of what was cut that it was; beside a file that is no text. */
  #mark({ fd, name, path, size, kept }: Incoming, binary: boolean): void {
    const text = `[the first ${size - kept} of ${size} bytes of ${path} were left out]\n`;
    if (binary) writeFileSync(resolve(this.#folder, `${name}.cut.txt`), text);
    else writeSync(fd, text);
  }

  #end(): void {
    const file = this.#file;
    if (file !== null && this.#pending.length > 0) this.#write(file);
    this.#skipping = false;
    if (this.#file !== null) closeSync(this.#file.fd);
    this.#file = null;
  }

  /** Where it goes below the folder; null: nowhere, it lies outside of what was asked for. */
  #nameOf(source: number, path: string): string | null {
    const place = this.#places[source];
    const below = place === undefined ? path : path.slice(place[1].length);
    const name = place === undefined ? `files/${below}` : `${place[0]}/${below}`;
    if (place !== undefined && !path.startsWith(place[1])) return null;
    const target = resolve(this.#folder, `./${name}`);
    if (path.includes('\0') || path.split('/').includes('..') || !target.startsWith(this.#folder + sep)) return null;
    return target.slice(this.#folder.length + 1);
  }
}

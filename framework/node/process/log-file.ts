// The durable log of a real node: one append-only file for all scopes, so that one fdatasync covers a whole batch.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import type { Recovered } from '../../contracts/protocol.js';
import { CorruptLogError } from '../corrupt-log.js';
import type { LogStore } from '../environment.js';
import {
  FILE_HEADER,
  FRAME_HEADER,
  type Frame,
  fileHeader,
  generationOf,
  isZero,
  KIND_APPEND,
  KIND_REPLACE,
  scanFrames,
  sealFrame,
} from './frame.js';
import {
  clearLeftovers,
  install,
  isFull,
  logPath,
  markPath,
  readFrom,
  sparePath,
  swap,
  writeAll,
} from './log-folder.js';
import { SpareFile } from './spare-file.js';
import { readMark, SyncedMark } from './synced-mark.js';

/**
 * The file grows ahead, in zeros, by as much as it has, within these bounds: a sync of blocks that the file already has takes
 * half the time, and growing holds up every node that syncs to the same disk.
 */
const LEAST_AHEAD = 256 * 1024;
const MOST_AHEAD = 4 * 1024 * 1024;

/** Superseded bytes that are tolerated before the file is rewritten without them. */
const GARBAGE: number = 4 * 1024 * 1024;

interface ScopeState {
  snapshot: unknown;
  records: unknown[];
}

/**
 * Writes are kept in memory until `flush` hands them to the file, and are durable after `sync`. A `replace` is a record like
 * any other, hence atomic and covered by the same sync; when superseded records outweigh live ones the log moves to another
 * file without them (write, sync, rename, sync of the folder). A busy log has two files that take turns.
 */
export class FileLog implements LogStore {
  readonly #folder: string;
  readonly #garbage: number;
  readonly #mark: SyncedMark;
  #fd: number;
  #generation: number;
  /** End of the records in the file, and how much of them is durable; zeros follow up to `#size`. */
  #length: number;
  #synced: number;
  #size: number;
  #spare: SpareFile | null = null;
  /** False once the disk had no room for zeros: the log then takes only what its records need. */
  #roomy = true;
  #pending: Buffer = Buffer.allocUnsafe(64 * 1024);
  #pendingLength = 0;
  /** Live bytes by scope, and where each scope's live records begin. */
  readonly #live = new Map<string, { bytes: number; from: number }>();
  /** What was recovered, until the first write; later calls of `recover` read the file. */
  #image: Map<string, ScopeState> | null = new Map();
  /** Bytes of incomplete records that recovery dropped, with the space kept behind them; 0: there was none. */
  readonly torn: number;

  /** Opens or creates the log in `folder`. Throws CorruptLogError when any record is damaged. */
  constructor(folder: string, garbage: number = GARBAGE) {
    this.#folder = folder;
    this.#garbage = garbage;
    mkdirSync(folder, { recursive: true });
    const path = logPath(folder);
    clearLeftovers(folder);
    if (!existsSync(path)) install(folder, fileHeader(1));
    const file = readFileSync(path);
    this.#generation = generationOf(file);
    const image = this.#image!;
    const mark = readMark(markPath(folder));
    const unsynced = mark?.generation === this.#generation ? mark.length : undefined;
    const visit = (frame: Frame) => {
      this.#account(frame.kind, frame.scope, frame.start, frame.end);
      remember(image, file, frame);
    };
    this.#length = scanFrames(file, FILE_HEADER, visit, unsynced);
    this.#size = this.#length;
    this.torn = isZero(file, this.#length) ? 0 : file.length - this.#length;
    if (unsynced !== undefined && this.#length < unsynced) {
      throw new CorruptLogError(`the log ends at byte ${this.#length}, before byte ${unsynced}, which was durable`);
    }
    this.#fd = openSync(path, 'r+');
    if (file.length > this.#length) ftruncateSync(this.#fd, this.#length);
    this.#mark = new SyncedMark(markPath(folder));
    this.#synced = 0;
    // What survived is what the node acts on from now on: no later crash may take it.
    this.sync();
  }

  append(scope: string, record: unknown): void {
    this.#write(KIND_APPEND, scope, JSON.stringify(record) ?? 'null');
  }

  replace(scope: string, snapshot: unknown, tail: readonly unknown[]): void {
    this.#write(KIND_REPLACE, scope, JSON.stringify([snapshot ?? null, tail]));
  }

  recover(scope: string): Recovered {
    let image = this.#image;
    if (image === null) {
      image = new Map();
      const rebuilt = image;
      this.flush();
      const file = readFileSync(logPath(this.#folder));
      scanFrames(file, FILE_HEADER, (frame) => {
        if (frame.scope === scope) remember(rebuilt, file, frame);
      });
    }
    const state = image.get(scope);
    return { snapshot: state?.snapshot ?? null, records: [...(state?.records ?? [])] };
  }

  /** Hands what is in memory to the operating system. It is not durable yet. */
  flush(): void {
    if (this.#pendingLength === 0) return;
    const end = this.#length + this.#pendingLength;
    writeAll(this.#fd, this.#pending, this.#pendingLength, this.#length);
    this.#length = end;
    this.#pendingLength = 0;
    if (end > this.#size) {
      this.#size = end;
      if (this.#roomy) this.#extend(end);
    }
  }

  /** Makes durable what was flushed. */
  sync(): void {
    if (this.#synced === this.#length) return;
    fdatasyncSync(this.#fd);
    this.#marked();
  }

  /** Makes room for what comes, and compacts the file when most of it is superseded; for when nobody waits. */
  tidy(): void {
    if (this.#synced < this.#length || this.#pendingLength > 0) return;
    const most = this.#garbage + 2 * this.#liveBytes();
    if (this.#length > most) this.#compact();
    if (this.#spare?.failed === true) this.#doWithoutRoom();
    if (!this.#roomy) return;
    if (this.#spare === null && this.#length > most / 2) {
      this.#spare = new SpareFile(openSync(sparePath(this.#folder), 'w+'), most + LEAST_AHEAD);
    }
    if (this.#size - this.#length < LEAST_AHEAD / 2) {
      this.#extend(this.#size);
      fdatasyncSync(this.#fd);
    }
  }

  close(): void {
    this.#spare?.close();
    closeSync(this.#fd);
    this.#mark.close();
  }

  #write(kind: number, scope: string, json: string): void {
    this.#image = null;
    const most = FRAME_HEADER + 3 * (scope.length + json.length);
    if (this.#pending.length - this.#pendingLength < most) this.#grow(most);
    const start = this.#pendingLength;
    const payload = start + FRAME_HEADER;
    const scopeLength = scope === '' ? 0 : this.#pending.write(scope, payload);
    if (scopeLength > 255) throw new RangeError('the name of a scope is longer than 255 bytes');
    const end = payload + scopeLength + this.#pending.write(json, payload + scopeLength);
    sealFrame(this.#pending, kind, scopeLength, start, end);
    this.#pendingLength = end;
    this.#account(kind, scope, this.#length + start, this.#length + end);
  }

  #extend(from: number): void {
    const ahead = Math.min(Math.max(LEAST_AHEAD, from), MOST_AHEAD);
    try {
      writeAll(this.#fd, Buffer.alloc(ahead), ahead, from);
      this.#size = from + ahead;
    } catch (error) {
      // Some zeros may be there: records go over them.
      if (!isFull(error)) throw error;
      this.#doWithoutRoom();
    }
  }

  #doWithoutRoom(): void {
    this.#roomy = false;
    this.#spare?.close();
    this.#spare = null;
    rmSync(sparePath(this.#folder), { force: true });
  }

  #grow(by: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#pending.length * 2, this.#pendingLength + by));
    this.#pending.copy(larger, 0, 0, this.#pendingLength);
    this.#pending = larger;
  }

  #account(kind: number, scope: string, start: number, end: number): void {
    let live = this.#live.get(scope);
    if (live === undefined) {
      live = { bytes: 0, from: start };
      this.#live.set(scope, live);
    }
    if (kind === KIND_REPLACE) {
      live.bytes = 0;
      live.from = start;
    }
    live.bytes += end - start;
  }

  #marked(): void {
    this.#synced = this.#length;
    this.#mark.write({ generation: this.#generation, length: this.#length });
  }

  #liveBytes(): number {
    let live = 0;
    for (const scope of this.#live.values()) live += scope.bytes;
    return live;
  }

  /**
   * Moves what is live to another file. A kill between rename and mark is harmless: the mark then names another generation,
   * and all of the new file is durable.
   */
  #compact(): void {
    let first = this.#length;
    for (const scope of this.#live.values()) first = Math.min(first, scope.from);
    const file = readFrom(this.#fd, first, this.#length);
    const parts = [fileHeader(this.#generation + 1)];
    const live = new Map<string, { bytes: number; from: number }>();
    let length = FILE_HEADER;
    scanFrames(file, 0, (frame) => {
      if (first + frame.start < this.#live.get(frame.scope)!.from) return;
      parts.push(file.subarray(frame.start, frame.end));
      const size = frame.end - frame.start;
      const moved = live.get(frame.scope);
      if (moved === undefined) live.set(frame.scope, { bytes: size, from: length });
      else moved.bytes += size;
      length += size;
    });
    this.#move(Buffer.concat(parts));
    this.#generation++;
    this.#length = length;
    for (const [scope, moved] of live) this.#live.set(scope, moved);
    this.#marked();
  }

  /** Into the spare file where that is ready and large enough; the old file then becomes the next spare one. */
  #move(content: Buffer): void {
    const folder = this.#folder;
    const spare = this.#spare;
    if (spare?.ready !== true || spare.size < content.length) {
      install(folder, content);
      closeSync(this.#fd);
      this.#fd = openSync(logPath(folder), 'r+');
      this.#size = content.length;
      return;
    }
    const [fd, size] = [spare.take(), spare.size];
    writeAll(fd, content, content.length, 0);
    fdatasyncSync(fd);
    swap(folder);
    this.#spare = new SpareFile(this.#fd, this.#size);
    this.#fd = fd;
    this.#size = size;
  }
}

function remember(image: Map<string, ScopeState>, file: Buffer, frame: Frame): void {
  const value: unknown = JSON.parse(file.toString('utf8', frame.json, frame.end));
  let state = image.get(frame.scope);
  if (state === undefined) {
    state = { snapshot: null, records: [] };
    image.set(frame.scope, state);
  }
  if (frame.kind === KIND_APPEND) state.records.push(value);
  else [state.snapshot, state.records] = value as [unknown, unknown[]];
}

// The operations of a history of registers in columns: who read and who wrote which version of which key.
import { ChaosError } from '../../framework/contracts/error.js';
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History, VALUE_PAIR } from '../../framework/contracts/history.js';
import { Values } from '../linearizable/prepare/values.js';
import { amount, show } from '../shared/text.js';
import { Versions } from './versions.js';

/** No such operation, version or event. */
export const NONE = -1;

export interface RegisterOptions {
  /** The value of every key at the start; null by default. */
  initial?: unknown;
  /** A read that returned null says nothing. */
  nilMatchesAny?: boolean;
}

/**
 * In order of invocation. Failed operations and pending reads are left out, and pending writes and cas whose value nobody
 * needs. A cas from a value to itself counts as a read.
 */
export interface RegisterOperations {
  readonly history: History;
  readonly count: number;
  /** Event index of the invocation, and of the completion as `ok` or NONE. */
  readonly row: Int32Array;
  readonly end: Int32Array;
  /** Processes, numbered 0, 1, 2, …. */
  readonly session: Int32Array;
  readonly sessions: number;
  /** Index into the history's `keys`, plus 1; 0: no key. */
  readonly key: Int32Array;
  readonly keys: number;
  /** Versions: a value of a key. NONE: it does not read, or does not write. Version `k` is the initial one of key `k`. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  readonly versions: Versions;
  /** Per version: operations that write it, the start counting as one; and one of these operations, or NONE. */
  readonly sources: Int32Array;
  readonly writer: Int32Array;
  /** 1: it happened, or must have, since something that happened read what only it could have written. 0: nobody knows. */
  readonly happened: Uint8Array;
}

const FUNCTIONS = ['read', 'write', 'cas'] as const;
const [READ, WRITE] = [0, 1];

/**
 * Throws `model-function` for a function other than read, write and cas, and `model-value` for a cas without two values.
 */
export function registerOperations(history: History, options: RegisterOptions = {}): RegisterOperations {
  const { columns } = history;
  const { length, type, mate, process: processes, key: keyOf, f: functionOf } = columns;
  const values = new Values();
  const keys = history.keys.length + 1;
  const versions = new Versions(values, keys, values.id(options.initial ?? null));
  const names = history.functions.map((name) => FUNCTIONS.indexOf(name as (typeof FUNCTIONS)[number]));
  const most = Math.ceil(length / 2) + 1;
  const all = new Draft(Math.max(most, countInvocations(columns)));
  const numbers = new Map<number, number>();
  for (let at = 0; at < length; at++) {
    if (type[at] !== EVENT_INVOKE || processes[at]! < 0) continue;
    const f = names[functionOf[at]!]!;
    if (f < 0) throw strange(history, at);
    const close = mate[at]!;
    const ok = close >= 0 && type[close] === EVENT_OK;
    if (!ok && (f === READ || (close >= 0 && type[close] === EVENT_FAIL))) continue;
    const key = keyOf[at]! + 1;
    let from = NONE;
    let to = NONE;
    if (f === READ) {
      from = values.ofRow(history, close);
      if (options.nilMatchesAny === true && from === 0) continue;
    } else if (f === WRITE) {
      to = values.ofRow(history, at);
    } else if (columns.kind[at] === VALUE_PAIR) {
      from = values.id(columns.a[at]);
      to = values.id(columns.b[at]);
    } else {
      const pair = history.value(at);
      if (!Array.isArray(pair) || pair.length !== 2) throw notAPair(at, pair);
      from = values.id(pair[0]);
      to = values.id(pair[1]);
    }
    if (from === to) {
      if (!ok) continue;
      to = NONE;
    }
    let session = numbers.get(processes[at]!);
    if (session === undefined) {
      session = numbers.size;
      numbers.set(processes[at]!, session);
    }
    const read = from === NONE ? NONE : versions.id(key, from);
    all.add(at, ok ? close : NONE, session, key, read, to === NONE ? NONE : versions.id(key, to));
  }
  return settle(history, all, versions, keys, numbers.size);
}

function countInvocations({ type, length }: History['columns']): number {
  let count = 0;
  for (let at = 0; at < length; at++) if (type[at] === EVENT_INVOKE) count++;
  return count;
}

function strange(history: History, at: number): ChaosError {
  const name = history.functions[history.columns.f[at]!];
  return new ChaosError(
    'model-function',
    `a register has no function ${name} (operation ${at} of the history): it has read, write and cas`,
    { kind: 'usage', hint: 'this check is for registers; take it out of the plan, or judge another history' },
  );
}

function notAPair(at: number, value: unknown): ChaosError {
  return new ChaosError('model-value', `a cas takes [from, to], not ${show(value)} (operation ${at} of the history)`, {
    kind: 'usage',
    hint: 'correct the history',
  });
}

/** Columns that are still being filled. */
class Draft {
  count = 0;
  readonly row: Int32Array;
  readonly end: Int32Array;
  readonly session: Int32Array;
  readonly key: Int32Array;
  readonly reads: Int32Array;
  readonly writes: Int32Array;

  constructor(most: number) {
    [this.row, this.end, this.session] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
    [this.key, this.reads, this.writes] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
  }

  add(row: number, end: number, session: number, key: number, reads: number, writes: number): void {
    const at = this.count++;
    this.row[at] = row;
    this.end[at] = end;
    this.session[at] = session;
    this.key[at] = key;
    this.reads[at] = reads;
    this.writes[at] = writes;
  }

  /** Keeps the operations marked with 1. */
  keep(marks: Uint8Array): void {
    const from = this.count;
    this.count = 0;
    for (let i = 0; i < from; i++) {
      if (marks[i] === 0) continue;
      this.add(this.row[i]!, this.end[i]!, this.session[i]!, this.key[i]!, this.reads[i]!, this.writes[i]!);
    }
  }
}

/** Drops what nobody could notice, and works out which pending operations must have happened. */
function settle(history: History, all: Draft, versions: Versions, keys: number, sessions: number): RegisterOperations {
  all.keep(reachable(all, versions.count, () => true));
  const { count } = all;
  const sources = new Int32Array(versions.count);
  const writer = new Int32Array(versions.count).fill(NONE);
  sources.fill(1, 0, keys);
  for (let i = 0; i < count; i++) {
    const version = all.writes[i]!;
    if (version === NONE) continue;
    sources[version]!++;
    writer[version] = i;
  }
  const happened = reachable(all, versions.count, (version) => sources[version] === 1);
  const cut = (column: Int32Array) => column.subarray(0, count);
  return {
    history,
    count,
    row: cut(all.row),
    end: cut(all.end),
    session: cut(all.session),
    sessions,
    key: cut(all.key),
    keys,
    reads: cut(all.reads),
    writes: cut(all.writes),
    versions,
    sources,
    writer,
    happened,
  };
}

/** Marks completed operations, and pending ones whose version a marked one read, if that says something. */
function reachable(
  { count, end, reads, writes }: Draft,
  versions: number,
  says: (version: number) => boolean,
): Uint8Array {
  const marks = new Uint8Array(count);
  // Pending operations by what they write: the first of a list for each version, and the next after each.
  const first = new Int32Array(versions).fill(NONE);
  const next = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    if (end[i] !== NONE) continue;
    next.set(i, first[writes[i]!]!);
    first[writes[i]!] = i;
  }
  const open: number[] = [];
  const mark = (i: number) => {
    marks[i] = 1;
    const version = reads[i]!;
    if (version === NONE || first[version] === NONE || !says(version)) return;
    for (let p = first[version]!; p !== NONE; p = next.get(p)!) open.push(p);
    first[version] = NONE;
  };
  for (let i = 0; i < count; i++) if (end[i] !== NONE) mark(i);
  for (let i = open.pop(); i !== undefined; i = open.pop()) mark(i);
  return marks;
}

/** Why some of it cannot be judged by who read what from whom: values that were written more than once; null: all can. */
export function repeatedValues({ history, versions, sources, count, reads }: RegisterOperations): string | null {
  const seen = new Uint8Array(versions.count);
  let repeated = 0;
  let first = NONE;
  for (let i = 0; i < count; i++) {
    const version = reads[i]!;
    if (version === NONE || seen[version] === 1) continue;
    seen[version] = 1;
    if (sources[version]! < 2) continue;
    repeated++;
    if (first === NONE) first = version;
  }
  if (first === NONE) return null;
  const key = history.keys[versions.key[first]! - 1];
  const where = key === undefined ? '' : ` to key ${key}`;
  const initial = first < versions.keys ? ', which is also the initial value,' : '';
  return `${show(versions.value(first))}${initial} was written ${initial === '' ? 'more than once' : 'again'}${where}${
    repeated > 1 ? ` (as were ${amount(repeated - 1, 'other value')} that were read)` : ''
  }, so nobody can tell which write a read of it saw`;
}

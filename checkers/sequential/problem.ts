// What has to be put in order: operations in chains (what one process did, in its order), reading and writing versions of keys.
import { NONE, type RegisterOperations } from './operations.js';

/** More than one operation writes the version (the start counts as one), so nobody knows which one a read saw. */
export const AMBIGUOUS = -2;
/** The version is there at the start, or nobody writes it. */
export const NOBODY = NONE;

/** Nodes 0 .. count-1 in order of invocation; versions and keys as in the operations, or renumbered where there are few. */
export interface Problem {
  readonly count: number;
  /** Index into the operations. */
  readonly origin: Int32Array;
  readonly chain: Int32Array;
  /** Place in the chain, from 0. */
  readonly position: Int32Array;
  readonly chains: number;
  /** Nodes of chain `c`: from `chainStart[c]` to `chainStart[c + 1]`. */
  readonly chainStart: Int32Array;
  readonly chainNodes: Int32Array;
  /** Pairs of nodes of different chains that a process did in this order: `before, after, before, after, …`. */
  readonly branches: readonly number[];
  readonly key: Int32Array;
  readonly keys: number;
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  readonly versions: number;
  readonly writer: Int32Array;
  /** Version of each key at the start. */
  readonly initial: Int32Array;
  /** 1: it may be left out. */
  readonly optional: Uint8Array;
  /** Event indexes; NEVER where it did not return. */
  readonly invoked: Int32Array;
  readonly returned: Int32Array;
}

export const NEVER = 0x7fffffff;

/** All operations. */
export function wholeProblem(operations: RegisterOperations): Problem {
  const { count, key, keys, reads, writes, versions, sources, writer, happened, row } = operations;
  const origin = Int32Array.from({ length: count }, (_, i) => i);
  const known = new Int32Array(versions.count);
  for (let v = 0; v < known.length; v++) known[v] = sources[v]! > 1 ? AMBIGUOUS : writer[v]!;
  return {
    count,
    origin,
    ...chainsOf(operations, origin, null),
    key,
    keys,
    reads,
    writes,
    versions: versions.count,
    writer: known,
    initial: Int32Array.from({ length: keys }, (_, k) => k),
    optional: happened.map((mark) => 1 - mark),
    invoked: row,
    returned: returnsOf(operations, origin, null),
  };
}

/**
 * The required operations alone (indexes in ascending order). All others are relaxed: a read is dropped, and a write or cas may
 * write its value once, at any time, whatever its process did before and after. What nobody knows to have happened stays as it is.
 */
export function relaxedProblem(operations: RegisterOperations, required: readonly number[]): Problem {
  const kept = new Set(required);
  const { happened } = operations;
  const origin = Int32Array.from([...required, ...helpersOf(operations, required)]).sort();
  const free = Uint8Array.from(origin, (i) => (kept.has(i) || happened[i] === 0 ? 0 : 1));
  const keyIds = new Map<number, number>();
  const versionIds = new Map<number, number>();
  const key = origin.map((i) => numbered(keyIds, operations.key[i]!));
  const initial = Int32Array.from(keyIds.keys(), (k) => numbered(versionIds, k));
  const versionOf = (v: number) => (v === NONE ? NONE : numbered(versionIds, v));
  const reads = origin.map((i, n) => (free[n] === 1 ? NONE : versionOf(operations.reads[i]!)));
  const writes = origin.map((i) => versionOf(operations.writes[i]!));
  const writer = new Int32Array(versionIds.size).fill(NOBODY);
  for (const [original, v] of versionIds) if (operations.sources[original]! > 1) writer[v] = AMBIGUOUS;
  for (let n = 0; n < origin.length; n++) {
    const version = writes[n]!;
    if (version !== NONE && writer[version] === NOBODY) writer[version] = n;
  }
  return {
    count: origin.length,
    origin,
    ...chainsOf(operations, origin, free),
    key,
    keys: keyIds.size,
    reads,
    writes,
    versions: versionIds.size,
    writer,
    initial,
    // What only one operation could have written, it did write.
    optional: free.map((mark, n) =>
      happened[origin[n]!] === 0 || (mark === 1 && writer[writes[n]!] === AMBIGUOUS) ? 1 : 0,
    ),
    invoked: origin.map((i) => operations.row[i]!),
    returned: returnsOf(operations, origin, free),
  };
}

function numbered(ids: Map<number, number>, one: number): number {
  const known = ids.get(one);
  if (known !== undefined) return known;
  ids.set(one, ids.size);
  return ids.size - 1;
}

/** Other operations that write what the required ones read; also what those read of which nobody knows whether they happened. */
export function helpersOf(operations: RegisterOperations, required: readonly number[]): number[] {
  const { reads, writes, sources, writer, happened, count } = operations;
  const kept = new Set(required);
  const helpers = new Set<number>();
  let repeated: Map<number, number[]> | null = null;
  const open = [...required];
  const take = (i: number) => {
    if (kept.has(i) || helpers.has(i)) return;
    helpers.add(i);
    if (happened[i] === 0) open.push(i);
  };
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const version = reads[i]!;
    if (version === NONE || writer[version] === NONE) continue;
    if (sources[version] === 1) {
      take(writer[version]!);
    } else {
      repeated ??= writersByVersion(count, writes, sources);
      for (const one of repeated.get(version) ?? []) take(one);
    }
  }
  return [...helpers];
}

/** Of versions that more than one operation writes. */
function writersByVersion(count: number, writes: Int32Array, sources: Int32Array): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const version = writes[i]!;
    if (version === NONE || sources[version]! < 2) continue;
    const list = lists.get(version);
    if (list === undefined) lists.set(version, [i]);
    else list.push(i);
  }
  return lists;
}

function returnsOf({ end }: RegisterOperations, origin: Int32Array, free: Uint8Array | null): Int32Array {
  return origin.map((i, n) => (end[i] === NONE || free?.[n] === 1 ? NEVER : end[i]!));
}

/**
 * A process is a chain. An operation that never completed comes after what its process did before, but not before what it did
 * later: unless it is the last one, it has a chain of its own. So has a relaxed operation.
 */
function chainsOf(operations: RegisterOperations, origin: Int32Array, free: Uint8Array | null) {
  const { session, sessions, end } = operations;
  const count = origin.length;
  const last = new Int32Array(sessions).fill(NONE);
  const isFree = (n: number) => free?.[n] === 1;
  for (let n = 0; n < count; n++) if (!isFree(n)) last[session[origin[n]!]!] = n;
  const chainOfSession = new Int32Array(sessions).fill(NONE);
  const chain = new Int32Array(count);
  const position = new Int32Array(count);
  const lengths: number[] = [];
  const branches: number[] = [];
  const before = new Int32Array(sessions).fill(NONE);
  for (let n = 0; n < count; n++) {
    const i = origin[n]!;
    const s = session[i]!;
    const pending = end[i] === NONE;
    if (isFree(n) || (pending && last[s] !== n)) {
      chain[n] = lengths.push(1) - 1;
      if (!isFree(n) && before[s] !== NONE) branches.push(before[s]!, n);
      continue;
    }
    if (chainOfSession[s] === NONE) chainOfSession[s] = lengths.push(0) - 1;
    const c = chainOfSession[s]!;
    chain[n] = c;
    position[n] = lengths[c]!++;
    before[s] = n;
  }
  const chainStart = new Int32Array(lengths.length + 1);
  for (let c = 0; c < lengths.length; c++) chainStart[c + 1] = chainStart[c]! + lengths[c]!;
  const chainNodes = new Int32Array(count);
  for (let n = 0; n < count; n++) chainNodes[chainStart[chain[n]!]! + position[n]!] = n;
  return { chain, position, chains: lengths.length, chainStart, chainNodes, branches };
}

// What one node stores: siblings of each key, and whom it owes them to; durable before anybody can learn that it is stored.
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { hashText } from '../shared/hash-ring.js';
import { MerkleTree } from '../shared/merkle-tree.js';
import { joinClocks } from '../shared/vector-clock.js';
import { type Members, PARTITIONS } from './placement.js';
import { type Covers, merge, NO_VERSIONS, tagOf, type Version, type Versions } from './versions.js';

/** One key, as the node's state and as its log record; immutable. */
export interface Entry {
  readonly key: string;
  readonly versions: Versions;
  /** The name under which this node, in this life, adds versions of the key, once it has. */
  readonly actor: string | null;
  /** Nodes that shall have this and have not said that they do: hints, and keys on their way to new owners. */
  readonly owed: readonly string[];
}

/** The log's other kinds of record. */
type Note =
  | { readonly incarnation: number }
  | { readonly members: Members }
  /** The node no longer holds the key. */
  | { readonly gone: string };

interface Snapshot {
  readonly incarnation: number;
  readonly members: Members | null;
  readonly entries: readonly Entry[];
}

/** Of the Merkle tree: the root, the partitions of the ring, and leaves. */
export const TREE = [PARTITIONS, 16];
export const PARTITION_LEVEL = 1;
export const LEAF_LEVEL = 2;

const NOBODY: readonly string[] = [];

export class Replica {
  /** How often this node has started, this time included; durable before its first message leaves. */
  readonly incarnation: number;
  readonly tree = new MerkleTree(TREE);
  readonly #entries = new Map<string, Entry>();
  /** The latest version that this node has decided on and not stored yet. */
  readonly #decided = new Map<string, Entry>();
  /** Entries that are owed to somebody. */
  readonly #debts = new Map<string, Entry>();
  readonly #log: DurableLog;
  readonly #compactAfter: number;
  readonly #covers: Covers;
  #members: Members | null = null;
  #appended: number;
  #actors = 0;

  constructor(log: DurableLog, compactAfter: number, covers: Covers) {
    this.#log = log;
    this.#compactAfter = compactAfter;
    this.#covers = covers;
    const { snapshot, records } = log.recover();
    let starts = 0;
    if (snapshot !== null) {
      const { incarnation, members, entries } = snapshot as Snapshot;
      starts = incarnation;
      this.#members = members;
      for (const entry of entries) this.#set({ ...entry, actor: null });
    }
    for (const record of records as readonly (Entry | Note)[]) {
      if ('key' in record) this.#set({ ...record, actor: null });
      else if ('gone' in record) this.#unset(record.gone);
      else if ('members' in record) this.#members = record.members;
      else starts = record.incarnation;
    }
    this.#appended = records.length;
    this.incarnation = starts + 1;
  }

  /** Called once, before anything else is done. */
  start(): void {
    this.#append({ incarnation: this.incarnation });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The last members that were kept; null: none were. */
  get members(): Members | null {
    return this.#members;
  }

  keepMembers(members: Members): void {
    this.#members = members;
    this.#append({ members });
  }

  get(key: string): Versions {
    return this.#entries.get(key)?.versions ?? NO_VERSIONS;
  }

  entry(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  debts(): Iterable<Entry> {
    return this.#debts.values();
  }

  get hasDebts(): boolean {
    return this.#debts.size > 0;
  }

  merge(a: Versions, b: Versions): Versions {
    return merge(a, b, this.#covers);
  }

  /** Keeps what is new in these versions; afterwards the node holds them, or later ones, until it hands them on. */
  store(key: string, versions: Versions, owed: readonly string[] = NOBODY): Entry {
    const old = this.#entries.get(key);
    const merged = merge(old?.versions ?? NO_VERSIONS, versions, this.#covers);
    const debts = union(old?.owed ?? NOBODY, owed);
    if (old !== undefined && merged === old.versions && debts === old.owed) return old;
    return this.#keep({ key, versions: merged, actor: old?.actor ?? null, owed: debts });
  }

  /**
   * Decides on a version of this node's own, after all of `seen` and all that the node holds; `keep` then stores it. An actor names
   * an unbroken chain of versions: each has the one before in its past. Whoever has forgotten a key, or has started again, begins a
   * new chain, under a name never used: so the version may leave before the log has it.
   */
  add(node: string, key: string, seen: Versions, time: number, value: (versions: Versions) => unknown): Versions {
    const old = this.#decided.get(key) ?? this.#entries.get(key);
    const past = merge(old?.versions ?? NO_VERSIONS, seen, this.#covers);
    const actor = old?.actor ?? `${node}.${this.incarnation}.${++this.#actors}`;
    const clock = joinClocks(past.map((version) => version.clock));
    clock[actor] = (clock[actor] ?? 0) + 1;
    const version: Version = { by: actor, clock, time, value: value(past) };
    this.#decided.set(key, { key, versions: [version], actor, owed: NOBODY });
    return [version];
  }

  /** Stores what `add` has decided. */
  keep(key: string): void {
    const decided = this.#decided.get(key);
    if (decided === undefined) return;
    this.#decided.delete(key);
    const old = this.#entries.get(key);
    const versions = merge(old?.versions ?? NO_VERSIONS, decided.versions, this.#covers);
    this.#keep({ key, versions, actor: decided.actor, owed: old?.owed ?? NOBODY });
  }

  /** Decides on a version that the wall clock alone orders. */
  stamp(node: string, key: string, seen: Versions, time: number, value: (versions: Versions) => unknown): Versions {
    const past = merge(this.get(key), seen, this.#covers);
    const version: Version = {
      by: node,
      clock: { [node]: this.incarnation * 2 ** 31 + ++this.#actors },
      time,
      value: value(past),
    };
    return [version];
  }

  /** The node has what the tag names: it is owed no more, unless there is more by now. */
  settle(key: string, node: string, tag: string): void {
    const entry = this.#debts.get(key);
    if (entry === undefined || !entry.owed.includes(node) || tagOf(entry.versions) !== tag) return;
    this.#keep({ ...entry, owed: entry.owed.filter((other) => other !== node) });
  }

  /** Owes the key to exactly these nodes. */
  owe(key: string, nodes: readonly string[]): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || (entry.owed.length === 0 && nodes.length === 0)) return;
    this.#keep({ ...entry, owed: [...nodes] });
  }

  forget(key: string): void {
    this.#unset(key);
    this.#append({ gone: key });
  }

  #keep(entry: Entry): Entry {
    this.#set(entry);
    this.#append(entry);
    return entry;
  }

  #set(entry: Entry): void {
    this.#change(entry.key, this.#entries.get(entry.key), entry);
    this.#entries.set(entry.key, entry);
    if (entry.owed.length > 0) this.#debts.set(entry.key, entry);
    else this.#debts.delete(entry.key);
  }

  #unset(key: string): void {
    this.#change(key, this.#entries.get(key), undefined);
    this.#entries.delete(key);
    this.#debts.delete(key);
  }

  #change(key: string, before: Entry | undefined, after: Entry | undefined): void {
    if (before?.versions !== after?.versions) this.tree.change(hashText(key), hashOf(before), hashOf(after));
  }

  #append(record: Entry | Note): void {
    this.#log.append(record);
    if (++this.#appended > this.#compactAfter + this.#entries.size) this.#compact();
  }

  #compact(): void {
    const { incarnation } = this;
    const snapshot: Snapshot = { incarnation, members: this.#members, entries: [...this.#entries.values()] };
    this.#log.replace(snapshot, []);
    this.#appended = 0;
  }
}

function hashOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : hashText(`${entry.key} ${tagOf(entry.versions)}`);
}

/** `a` itself when it has all of `b`. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  const more = b.filter((node) => !a.includes(node));
  return more.length === 0 ? a : [...a, ...more];
}

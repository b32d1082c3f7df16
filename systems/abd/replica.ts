// What one node stores: for each key the newest version it has seen, durable before anybody can learn that it is stored.
import type { Key } from '../../framework/contracts/operation.js';
import type { DurableLog } from '../../framework/contracts/protocol.js';

/**
 * A value with its tag (n, writer). The same immutable object is the replica's state, its log record and what a coordinator
 * carries about. `n` 0: never written.
 */
export interface Version {
  readonly key: Key;
  readonly n: number;
  readonly writer: string;
  readonly value: unknown;
}

/** The log's other kind of record: a start of the node. */
interface Start {
  readonly incarnation: number;
}

interface Snapshot extends Start {
  readonly versions: readonly Version[];
}

/** Above 0 when the tag (n, writer) is newer than the version's, 0 when it is the same: by the integer, then by the writer. */
export function compareTags(n: number, writer: string, version: Version): number {
  if (n !== version.n) return n - version.n;
  return writer === version.writer ? 0 : writer > version.writer ? 1 : -1;
}

export class Replica {
  /** How often this node has started, this time included; durable before its first message leaves. */
  readonly incarnation: number;
  readonly #versions = new Map<Key, Version>();
  readonly #log: DurableLog;
  readonly #compactAfter: number;
  #appended: number;

  /** `compactAfter`: superseded records that the log may hold before it is replaced by a snapshot. */
  constructor(log: DurableLog, compactAfter: number) {
    this.#log = log;
    this.#compactAfter = compactAfter;
    const { snapshot, records } = log.recover();
    let starts = 0;
    if (snapshot !== null) {
      const { incarnation, versions } = snapshot as Snapshot;
      starts = incarnation;
      for (const version of versions) this.#versions.set(version.key, version);
    }
    for (const record of records as readonly (Version | Start)[]) {
      if ('incarnation' in record) starts = record.incarnation;
      else this.#versions.set(record.key, record);
    }
    this.#appended = records.length;
    this.incarnation = starts + 1;
  }

  /** Called once, before anything else is done. */
  start(): void {
    this.#append({ incarnation: this.incarnation });
  }

  /** Number of keys that it holds a version of. */
  get size(): number {
    return this.#versions.size;
  }

  newest(key: Key): Version {
    return this.#versions.get(key) ?? { key, n: 0, writer: '', value: null };
  }

  /** Keeps the version unless it has it or a newer one: afterwards the replica holds at least this tag, for ever. */
  store(version: Version): void {
    const current = this.#versions.get(version.key);
    if (current !== undefined && compareTags(version.n, version.writer, current) <= 0) return;
    this.#versions.set(version.key, version);
    this.#append(version);
  }

  #append(record: Version | Start): void {
    this.#log.append(record);
    this.#appended++;
    if (this.#appended > this.#compactAfter + this.#versions.size) this.#compact();
  }

  #compact(): void {
    const snapshot: Snapshot = { incarnation: this.incarnation, versions: [...this.#versions.values()] };
    this.#log.replace(snapshot, []);
    this.#appended = 0;
  }
}

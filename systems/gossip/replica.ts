// What one node holds, durably: the replicated state, how much of it it has seen, its place in the cluster.
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { type Crdt, isUpdate, type Update } from '../shared/crdt/crdt.js';
import { type Forgetting, UpdateHistory } from '../shared/crdt/update-history.js';
import { type Versions, VersionVector } from '../shared/crdt/version-vector.js';
import { LastRequests } from '../shared/last-requests.js';
import type { Rumour } from '../shared/swim/members.js';

/** What a replica at version `from` lacks; with a state instead of updates it fits whatever the receiver has seen. */
export type Delta =
  | { readonly from: Versions; readonly to: Versions; readonly updates: readonly Update[] }
  | { readonly to: Versions; readonly state: unknown };

/** Records of the log; a record may say several things. */
interface LogRecord {
  readonly incarnation?: number;
  /** The table of members, when somebody joined or left. */
  readonly members?: readonly Rumour[];
  readonly updates?: readonly Update[];
  /** The version afterwards, where updates came from another node. */
  readonly to?: Versions;
  /** The request that made the update. */
  readonly client?: string;
  readonly id?: number;
}

interface Snapshot {
  readonly incarnation: number;
  readonly members: readonly Rumour[] | null;
  readonly version: Versions;
  readonly state: unknown;
  readonly requests: readonly (readonly [string, number])[];
}

/** Starts, joins and so on are few; they count as this many updates when the log grows. */
const RECORD_WEIGHT = 1;

export class Replica {
  readonly version = new VersionVector();
  readonly requests = new LastRequests();
  readonly #id: string;
  readonly #log: DurableLog;
  readonly #crdt: Crdt;
  readonly #compactAfter: number;
  readonly #history: UpdateHistory;
  #incarnation = 0;
  #members: readonly Rumour[] | null = null;
  /** Updates and other records in the log that a snapshot would make superfluous. */
  #appended = 0;

  constructor(
    id: string,
    log: DurableLog,
    crdt: Crdt,
    keep: number,
    compactAfter: number,
    forgetting: Forgetting | null,
  ) {
    this.#id = id;
    this.#log = log;
    this.#crdt = crdt;
    this.#compactAfter = compactAfter;
    this.#history = new UpdateHistory(keep, forgetting);
    this.#recover();
  }

  /** The last one that is durable; 0: this node was never started. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** The table of members as of the last time that somebody joined or left; null: this node was never started. */
  get members(): readonly Rumour[] | null {
    return this.#members;
  }

  saveIncarnation(incarnation: number): void {
    this.#incarnation = incarnation;
    this.#append({ incarnation }, RECORD_WEIGHT);
  }

  saveMembers(members: readonly Rumour[]): void {
    this.#members = members;
    this.#append({ members }, RECORD_WEIGHT);
  }

  /**
   * An update of this node. Its number is used once: nobody learns of it before it is durable, and what is durable is counted
   * after every restart.
   */
  update(op: unknown, client: string, id: number): void {
    const update: Update = { origin: this.#id, seq: this.version.get(this.#id) + 1, op };
    const updates = [update];
    this.#take(updates);
    this.requests.note(client, id);
    this.#append({ updates, client, id }, 1);
  }

  /** A request that changed nothing: if it comes again it must not change anything either. */
  noteRequest(client: string, id: number): void {
    this.requests.note(client, id);
    this.#append({ client, id }, RECORD_WEIGHT);
  }

  /** What a replica of this version lacks; null: nothing. The whole state where single updates are no longer at hand. */
  deltaFor(version: VersionVector): Delta | null {
    if (version.covers(this.version)) return null;
    const updates = this.#history.since(version);
    const to = this.version.toJSON();
    if (updates === null) return { to, state: this.#crdt.state() };
    return { from: version.toJSON(), to, updates };
  }

  /** Takes what another replica sent; false: it was malformed, or does not fit what this one has seen. */
  receive(delta: unknown): boolean {
    if (typeof delta !== 'object' || delta === null) return false;
    const { from, to, updates, state } = delta as Record<string, unknown>;
    const theirs = VersionVector.parse(to);
    if (theirs === null) return false;
    if (state !== undefined) return this.#receiveState(state, theirs);
    const base = VersionVector.parse(from);
    if (base === null || !this.version.covers(base) || !Array.isArray(updates)) return false;
    return this.#receiveUpdates(updates, theirs);
  }

  #receiveUpdates(updates: readonly unknown[], theirs: VersionVector): boolean {
    const fresh: Update[] = [];
    for (const update of updates) {
      if (!isUpdate(update, this.#crdt) || !theirs.has(update.origin, update.seq)) return false;
      if (!this.version.has(update.origin, update.seq)) fresh.push(update);
    }
    if (this.version.covers(theirs)) return true;
    this.#take(fresh);
    this.version.join(theirs);
    this.#append({ updates: fresh, to: theirs.toJSON() }, fresh.length + RECORD_WEIGHT);
    return true;
  }

  #receiveState(state: unknown, theirs: VersionVector): boolean {
    if (!this.#crdt.isState(state)) return false;
    if (this.version.covers(theirs)) return true;
    this.#crdt.merge(state, theirs, this.version);
    this.version.join(theirs);
    this.#history.clear(this.version);
    this.#compact();
    return true;
  }

  #take(updates: readonly Update[]): void {
    this.#crdt.apply(updates);
    for (const update of updates) {
      this.version.advance(update.origin, update.seq);
      this.#history.push(update);
    }
  }

  #append(record: LogRecord, weight: number): void {
    this.#log.append(record);
    this.#appended += weight;
    if (this.#appended > this.#compactAfter + this.#crdt.size) this.#compact();
  }

  #compact(): void {
    const snapshot: Snapshot = {
      incarnation: this.#incarnation,
      members: this.#members,
      version: this.version.toJSON(),
      state: this.#crdt.state(),
      requests: this.requests.list(),
    };
    this.#log.replace(snapshot, []);
    this.#appended = 0;
  }

  #recover(): void {
    const { snapshot, records } = this.#log.recover();
    if (snapshot !== null) this.#restore(snapshot as Snapshot);
    for (const { incarnation, members, updates, to, client, id } of records as readonly LogRecord[]) {
      if (incarnation !== undefined) this.#incarnation = incarnation;
      if (members !== undefined) this.#members = members;
      if (updates !== undefined) this.#take(updates);
      if (to !== undefined) this.version.join(VersionVector.parse(to)!);
      if (client !== undefined && id !== undefined) this.requests.note(client, id);
      this.#appended += RECORD_WEIGHT + (updates?.length ?? 0);
    }
  }

  #restore({ incarnation, members, version, state, requests }: Snapshot): void {
    this.#incarnation = incarnation;
    this.#members = members;
    const seen = VersionVector.parse(version)!;
    this.#crdt.merge(state, seen, this.version);
    this.version.join(seen);
    this.#history.clear(this.version);
    for (const [client, id] of requests) this.requests.note(client, id);
  }
}

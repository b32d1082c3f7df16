// The acceptor of single-decree Paxos, one for each register, with what must survive a crash in the node's log.
//
// Lamport: "Paxos made simple", 2001, section 2.2. A register whose instances follow one another, one for each version, has one
// acceptor too: that of the version after the newest one it knows to be chosen.
import type { Key } from '../../framework/contracts/operation.js';
import type { DurableLog } from '../../framework/contracts/protocol.js';
import { type Ballot, compareBallots, NO_BALLOT } from './ballot.js';
import { LastRequests } from './last-requests.js';
import { INITIAL, type State } from './register-state.js';

/** What one node holds of a register. */
export type Cell = Readonly<Held>;

interface Held {
  readonly key: Key;
  /** The newest version known to be chosen, and its state; 0 and INITIAL where versions are not told apart. */
  version: number;
  chosen: State;
  /** No ballot below this one is accepted any more; it holds for all versions. */
  promised: Ballot;
  /** The highest ballot accepted, with its state, in the instance after `version`. */
  accepted: Ballot;
  state: State | null;
}

type Asked = readonly (readonly [client: string, id: number])[];

type LogRecord =
  | { readonly kind: 'start'; readonly incarnation: number }
  | { readonly kind: 'promise'; readonly key: Key; readonly ballot: Ballot }
  | {
      readonly kind: 'accept';
      readonly key: Key;
      readonly ballot: Ballot;
      readonly state: State;
      readonly next: Ballot | null;
      readonly asked: Asked | null;
    }
  | { readonly kind: 'learn'; readonly key: Key; readonly version: number; readonly state: State }
  | { readonly kind: 'asked'; readonly asked: Asked };

type CellRecord = Exclude<LogRecord, { kind: 'start' | 'asked' }>;

interface Snapshot {
  readonly incarnation: number;
  readonly cells: readonly Cell[];
  readonly requests: Asked;
}

export interface AcceptorOptions {
  /** Superseded records that the log may hold before it is replaced by a snapshot. */
  compactAfter: number;
  /** Planted bug: what was accepted is kept in memory only. */
  forgetful?: boolean;
}

export class RegisterAcceptor {
  /** How often this node has started, this time included; durable before its first message leaves. */
  readonly incarnation: number;
  /** Requests that this node carries out or has carried out. */
  readonly requests = new LastRequests();
  readonly #cells = new Map<Key, Held>();
  readonly #log: DurableLog;
  readonly #options: AcceptorOptions;
  #appended: number;

  constructor(log: DurableLog, options: AcceptorOptions) {
    this.#log = log;
    this.#options = options;
    const { snapshot, records } = log.recover();
    let starts = 0;
    if (snapshot !== null) {
      const { incarnation, cells, requests } = snapshot as Snapshot;
      starts = incarnation;
      for (const cell of cells) this.#cells.set(cell.key, { ...cell });
      this.#note(requests);
    }
    for (const record of records as readonly LogRecord[]) {
      if (record.kind === 'start') starts = record.incarnation;
      else if (record.kind === 'asked') this.#note(record.asked);
      else this.#replay(record);
    }
    this.#appended = records.length;
    this.incarnation = starts + 1;
  }

  /** Called once, before anything else is done. */
  start(): void {
    this.#append({ kind: 'start', incarnation: this.incarnation });
  }

  /** Number of registers that it holds something of. */
  get size(): number {
    return this.#cells.size;
  }

  cells(): IterableIterator<Cell> {
    return this.#cells.values();
  }

  cell(key: Key): Cell {
    return this.#cells.get(key) ?? empty(key);
  }

  /** Promises to accept nothing below `ballot`; false: it has promised a higher one. */
  prepare(key: Key, ballot: Ballot): boolean {
    const order = compareBallots(ballot, this.cell(key).promised);
    if (order < 0) return false;
    if (order > 0) this.#write({ kind: 'promise', key, ballot });
    return true;
  }

  /**
   * Accepts `state` in the current instance, and promises `next` at once where it is given; false: a higher ballot has been
   * promised. What had been accepted before is confirmed. `asked`: the requests of this node's own clients that are in it.
   */
  accept(key: Key, ballot: Ballot, state: State, next: Ballot | null, asked: Asked | null): boolean {
    const { promised, accepted } = this.cell(key);
    if (compareBallots(ballot, accepted) === 0) return true;
    if (compareBallots(ballot, promised) < 0) return false;
    this.#write({ kind: 'accept', key, ballot, state, next, asked });
    return true;
  }

  /** Keeps a chosen version, unless it knows that one or a newer one (false), and goes on to the instance after it. */
  learn(key: Key, version: number, state: State): boolean {
    if (version <= this.cell(key).version) return false;
    this.#write({ kind: 'learn', key, version, state });
    return true;
  }

  /** Others may accept what this node proposes for its clients though it cannot: their requests must not be carried out again. */
  remember(asked: Asked): void {
    this.#append({ kind: 'asked', asked });
  }

  #note(asked: Asked): void {
    for (const [client, id] of asked) this.requests.note(client, id);
  }

  #write(record: CellRecord): void {
    this.#replay(record);
    const forget = this.#options.forgetful === true && record.kind === 'accept';
    this.#append(forget ? { kind: 'promise', key: record.key, ballot: record.next ?? record.ballot } : record);
  }

  /** The state of the cell is a function of its records: the same code serves their first time and recovery. */
  #replay(record: CellRecord): void {
    const held = this.#held(record.key);
    if (record.kind === 'promise') held.promised = record.ballot;
    else if (record.kind === 'learn') {
      held.version = record.version;
      held.chosen = record.state;
      held.accepted = NO_BALLOT;
      held.state = null;
    } else {
      held.promised = record.next ?? record.ballot;
      held.accepted = record.ballot;
      held.state = record.state;
      if (record.asked !== null) this.#note(record.asked);
    }
  }

  #held(key: Key): Held {
    let held = this.#cells.get(key);
    if (held === undefined) {
      held = empty(key);
      this.#cells.set(key, held);
    }
    return held;
  }

  #append(record: LogRecord): void {
    this.#log.append(record);
    this.#appended++;
    if (this.#appended > this.#options.compactAfter + this.#cells.size) this.#compact();
  }

  #compact(): void {
    const forgotten = this.#options.forgetful ? { accepted: NO_BALLOT, state: null } : {};
    const cells = [...this.#cells.values()].map((held) => ({ ...held, ...forgotten }));
    const snapshot: Snapshot = { incarnation: this.incarnation, cells, requests: this.requests.list() };
    this.#log.replace(snapshot, []);
    this.#appended = 0;
  }
}

function empty(key: Key): Held {
  return { key, version: 0, chosen: INITIAL, promised: NO_BALLOT, accepted: NO_BALLOT, state: null };
}

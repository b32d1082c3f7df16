// The disk of a simulated node: durable state per scope, and the writes that no sync has covered yet.
import type { Recovered } from '../../contracts/protocol.js';
import type { Random } from '../../contracts/random.js';
import { CorruptLogError } from '../corrupt-log.js';
import type { LogStore } from '../environment.js';

interface ScopeState {
  snapshot: unknown;
  records: unknown[];
}

type Write =
  | { kind: 'append'; scope: string; record: unknown }
  | { kind: 'replace'; scope: string; snapshot: unknown; tail: readonly unknown[] };

interface Flip {
  scope: string;
  index: number;
}

/** Of so many records only the first are left. */
interface Cut {
  left: number;
  of: number;
}

export interface CrashOutcome {
  kept: number;
  lost: number;
  torn: boolean;
}

/** Records are immutable and kept by reference; a damaged record is marked, as a checksum would tell. */
export class SimulatedDisk implements LogStore {
  readonly #scopes = new Map<string, ScopeState>();
  #unsynced: Write[] = [];
  /** Damaged records, one entry a flip; -1 is the scope's snapshot. */
  readonly #flips: Flip[] = [];
  readonly #cuts: Cut[] = [];
  #torn = false;

  append(scope: string, record: unknown): void {
    this.#unsynced.push({ kind: 'append', scope, record });
  }

  replace(scope: string, snapshot: unknown, tail: readonly unknown[]): void {
    this.#unsynced.push({ kind: 'replace', scope, snapshot, tail });
  }

  get unsynced(): number {
    return this.#unsynced.length;
  }

  /** The oldest `writes` unsynced writes are durable now. */
  sync(writes: number): void {
    const unsynced = this.#unsynced;
    for (let i = 0; i < writes; i++) this.#store(unsynced[i]!);
    if (writes === unsynced.length) unsynced.length = 0;
    else unsynced.splice(0, writes);
  }

  /**
   * A crash: of the unsynced writes a prefix survives, at random; with `keep: 'none'` nothing does. A torn record is half
   * written: recovery finds and drops it.
   */
  crash(random: Random, keep: 'prefix' | 'none', tear: boolean): CrashOutcome {
    const total = this.#unsynced.length;
    const kept = keep === 'none' || total === 0 ? 0 : random.int(total + 1);
    const torn = kept < total && (tear || random.chance(0.5));
    this.sync(kept);
    this.#unsynced = [];
    this.#torn = torn;
    return { kept, lost: total - kept, torn };
  }

  /** True once after a crash that left a torn record. */
  takeTorn(): boolean {
    const torn = this.#torn;
    this.#torn = false;
    return torn;
  }

  /**
   * Flips a bit of a durable record, `position` (0..1) of the way through the log (an empty log has none). The function
   * returned flips it back.
   */
  flipBit(position: number): () => void {
    const all = this.#all();
    const flip = all[Math.min(all.length - 1, Math.floor(position * all.length))];
    if (flip !== undefined) this.#flips.push(flip);
    return () => {
      if (flip !== undefined) this.#flips.splice(this.#flips.indexOf(flip), 1);
    };
  }

  /**
   * Cuts off the durable log, `position` (0..1) of the way through, and at least its last record (an empty log has none). The
   * function returned puts back what was cut off.
   */
  cut(position: number): () => void {
    const { length } = this.#all();
    const cut: Cut = { left: Math.min(length - 1, Math.floor(position * length)), of: length };
    if (length > 0) this.#cuts.push(cut);
    return () => {
      if (length > 0) this.#cuts.splice(this.#cuts.indexOf(cut), 1);
    };
  }

  /** Throws CorruptLogError when any record fails its checksum, whatever its scope, or some are not there that were durable. */
  verify(): void {
    const cut = this.#cuts[0];
    if (cut !== undefined) {
      const left = Math.min(...this.#cuts.map((each) => each.left));
      throw new CorruptLogError(`the log ends after record ${left}, before record ${cut.of}, which was durable`);
    }
    const flip = this.#flips[0];
    if (flip === undefined) return;
    const what = flip.index < 0 ? 'the snapshot' : `record ${flip.index}`;
    throw new CorruptLogError(`${what}${flip.scope === '' ? '' : ` of scope ${flip.scope}`} fails its checksum`);
  }

  recover(scope: string): Recovered {
    const state = this.#scopes.get(scope);
    const snapshot = state?.snapshot ?? null;
    const records = state === undefined ? [] : [...state.records];
    const recovered = { snapshot, records };
    for (const write of this.#unsynced) if (write.scope === scope) apply(recovered, write);
    return recovered;
  }

  #all(): Flip[] {
    const all: Flip[] = [];
    for (const [scope, state] of this.#scopes) {
      for (let index = state.snapshot === null ? 0 : -1; index < state.records.length; index++)
        all.push({ scope, index });
    }
    return all;
  }

  #store(write: Write): void {
    let state = this.#scopes.get(write.scope);
    if (state === undefined) {
      state = { snapshot: null, records: [] };
      this.#scopes.set(write.scope, state);
    }
    apply(state, write);
  }
}

function apply(state: ScopeState, write: Write): void {
  if (write.kind === 'append') state.records.push(write.record);
  else {
    state.snapshot = write.snapshot;
    state.records = [...write.tail];
  }
}

// What a history of adds and whole reads says about each element. In time proportional to the elements that reads return:
// an element is looked for in earlier reads only as long as every later read shows it.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../framework/contracts/history.js';
import { Interner } from './interner.js';

export interface ElementOptions {
  /** Functions that add one element, and that return all of them. */
  add: string;
  read: string;
  /** Whether a read that shows an element makes it known, or only the acknowledgement of its add. */
  knownByRead: boolean;
  cancelled: () => boolean;
}

/** Facts by element number; all are rows of the history, -1: none. */
export interface Elements {
  readonly interner: Interner;
  readonly count: number;
  /** Invocation of the first add that may have happened, and of the first that certainly did not. */
  readonly attempted: Int32Array;
  readonly failed: Int32Array;
  /** Completion of the first acknowledged add. */
  readonly acknowledged: Int32Array;
  /** From here on every read should show it: its acknowledgement, or the completion of the first read that showed it. */
  readonly known: Int32Array;
  /** Completion of the first read that shows it. */
  readonly firstSeen: Int32Array;
  /** Invocation of the latest read that shows it; of the latest that was invoked after it was known and lacks it. */
  readonly present: Int32Array;
  readonly absent: Int32Array;
  /** Completion of the first read that shows it more than once. */
  readonly repeated: Int32Array;
  /** Reads that returned a list, and `ok` reads that returned anything else. */
  readonly reads: number;
  readonly unreadable: number;
}

/** How many reads pass between two questions whether to stop. */
const PATIENCE = 256;

const fresh = (size: number) => new Int32Array(size).fill(-1);

function enlarged(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = fresh(size);
  larger.set(array);
  return larger;
}

/** Columns of facts that grow together as elements turn up. */
class Facts {
  readonly interner = new Interner();
  attempted = fresh(64);
  failed = fresh(64);
  acknowledged = fresh(64);
  firstSeen = fresh(64);
  present = fresh(64);
  repeated = fresh(64);
  /** The latest read (by ordinal) that an element was met in. */
  met = fresh(64);

  id(value: unknown): number {
    const id = this.interner.intern(value);
    if (id >= this.met.length) {
      const size = 2 * this.met.length;
      this.attempted = enlarged(this.attempted, size);
      this.failed = enlarged(this.failed, size);
      this.acknowledged = enlarged(this.acknowledged, size);
      this.firstSeen = enlarged(this.firstSeen, size);
      this.present = enlarged(this.present, size);
      this.repeated = enlarged(this.repeated, size);
      this.met = enlarged(this.met, size);
    }
    return id;
  }
}

function added(facts: Facts, history: History, row: number): void {
  const { mate, type } = history.columns;
  const id = facts.id(history.value(row));
  const end = mate[row]!;
  const outcome = end < 0 ? -1 : type[end]!;
  if (outcome === EVENT_FAIL) {
    if (facts.failed[id]! < 0) facts.failed[id] = row;
    return;
  }
  if (facts.attempted[id]! < 0) facts.attempted[id] = row;
  const earlier = facts.acknowledged[id]!;
  if (outcome === EVENT_OK && (earlier < 0 || end < earlier)) facts.acknowledged[id] = end;
}

function seen(facts: Facts, elements: readonly unknown[], ordinal: number, invoked: number, completed: number): void {
  for (const element of elements) {
    const id = facts.id(element);
    if (facts.met[id] === ordinal) {
      if (facts.repeated[id]! < 0) facts.repeated[id] = completed;
      continue;
    }
    facts.met[id] = ordinal;
    if (facts.firstSeen[id]! < 0) facts.firstSeen[id] = completed;
    if (facts.present[id]! < invoked) facts.present[id] = invoked;
  }
}

function knownRows(facts: Facts, byRead: boolean): Int32Array {
  const known = fresh(facts.interner.values.length);
  for (let id = 0; id < known.length; id++) {
    if (facts.attempted[id]! < 0) continue;
    const acknowledged = facts.acknowledged[id]!;
    const read = byRead ? facts.firstSeen[id]! : -1;
    known[id] = acknowledged < 0 ? read : read < 0 ? acknowledged : Math.min(acknowledged, read);
  }
  return known;
}

/**
 * From the latest read back: an element stays in question while it is known and every read so far showed it. So a read costs
 * what it returned, plus the elements that leave.
 */
function absentRows(history: History, facts: Facts, known: Int32Array, reads: Int32Array, stop: () => boolean) {
  const absent = fresh(known.length);
  const met = fresh(known.length);
  const { mate } = history.columns;
  let open = Int32Array.from(known.keys()).filter((id) => known[id]! >= 0);
  for (let ordinal = reads.length - 1; ordinal >= 0 && open.length > 0; ordinal--) {
    if (ordinal % PATIENCE === 0 && stop()) return null;
    const invoked = reads[ordinal]!;
    for (const element of history.value(mate[invoked]!) as unknown[]) met[facts.interner.find(element)] = ordinal;
    let kept = 0;
    for (const id of open) {
      if (known[id]! > invoked) continue;
      if (met[id] === ordinal) open[kept++] = id;
      else absent[id] = invoked;
    }
    open = open.subarray(0, kept);
  }
  return absent;
}

/** Facts about every element that was added or read; null when asked to stop. */
export function elementsOf(history: History, options: ElementOptions): Elements | null {
  const { type, f, mate, process, length } = history.columns;
  const add = history.functionId(options.add);
  const read = history.functionId(options.read);
  const facts = new Facts();
  const reads: number[] = [];
  let unreadable = 0;
  for (let row = 0; row < length; row++) {
    if (process[row]! < 0) continue;
    if (f[row] === add && type[row] === EVENT_INVOKE) {
      added(facts, history, row);
    } else if (f[row] === read && type[row] === EVENT_OK && mate[row]! >= 0) {
      const value = history.value(row);
      if (!Array.isArray(value)) {
        unreadable++;
        continue;
      }
      if (reads.length % PATIENCE === 0 && options.cancelled()) return null;
      seen(facts, value, reads.length, mate[row]!, row);
      reads.push(mate[row]!);
    }
  }
  const known = knownRows(facts, options.knownByRead);
  const absent = absentRows(history, facts, known, Int32Array.from(reads).sort(), options.cancelled);
  if (absent === null) return null;
  const { interner, attempted, failed, acknowledged, firstSeen, present, repeated } = facts;
  return {
    interner,
    count: interner.values.length,
    attempted,
    failed,
    acknowledged,
    known,
    firstSeen,
    present,
    absent,
    repeated,
    reads: reads.length,
    unreadable,
  };
}

// Goes through a history of an observed-remove set, event by event, and finds what no such set can show: an element that must
// be there and is not, and one that is there though every add of it was seen and removed.
import { EVENT_FAIL, EVENT_INVOKE, EVENT_OK, type History } from '../../framework/contracts/history.js';
import type { Elements } from '../shared/elements.js';
import type { FinalRead } from '../shared/final-reads.js';
import { Element, EVERYWHERE, NONE, type Removal } from './element.js';

/** Why an element must be there: event index of the acknowledgement of an add, or of the end of a read that showed it. */
export interface Witness {
  row: number;
  /** Event index of the operation's invocation. */
  invoked: number;
  by: 'add' | 'read';
}

/** An element that must be there: in a read of a node that knew it, or in the last final reads of all nodes. */
export interface Missing {
  element: number;
  witness: Witness;
  /** Event index of the end of the first read that lacks it; and the final reads that do. */
  read: number;
  finals: FinalRead[];
  /** Whether a later read of the same node shows it. */
  back: boolean;
}

/** An element that is there though all its adds were removed; event indexes of invocations, but for `read`, an end. */
export interface Revived {
  element: number;
  add: number;
  removal: Removal;
  read: number;
  finals: FinalRead[];
}

export interface Judgement {
  missing: Missing[];
  revived: Revived[];
  /** Elements that final reads had to show, and that they had to lack, and did. */
  stayed: number;
  gone: number;
  adds: number;
  removes: number;
}

/** How many reads pass between two questions whether to stop. */
const PATIENCE = 256;

export interface JudgeOptions {
  add: string;
  remove: string;
  read: string;
  cancelled: () => boolean;
}

/** `elements` numbers the elements; `finals` are the last final reads. Null when asked to stop. */
export function judgeOrSet(
  history: History,
  elements: Elements,
  finals: readonly FinalRead[],
  options: JudgeOptions,
): Judgement | null {
  return new Judge(history, elements, finals, options).run();
}

class Judge {
  readonly #history: History;
  readonly #elements: Elements;
  readonly #options: JudgeOptions;
  readonly #finals: ReadonlyMap<number, FinalRead>;
  readonly #facts: Element[];
  /** Ordinal of the read that an element was met in last. */
  readonly #met: Int32Array;
  /** Event of the last add or remove of an element; and by place, invocation of the last read that was compared with them. */
  readonly #changed: Int32Array;
  readonly #compared: Int32Array[] = [];
  /** By place, elements that every read from now on must show. */
  readonly #must = new Map<number, Map<number, Witness>>();
  /** Removes under way that will be acknowledged, by invocation: what they must take away. */
  readonly #observed = new Map<number, number[]>();
  /** Anomalies by element; and those missing by place and element, to see whether they come back. */
  readonly #missing = new Map<number, Missing>();
  readonly #revived = new Map<number, Revived>();
  readonly #away = new Map<number, Map<number, Missing>>();
  #reads = 0;
  #adds = 0;
  #removes = 0;

  constructor(history: History, elements: Elements, finals: readonly FinalRead[], options: JudgeOptions) {
    this.#history = history;
    this.#elements = elements;
    this.#options = options;
    this.#finals = new Map(finals.map((final) => [final.completed, final]));
    this.#facts = Array.from({ length: elements.count }, () => new Element());
    this.#met = new Int32Array(elements.count).fill(NONE);
    this.#changed = new Int32Array(elements.count).fill(NONE);
  }

  run(): Judgement | null {
    const { type, f, mate, process, node, length } = this.#history.columns;
    const [add, remove, read] = [this.#options.add, this.#options.remove, this.#options.read].map((name) =>
      this.#history.functionId(name),
    );
    for (let row = 0; row < length; row++) {
      if (process[row]! < 0) continue;
      const begins = type[row] === EVENT_INVOKE;
      const end = mate[row]!;
      if (!begins && end < 0) continue;
      if (end >= 0 && type[begins ? end : row] === EVENT_FAIL) continue;
      // What a node must know is only certain where the history names nodes; NONE: it does not.
      const place = node[begins ? row : end]!;
      if (f[row] === add) {
        if (begins) this.#beginAdd(row);
        else if (type[row] === EVENT_OK) this.#endAdd(row, end, place);
      } else if (f[row] === remove) {
        if (begins) this.#beginRemove(row, place);
        else if (type[row] === EVENT_OK) this.#endRemove(row, end, place);
      } else if (f[row] === read && type[row] === EVENT_OK) {
        const value = this.#history.value(row);
        if (!Array.isArray(value)) continue;
        if (this.#reads % PATIENCE === 0 && this.#options.cancelled()) return null;
        this.#read(value, row, end, place);
      }
    }
    return this.#judgement();
  }

  #idAt(invocation: number): number {
    return this.#elements.interner.find(this.#history.value(invocation));
  }

  #beginAdd(row: number): void {
    const end = this.#history.columns.mate[row]!;
    const acknowledged = end >= 0 && this.#history.columns.type[end] === EVENT_OK ? end : NONE;
    const id = this.#idAt(row);
    this.#changed[id] = row;
    this.#facts[id]!.adds.push({ invoked: row, acknowledged });
    this.#adds++;
  }

  #endAdd(row: number, invoked: number, place: number): void {
    const id = this.#idAt(invoked);
    this.#changed[id] = row;
    const element = this.#facts[id]!;
    if (place !== NONE) {
      let ordinal = element.adds.length - 1;
      while (element.adds[ordinal]!.invoked !== invoked) ordinal--;
      element.know(place, ordinal);
    }
    if (element.isSafe(invoked)) this.#oblige(id, place, { row, invoked, by: 'add' });
  }

  #beginRemove(row: number, place: number): void {
    this.#removes++;
    const id = this.#idAt(row);
    if (id < 0) return;
    this.#changed[id] = row;
    const element = this.#facts[id]!;
    element.openRemoves++;
    for (const must of this.#must.values()) must.delete(id);
    if (place !== NONE) this.#observed.set(row, element.observed(place));
  }

  #endRemove(row: number, invoked: number, place: number): void {
    const id = this.#idAt(invoked);
    if (id < 0) return;
    this.#changed[id] = row;
    const element = this.#facts[id]!;
    element.openRemoves--;
    element.lastRemoveEnd = row;
    const adds = this.#observed.get(invoked);
    this.#observed.delete(invoked);
    if (adds !== undefined && adds.length > 0) element.remove(place, adds, { invoked, acknowledged: row });
  }

  #read(value: readonly unknown[], row: number, invoked: number, place: number): void {
    const ordinal = this.#reads++;
    const final = this.#finals.get(row);
    const compared = this.#comparedAt(place);
    for (const item of value) {
      const id = this.#elements.interner.find(item);
      if (this.#met[id] === ordinal) continue;
      this.#met[id] = ordinal;
      const changed = this.#changed[id]!;
      // What nobody has added yet is told elsewhere; and what an earlier read has shown here since the last change is no news.
      if (changed === NONE || (final === undefined && compared[id]! > changed && invoked > changed)) continue;
      compared[id] = Math.max(compared[id]!, invoked);
      if (this.#facts[id]!.adds.length > 0) this.#shows(id, row, invoked, place, final);
    }
    if (place !== NONE)
      this.#lacks(this.#must.get(place), invoked, (id, witness) => this.#localMiss(id, witness, row, place));
    if (final !== undefined) {
      this.#lacks(this.#must.get(EVERYWHERE), invoked, (id, witness) => this.#finalMiss(id, witness, row, final));
    }
  }

  #comparedAt(place: number): Int32Array {
    let compared = this.#compared[place + 1];
    if (compared === undefined) {
      compared = new Int32Array(this.#elements.count).fill(NONE);
      this.#compared[place + 1] = compared;
    }
    return compared;
  }

  #lacks(
    must: ReadonlyMap<number, Witness> | undefined,
    invoked: number,
    report: (id: number, witness: Witness) => void,
  ): void {
    const ordinal = this.#reads - 1;
    // Not a loop over entries: each would be an allocation, and there is one for every element of every read.
    must?.forEach((witness, id) => {
      if (witness.row < invoked && this.#met[id] !== ordinal) report(id, witness);
    });
  }

  #shows(id: number, row: number, invoked: number, place: number, final: FinalRead | undefined): void {
    const element = this.#facts[id]!;
    if (place !== NONE) {
      const shown = element.shown(place, invoked);
      if (shown === 'none') this.#revive(id, element, row, place, final);
      else if (shown !== 'many') element.know(place, shown);
      const away = this.#away.get(place)?.get(id);
      if (away !== undefined) away.back = true;
    }
    if (final !== undefined && element.shown(EVERYWHERE, invoked) === 'none') {
      this.#revive(id, element, row, EVERYWHERE, final);
    }
    if (element.isSafe(element.adds[0]!.invoked)) this.#oblige(id, place, { row, invoked, by: 'read' });
  }

  /** From now on the place, and every place in the end, must show the element, until somebody may remove it. */
  #oblige(id: number, place: number, witness: Witness): void {
    for (const where of place === NONE ? [EVERYWHERE] : [place, EVERYWHERE]) {
      let must = this.#must.get(where);
      if (must === undefined) {
        must = new Map();
        this.#must.set(where, must);
      }
      if (!must.has(id)) must.set(id, witness);
    }
  }

  #localMiss(id: number, witness: Witness, row: number, place: number): void {
    const missing: Missing = { element: id, witness, read: row, finals: [], back: false };
    // Told once: what is missing now is no news in later reads.
    this.#must.get(place)!.delete(id);
    this.#comparedAt(place)[id] = NONE;
    if (this.#missing.has(id)) return;
    this.#missing.set(id, missing);
    let away = this.#away.get(place);
    if (away === undefined) {
      away = new Map();
      this.#away.set(place, away);
    }
    away.set(id, missing);
  }

  #finalMiss(id: number, witness: Witness, row: number, final: FinalRead): void {
    let missing = this.#missing.get(id);
    if (missing === undefined || missing.finals.length === 0) {
      missing = { element: id, witness, read: row, finals: [], back: false };
      this.#missing.set(id, missing);
    }
    missing.finals.push(final);
  }

  #revive(id: number, element: Element, row: number, place: number, final: FinalRead | undefined): void {
    let revived = this.#revived.get(id);
    // What is left in the end says more than what came and went.
    if (revived === undefined || (final !== undefined && revived.finals.length === 0)) {
      const add = element.adds[element.adds.length - 1]!.invoked;
      revived = { element: id, add, removal: element.lastRemoval(place), read: row, finals: [] };
      this.#revived.set(id, revived);
    }
    if (final !== undefined && !revived.finals.includes(final)) revived.finals.push(final);
  }

  #judgement(): Judgement {
    const missing = [...this.#missing.values()];
    const revived = [...this.#revived.values()];
    const last = Math.max(NONE, ...[...this.#finals.values()].map(({ invoked }) => invoked));
    const must = [...(this.#must.get(EVERYWHERE) ?? [])].filter(([, { row }]) => row < last);
    const stayed = must.filter(([id]) => !this.#missing.has(id)).length;
    const gone = this.#facts.filter(
      (element, id) => element.adds.length > 0 && !this.#revived.has(id) && element.shown(EVERYWHERE, last) === 'none',
    ).length;
    return { missing, revived, stayed, gone, adds: this.#adds, removes: this.#removes };
  }
}

// Decides whether a history is linearizable for any model: just-in-time depth-first search over completions in order of return
// (Wing & Gong 1993; Lowe 2017), with only the choices that can matter.
import { int32 } from '../../shared/columns.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import type { Allowance } from './allowance.js';
import { Cache } from './cache.js';
import { Candidates } from './candidates.js';
import { LEVEL, MASK, STATE } from './configuration.js';
import { ALL_GROUPS, Dependence } from './dependence.js';
import { OpenSlots } from './open-slots.js';
import { Outlook } from './outlook.js';
import { NONE, PendingSets } from './pending-sets.js';
import type { Problem } from './problem.js';
import { replay } from './replay.js';

/** `more`: the limit was reached or `stop` said so; call `run` again to go on. */
export type Outcome = 'linearizable' | 'illegal' | 'more';

// A frame is a configuration with its progress. Behind the configuration: the state before a pending operation that nothing has
// needed yet (or NO_STATE), the pending group whose use led here (or -1), the range of candidates left (FROM is UNTRIED until
// they are computed), and the groups that the outcome depends on.
const BEFORE = 0;
const GROUP = 1;
const FROM = 2;
const NEXT = 3;
const TO = 4;
const DEPENDS = 5;
const EXTRA = 6;

/** Rows of the first stack of frames, at most. */
const MOST_FIRST_FRAMES = 64;

const UNTRIED = -1;
const NO_GROUP = -1;
/** How often `stop` is asked, in configurations. */
const CHECK_EVERY = 1024;

export class Search {
  readonly problem: Problem;
  /** Configurations entered so far. */
  configurations = 0;
  /** Most completions that could be linearized in order of return: all before level `furthest`. */
  furthest = 0;
  readonly #machine: Machine;
  readonly #ownsMachine: boolean;
  readonly #allowance: Allowance;
  #granted: number;
  readonly #sets: PendingSets;
  readonly #cache: Cache;
  readonly #dependence: Dependence;
  readonly #slots: OpenSlots;
  readonly #candidates: Candidates;
  readonly #outlook: Outlook | null;
  readonly #fades: boolean;
  /** Per pending group: operations in effect. */
  readonly #used: Int32Array;
  /** Where the set of pending operations is in a configuration. */
  readonly #pending: number;
  readonly #width: number;
  readonly #stride: number;
  /** The level at which a configuration is an answer. */
  readonly #goal: number;
  #frames: Int32Array;
  #top = -1;
  // The configuration at hand, with the first of what a frame has behind it.
  readonly #now: Int32Array;
  #before = NO_STATE;
  #group = NO_GROUP;
  #entering = true;
  /** The latest return that made a configuration hopeless before the search came to it. */
  #hopeless = -1;

  /**
   * `bytes`: what its tables may take. `goal`: how many completed operations must have returned; fewer than all when only ways
   * to get so far are wanted, see `dismiss`.
   */
  constructor(machine: Machine, problem: Problem, bytes: number, goal = problem.levels) {
    const allowance = { bytes };
    this.problem = problem;
    this.#allowance = allowance;
    this.#granted = bytes;
    this.#machine = machine.fork(allowance);
    this.#ownsMachine = this.#machine !== machine;
    this.#pending = MASK + problem.words;
    this.#width = this.#pending + 1;
    this.#stride = this.#width + EXTRA;
    this.#goal = goal;
    this.#sets = new PendingSets(allowance);
    this.#cache = new Cache(this.#width, this.#sets, allowance);
    this.#dependence = new Dependence(this.#sets, problem.pending, problem.count);
    this.#slots = new OpenSlots(problem, machine.actions);
    this.#used = int32(problem.pending.count);
    this.#candidates = new Candidates(this.#machine, problem, this.#slots, this.#used);
    const { steady } = problem;
    this.#outlook = steady === null ? null : new Outlook(this.#machine, problem, this.#slots, steady);
    this.#fades = this.#outlook !== null && machine.actions.model.fades === true;
    this.#frames = int32(this.#stride * Math.min(problem.levels + 1, MOST_FIRST_FRAMES));
    this.#now = int32(this.#width);
    this.#now[STATE] = this.#machine.initial;
    if (problem.levels > 0) {
      this.#openUpTo(0, 0);
      this.#settle();
    }
  }

  /** Goes on until there is an answer, `configurations` reaches `limit`, or `stop` (asked now and then) returns true. */
  run(limit: number, stop: () => boolean = () => false): Outcome {
    for (;;) {
      if (this.#entering) {
        if (this.#now[LEVEL]! >= this.#goal) return 'linearizable';
        if (this.configurations >= limit || this.starved) return 'more';
        if (this.configurations % CHECK_EVERY === CHECK_EVERY - 1 && stop()) return 'more';
        this.configurations++;
        this.#entering = false;
        if (this.#fades) this.#fade();
        const known = this.#cache.find(this.#now, 0);
        if (known >= 0) {
          this.#turnBack(this.#dependence.groupsOf(known));
        } else if (this.#outlook !== null && this.#isHopeless(this.#outlook)) {
          if (this.#top < 0) return 'illegal';
          this.#turnBack(NONE);
        } else {
          this.#push();
        }
      }
      if (this.#tryNext()) this.#entering = true;
      else if (!this.#pop()) return 'illegal';
    }
  }

  /** After `linearizable`: the operations that take effect on the way, as indexes into the problem, in order. */
  linearization(): Int32Array {
    return replay(this.#machine, this.problem, this.#choices());
  }

  /** The model's state at hand: after `linearizable`, that at the end. */
  get state(): unknown {
    const { action } = this.problem;
    let state = this.#now[STATE]!;
    if (this.#fades && state === this.#machine.faded) {
      state = this.#machine.initial;
      for (const operation of this.linearization()) state = this.#machine.step(state, action[operation]!);
    }
    return this.#machine.state(state);
  }

  /**
   * After `linearizable`: gives the configuration up as if nothing could be reached from it, so that `run` looks for a way to
   * another one. False when there was no choice, so that there is none.
   */
  dismiss(): boolean {
    if (this.#top < 0) return false;
    this.#entering = false;
    this.#turnBack(ALL_GROUPS);
    return true;
  }

  /** Lets it use so many bytes in all. */
  grant(bytes: number): void {
    this.#allowance.bytes += bytes - this.#granted;
    this.#granted = bytes;
  }

  /** It cannot go on for lack of memory. */
  get starved(): boolean {
    return this.#sets.starved || this.#machine.starved;
  }

  /** Gives memory back; the search cannot go on. */
  release(): void {
    this.#sets.release();
    if (this.#ownsMachine) this.#machine.release();
    this.#cache.release();
    this.#frames = new Int32Array(0);
    this.#candidates.list = new Int32Array(0);
  }

  /**
   * A completed operation with whose return the history is illegal (where nothing was given up early: the first such), as an
   * index into the problem; -1 when all could be linearized.
   */
  stuckAt(): number {
    return this.problem.order[Math.max(this.furthest, this.#hopeless)] ?? -1;
  }

  /** The steps taken from the frames, as operations of the problem. */
  #choices(): Int32Array {
    const { order, pending } = this.problem;
    const used = int32(pending.count);
    return Int32Array.from({ length: this.#top + 1 }, (_, frame) => {
      const at = frame * this.#stride;
      const extra = at + this.#width;
      // Before its candidates are collected, a frame has only let the returning operation take effect.
      if (this.#frames[extra + TO] === UNTRIED) return order[this.#frames[at + LEVEL]!]!;
      const taken = this.#candidates.list[this.#frames[extra + NEXT]! - 2]!;
      return taken < 0 ? pending.operations[pending.start[~taken]! + used[~taken]!++]! : taken;
    });
  }

  /** The configuration at hand leads nowhere: back to the top frame, which depends on these groups, too. */
  #turnBack(groups: number): void {
    if (this.#group !== NO_GROUP) this.#used[this.#group]!--;
    this.#depend(groups);
    this.#restore();
  }

  /** Whether something can never take effect any more, whatever else does. */
  #isHopeless(outlook: Outlook): boolean {
    const level = outlook.hopelessAt(this.#now);
    if (level > this.#hopeless) this.#hopeless = level;
    return level >= 0;
  }

  /** States that nobody will see any more are as good as one. */
  #fade(): void {
    const { faded } = this.#machine;
    if (this.#now[STATE] !== faded && this.#outlook!.isUnseen(this.#now)) this.#now[STATE] = faded;
  }

  #push(): void {
    this.#top++;
    const at = this.#top * this.#stride;
    if (at + this.#stride > this.#frames.length) {
      const longer = int32(this.#frames.length * 2);
      longer.set(this.#frames);
      this.#frames = longer;
    }
    this.#frames.set(this.#now, at);
    const extra = at + this.#width;
    this.#frames[extra + BEFORE] = this.#before;
    this.#frames[extra + GROUP] = this.#group;
    this.#frames[extra + FROM] = UNTRIED;
    this.#frames[extra + DEPENDS] = NONE;
  }

  /** Leaves an exhausted configuration for the one before it; false when there is none. */
  #pop(): boolean {
    const at = this.#top * this.#stride;
    const extra = at + this.#width;
    const depends = this.#frames[extra + DEPENDS]!;
    // What was cut off because a pending operation had not been needed yet may still be reachable without that operation.
    if (this.#frames[extra + BEFORE] === NO_STATE) {
      this.#frames[at + this.#pending] = this.#dependence.within(this.#frames[at + this.#pending]!, depends);
      this.#cache.add(this.#frames, at);
    }
    const group = this.#frames[extra + GROUP]!;
    if (group !== NO_GROUP) this.#used[group]!--;
    if (this.#frames[extra + FROM] !== UNTRIED) this.#candidates.end = this.#frames[extra + FROM]!;
    this.#top--;
    if (this.#top < 0) return false;
    this.#depend(depends);
    this.#restore();
    return true;
  }

  /** The outcome of the top frame depends on these groups, too. */
  #depend(groups: number): void {
    const at = this.#top * this.#stride + this.#width + DEPENDS;
    if (groups !== NONE) this.#frames[at] = this.#dependence.union(this.#frames[at]!, groups);
  }

  /** Makes the top frame the configuration at hand. */
  #restore(): void {
    const at = this.#top * this.#stride;
    this.#slots.rewind(this.#now[LEVEL]!, this.#frames[at + LEVEL]!);
    for (let i = 0; i < this.#width; i++) this.#now[i] = this.#frames[at + i]!;
  }

  /** Takes the next step from the top frame, which is at hand; false when there is none left. */
  #tryNext(): boolean {
    const extra = this.#top * this.#stride + this.#width;
    const frames = this.#frames;
    const candidates = this.#candidates;
    const before = frames[extra + BEFORE]!;
    if (frames[extra + FROM] === UNTRIED) {
      frames[extra + FROM] = candidates.end;
      frames[extra + NEXT] = candidates.end;
      frames[extra + TO] = UNTRIED;
      if (this.#tryReturning(before)) return true;
    }
    if (frames[extra + TO] === UNTRIED) {
      candidates.collect(this.#now, before);
      frames[extra + TO] = candidates.end;
      for (const group of candidates.usedUp) this.#depend(this.#dependence.setOf(group));
    }
    const next = frames[extra + NEXT]!;
    if (next === frames[extra + TO]) return false;
    frames[extra + NEXT] = next + 2;
    this.#take(candidates.list[next]!, candidates.list[next + 1]!);
    return true;
  }

  /** First choice: the operation that returns next takes effect now. */
  #tryReturning(before: number): boolean {
    const { order, action } = this.problem;
    const returning = order[this.#now[LEVEL]!]!;
    const next = this.#machine.step(this.#now[STATE]!, action[returning]!);
    if (next === NO_STATE || this.#candidates.isUnneeded(before, action[returning]!, next)) return false;
    this.#take(returning, next);
    return true;
  }

  /** The candidate takes effect. */
  #take(candidate: number, next: number): void {
    const now = this.#now;
    if (candidate < 0) {
      const group = ~candidate;
      const { start, operations } = this.problem.pending;
      const operation = operations[start[group]! + this.#used[group]!++]!;
      now[this.#pending] = this.#sets.add(now[this.#pending]!, operation);
      this.#before = now[STATE]!;
      this.#group = group;
    } else {
      const slot = this.problem.slot[candidate]!;
      now[MASK + (slot >>> 5)]! |= 1 << (slot & 31);
      this.#before = NO_STATE;
      this.#group = NO_GROUP;
    }
    now[STATE] = next;
    this.#settle();
  }

  /** All that needs no choice: pure operations take effect as soon as they can, and linearized operations return. */
  #settle(): void {
    const { order, slot, levels, opened } = this.problem;
    const now = this.#now;
    if (this.#takePure()) this.#before = NO_STATE;
    for (;;) {
      const level = now[LEVEL]!;
      if (level === levels) break;
      const returning = order[level]!;
      const word = MASK + (slot[returning]! >>> 5);
      const bit = 1 << (slot[returning]! & 31);
      if ((now[word]! & bit) === 0) break;
      now[word]! &= ~bit;
      now[LEVEL] = level + 1;
      this.#slots.close(returning);
      this.#before = NO_STATE;
      if (level + 1 < levels) this.#openUpTo(level + 1, opened[level]!);
    }
    if (now[LEVEL]! > this.furthest) this.furthest = now[LEVEL]!;
  }

  /** Every open pure operation that is legal takes effect; true when there was one. */
  #takePure(): boolean {
    const { action, words } = this.problem;
    const { operation: inSlot, pureBits } = this.#slots;
    const now = this.#now;
    const state = now[STATE]!;
    let took = false;
    for (let word = 0; word < words; word++) {
      let left = pureBits[word]! & ~now[MASK + word]!;
      for (; left !== 0; left &= left - 1) {
        const bit = left & -left;
        const operation = inSlot[word * 32 + 31 - Math.clz32(bit)]!;
        if (this.#machine.step(state, action[operation]!) === NO_STATE) continue;
        now[MASK + word]! |= bit;
        took = true;
      }
    }
    return took;
  }

  /** Opens the operations invoked before the return at `level`, from index `from` on; pure ones take effect if they can. */
  #openUpTo(level: number, from: number): void {
    const { action, slot, opened } = this.problem;
    const now = this.#now;
    for (let operation = from; operation < opened[level]!; operation++) {
      this.#slots.open(operation);
      const s = slot[operation]!;
      if (s < 0 || !this.#slots.isPure(operation)) continue;
      if (this.#machine.step(now[STATE]!, action[operation]!) !== NO_STATE) now[MASK + (s >>> 5)]! |= 1 << (s & 31);
    }
  }
}

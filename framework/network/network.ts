// Who can talk to whom, and how well: counted cuts and added-up link quality, for the simulation and for local runs alike.
import type { Delay, Link, LinkQuality } from '../contracts/cluster.js';
import type { Random } from '../contracts/random.js';
import type { Milliseconds } from '../contracts/time.js';

/** Undoes one fault; a second call does nothing. */
export type Undo = () => void;

/** How long a message is held back when it is reordered: long enough to be overtaken by what is sent next. */
const REORDER_HOLD: Milliseconds = 25;

interface LinkState {
  cuts: number;
  qualities: LinkQuality[];
}

export class Network {
  readonly #random: Random;
  readonly #base: Delay | null;
  readonly #links = new Map<string, Map<string, LinkState>>();
  /** Number of faults in force on any link: with none, routing costs one comparison. */
  #faults = 0;

  /** `base`: the delay of every message, faults or none; null: none. */
  constructor(random: Random, base: Delay | null = null) {
    this.#random = random;
    this.#base = base;
  }

  /** True while no link has a fault and messages have no delay: everything may pass at once. */
  get transparent(): boolean {
    return this.#faults === 0 && this.#base === null;
  }

  cut(links: readonly Link[]): Undo {
    return this.#apply(
      links,
      (state) => state.cuts++,
      (state) => state.cuts--,
    );
  }

  degrade(links: readonly Link[], quality: LinkQuality): Undo {
    // Identity tells two equal faults apart when one of them heals.
    const own = { ...quality };
    return this.#apply(
      links,
      (state) => state.qualities.push(own),
      (state) => state.qualities.splice(state.qualities.indexOf(own), 1),
    );
  }

  isCut(from: string, to: string): boolean {
    return this.#faults > 0 && (this.#links.get(from)?.get(to)?.cuts ?? 0) > 0;
  }

  /** True when a message from here to there passes at once, undelayed, exactly once. */
  isPlain(from: string, to: string): boolean {
    if (this.#base !== null) return false;
    if (this.#faults === 0) return true;
    const state = this.#links.get(from)?.get(to);
    return state === undefined || (state.cuts === 0 && state.qualities.length === 0);
  }

  /**
   * Decides the fate of one message: calls `deliver` with a delay for each copy that arrives (none: lost or cut). A message
   * already on its way is not touched by a cut that comes later, as on a real network.
   */
  route(from: string, to: string, deliver: (delay: Milliseconds) => void): void {
    const base = this.#base === null ? 0 : this.draw(this.#base);
    const state = this.#faults === 0 ? undefined : this.#links.get(from)?.get(to);
    if (state === undefined) {
      deliver(base);
      return;
    }
    if (state.cuts > 0) return;
    let copies = 1;
    for (const quality of state.qualities) {
      if (quality.loss !== undefined && this.#random.chance(quality.loss)) return;
      if (quality.duplicate !== undefined && this.#random.chance(quality.duplicate)) copies++;
    }
    for (let copy = 0; copy < copies; copy++) {
      let delay = base;
      for (const quality of state.qualities) {
        if (quality.delay !== undefined) delay += this.draw(quality.delay);
        if (quality.reorder !== undefined && this.#random.chance(quality.reorder)) {
          delay += this.#random.between(0, REORDER_HOLD);
        }
      }
      deliver(delay);
    }
  }

  /** One delay; never negative. */
  draw(delay: Delay): Milliseconds {
    const jitter = delay.jitter ?? 0;
    switch (delay.distribution) {
      case 'constant':
        return delay.mean;
      case 'uniform':
        return Math.max(0, this.#random.between(delay.mean - jitter, delay.mean + jitter));
      case 'exponential':
        return this.#random.exponential(delay.mean);
      case 'normal':
        return Math.max(0, this.#random.normal(delay.mean, jitter));
    }
  }

  #apply(links: readonly Link[], begin: (state: LinkState) => void, end: (state: LinkState) => void): Undo {
    const states = links.map(([from, to]) => this.#state(from, to));
    for (const state of states) begin(state);
    this.#faults++;
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      for (const state of states) end(state);
      this.#faults--;
    };
  }

  #state(from: string, to: string): LinkState {
    let row = this.#links.get(from);
    if (row === undefined) {
      row = new Map();
      this.#links.set(from, row);
    }
    let state = row.get(to);
    if (state === undefined) {
      state = { cuts: 0, qualities: [] };
      row.set(to, state);
    }
    return state;
  }
}

// When a leader was lost, and how long until somebody led a later term.
import type { Nanoseconds } from '../../framework/contracts/time.js';
import type { LeaderReport } from '../shared/leaders.js';
import type { Reach } from './reach.js';

/** Why there was no leader: the run had begun, or what happened to the one that there was. */
export type Cause = 'start' | 'stopped' | 'paused' | 'cut off' | 'stepped down';

export interface Leader {
  node: string;
  term: number;
}

export interface Loss {
  cause: Cause;
  at: Nanoseconds;
  /** Null: there was none yet. */
  leader: Leader | null;
  /** `replaced`: somebody led afterwards. `kept`: the old leader was back before anybody did. `open`: the run ended. */
  end: 'replaced' | 'kept' | 'open';
  until: Nanoseconds;
  successor: Leader | null;
  /** The longest time in which a majority could have elected a leader, and no fault began or ended. */
  calm: Nanoseconds;
}

/** Of one group of nodes. Times never go back. */
export class Elections {
  readonly losses: Loss[] = [];
  /** Leaders that took over though nothing was wrong with the one before. */
  unprovoked = 0;
  readonly #reach: Reach;
  #leader: Leader | null = null;
  #loss: Loss | null;
  /** Since when a majority could elect, undisturbed; null: none could. */
  #calmSince: Nanoseconds | null;

  constructor(reach: Reach, start: Nanoseconds) {
    this.#reach = reach;
    this.#loss = { cause: 'start', at: start, leader: null, end: 'open', until: start, successor: null, calm: 0 };
    this.#calmSince = reach.hasQuorum() ? start : null;
  }

  /** A node said whether it leads. */
  report(time: Nanoseconds, { report, term, leads }: LeaderReport): void {
    const { node } = report;
    if (!leads) {
      if (this.#leader?.node === node) this.#lose(time, 'stepped down');
      return;
    }
    const known = this.#leader;
    if (known !== null && (term < known.term || (term === known.term && !this.#mayReturn(node)))) return;
    const leader = { node, term };
    if (this.#loss !== null)
      this.#resolve(time, term === known?.term && node === known.node ? 'kept' : 'replaced', leader);
    else this.unprovoked++;
    this.#leader = leader;
    this.disturbed(time);
  }

  /** A fault began or ended, or a node started or stopped: `reach` tells what that came to. */
  disturbed(time: Nanoseconds): void {
    this.#calm(time);
    this.#calmSince = this.#reach.hasQuorum() ? time : null;
    const leader = this.#leader;
    if (leader === null) return;
    const cause = this.#whyLost(leader.node);
    const cured = this.#loss?.cause === 'paused' || this.#loss?.cause === 'cut off';
    if (cause !== null) this.#lose(time, cause);
    else if (cured) this.#resolve(time, 'kept', leader);
  }

  end(time: Nanoseconds): void {
    if (this.#loss !== null) this.#resolve(time, 'open', null);
  }

  /** In a term that is led, only what says something new counts: a node leads it that is not just out of reach. */
  #mayReturn(node: string): boolean {
    if (this.#loss === null) return false;
    return node !== this.#leader?.node || this.#whyLost(node) === null;
  }

  #whyLost(node: string): Cause | null {
    if (!this.#reach.runs(node)) return 'stopped';
    if (this.#reach.isPaused(node)) return 'paused';
    return this.#reach.isCutOff(node) ? 'cut off' : null;
  }

  /** A leader that is lost already can get lost for good: it stops, or says that it leads no more. */
  #lose(time: Nanoseconds, cause: Cause): void {
    if (this.#loss !== null) {
      if (cause === 'stopped' || cause === 'stepped down') this.#loss.cause = cause;
      return;
    }
    this.#loss = { cause, at: time, leader: this.#leader, end: 'open', until: time, successor: null, calm: 0 };
    this.#calmSince = this.#reach.hasQuorum() ? time : null;
  }

  #resolve(time: Nanoseconds, end: Loss['end'], successor: Leader | null): void {
    this.#calm(time);
    const loss = this.#loss!;
    this.#loss = null;
    this.losses.push({ ...loss, end, until: time, successor });
  }

  #calm(time: Nanoseconds): void {
    if (this.#loss !== null && this.#calmSince !== null) {
      this.#loss.calm = Math.max(this.#loss.calm, time - this.#calmSince);
    }
  }
}

// Searches many partitions fairly: each gets a small budget, then those that need more a larger one, so that an easy violation
// is found however hard the other keys are. What a round is does not depend on who carries it out, one thread or several.
import type { Outcome, Search } from './search.js';

/** What ended a search without an answer; `decided`: another one found a violation, so that this one changes no verdict. */
export type Ended = 'configurations' | 'memory' | 'time' | 'cancelled' | 'decided';

/** How far a search came. */
export interface Report {
  outcome: Outcome;
  /** It cannot go on for lack of memory. */
  starved: boolean;
  configurations: number;
  /** As `Search.furthest`. */
  furthest: number;
  /** The operation at which the search is stuck, as an index into the operations that its problem was made of; -1: none. */
  stuck: number;
}

export interface Found extends Report {
  /** Why there is no answer; null: there is one. */
  ended: Ended | null;
}

export interface Limits {
  /** Configurations per search. */
  configurations: number;
  /** Memory that the searches share, evenly among those that are not done, and at least `LEAST_SHARE` each. */
  bytes: number;
}

/** Searches (by index) that go on until they have explored `limit` configurations with tables of `share` bytes. */
export interface Round {
  searches: readonly number[];
  limit: number;
  share: number;
}

const FIRST_SLICE = 256;
const GROWTH = 4;
export const LEAST_SHARE = 1024 * 1024;

export class Rounds {
  readonly found: Found[];
  readonly limits: Limits;
  #slice = FIRST_SLICE;
  #waiting: number[];

  constructor(searches: number, limits: Limits) {
    this.limits = limits;
    this.found = new Array(searches);
    this.#waiting = Array.from({ length: searches }, (_, i) => i);
  }

  /** The next round; null when all searches have ended. */
  next(): Round | null {
    if (this.#waiting.length === 0) return null;
    const { configurations, bytes } = this.limits;
    const limit = Math.min(this.#slice, configurations);
    this.#slice *= GROWTH;
    return { searches: this.#waiting, limit, share: Math.max(LEAST_SHARE, Math.floor(bytes / this.#waiting.length)) };
  }

  /** What came of a round, in the order of its searches; `ended`: what stopped it, if it did not go to its end. */
  take({ searches, limit, share }: Round, reports: readonly Report[], ended: Ended | undefined): void {
    const { configurations, bytes } = this.limits;
    const open = searches.flatMap((search, i) => {
      const report = reports[i]!;
      if (report.outcome !== 'more') this.found[search] = { ...report, ended: null };
      else if (ended !== undefined) this.found[search] = { ...report, ended };
      else if (!report.starved && limit === configurations) this.found[search] = { ...report, ended: 'configurations' };
      else return [{ search, report }];
      return [];
    });
    if (reports.some(({ outcome }) => outcome === 'illegal')) {
      for (const { search, report } of open) this.found[search] = { ...report, ended: 'decided' };
      this.#waiting = [];
      return;
    }
    // Who starves waits for the memory of those that end; when nobody does, there is no more.
    const isLast = open.length === searches.length || share >= bytes;
    this.#waiting = open.flatMap(({ search, report }) => {
      if (!isLast || !report.starved) return [search];
      this.found[search] = { ...report, ended: 'memory' };
      return [];
    });
  }
}

/** Lets the searches of a round go on; those that end for good give their memory back. */
export function carryOut(
  { searches, limit, share }: Round,
  searchOf: (index: number) => Search,
  limits: Limits,
  stop: () => boolean,
): Report[] {
  return searches.map((index) => {
    const search = searchOf(index);
    search.grant(share);
    const report = reportOf(search, search.run(limit, stop));
    if (report.outcome !== 'more' || (limit === limits.configurations && !report.starved)) search.release();
    return report;
  });
}

export function reportOf(search: Search, outcome: Outcome): Report {
  const { starved, configurations, furthest, problem } = search;
  return { outcome, starved, configurations, furthest, stuck: problem.origin[search.stuckAt()] ?? -1 };
}

/** Carries out a round and puts what came of it into the rounds. */
export function runRound(
  rounds: Rounds,
  round: Round,
  searches: readonly Search[],
  stop: () => Ended | undefined,
): void {
  let ended: Ended | undefined;
  const stopped = () => {
    ended ??= stop();
    return ended !== undefined;
  };
  const reports = carryOut(round, (index) => searches[index]!, rounds.limits, stopped);
  rounds.take(round, reports, ended);
}

/** Runs the searches to their ends, or to the limits, one after the other; answers come in their order. `watch` sees the rounds. */
export function runInRounds(
  searches: readonly Search[],
  limits: Limits,
  stop: () => Ended | undefined,
  watch: (rounds: Rounds) => void = () => undefined,
): Found[] {
  const rounds = new Rounds(searches.length, limits);
  watch(rounds);
  for (let round = rounds.next(); round !== null; round = rounds.next()) runRound(rounds, round, searches, stop);
  return rounds.found;
}

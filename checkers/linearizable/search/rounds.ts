// Searches many partitions fairly: each gets a small budget, then those that need more a larger one, so that an easy violation
// is found however hard the other keys are.
import type { Search } from './search.js';

/** What ended a search without an answer. */
export type Ended = 'configurations' | 'memory' | 'time' | 'cancelled';
export type Found = { outcome: 'linearizable' | 'illegal' } | { outcome: 'unknown'; ended: Ended };

export interface Limits {
  /** Configurations per search. */
  configurations: number;
  /** Asked now and then; what it returns ends all searches. */
  stop: () => Ended | undefined;
}

const FIRST_SLICE = 4096;
const GROWTH = 4;

/** Runs the searches to their ends, or to the limits; answers come in the order of the searches. */
export function runInRounds(searches: readonly Search[], limits: Limits): Found[] {
  const found: Found[] = new Array(searches.length);
  let waiting = searches.map((_, i) => i);
  let ended: Ended | undefined;
  const stop = () => {
    ended ??= limits.stop();
    return ended !== undefined;
  };
  for (let slice = FIRST_SLICE; waiting.length > 0; slice *= GROWTH) {
    const limit = Math.min(slice, limits.configurations);
    waiting = waiting.filter((i) => {
      const outcome = searches[i]!.run(limit, stop);
      if (outcome !== 'more') found[i] = { outcome };
      else if (ended !== undefined) found[i] = { outcome: 'unknown', ended };
      else if (searches[i]!.starved) found[i] = { outcome: 'unknown', ended: 'memory' };
      else if (limit === limits.configurations) found[i] = { outcome: 'unknown', ended: 'configurations' };
      else return true;
      searches[i]!.release();
      return false;
    });
  }
  return found;
}

// Searches many partitions fairly: each gets a small budget, then those that need more a larger one, so that an easy violation
// is found however hard the other keys are.
import type { Search } from './search.js';

/** What ended a search without an answer. */
export type Ended = 'configurations' | 'memory' | 'time' | 'cancelled';
export type Found = { outcome: 'linearizable' | 'illegal' } | { outcome: 'unknown'; ended: Ended };

export interface Limits {
  /** Configurations per search. */
  configurations: number;
  /** Memory that the searches share, evenly among those that are not done, and at least `LEAST_SHARE` each. */
  bytes: number;
  /** Asked now and then; what it returns ends all searches. */
  stop: () => Ended | undefined;
}

const FIRST_SLICE = 4096;
const GROWTH = 4;
export const LEAST_SHARE = 1024 * 1024;

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
    const share = Math.max(LEAST_SHARE, Math.floor(limits.bytes / waiting.length));
    const left = waiting.filter((i) => {
      const search = searches[i]!;
      search.grant(share);
      const outcome = search.run(limit, stop);
      if (outcome !== 'more') found[i] = { outcome };
      else if (ended !== undefined) found[i] = { outcome: 'unknown', ended };
      else if (!search.starved && limit === limits.configurations) found[i] = unknownFor('configurations');
      else return true;
      search.release();
      return false;
    });
    // Who starves waits for the memory of those that end; when nobody does, there is no more.
    const stuck = left.length === waiting.length || share >= limits.bytes;
    waiting = left.filter((i) => {
      const search = searches[i]!;
      if (!stuck || !search.starved) return true;
      found[i] = unknownFor('memory');
      search.release();
      return false;
    });
  }
  return found;
}

function unknownFor(ended: Ended): Found {
  return { outcome: 'unknown', ended };
}

// Phase 2 for one learner: the least that makes its history the leader's (DIFF, TRUNC or SNAP in ZooKeeper's words).
import type { History } from './history.js';
import type { Link } from './link.js';
import type { LeaderFrame, LearnerFrame } from './messages.js';

/**
 * Queues what a learner lacks whose history ends at `last`. The latest zxid of the leader's history up to `last` ends what
 * the two have in common: whoever holds a proposal of an epoch holds that epoch's initial history, which every later leader
 * has as well, and within an epoch zxids have no gaps.
 */
export function synchronize(
  link: Link<LeaderFrame, LearnerFrame>,
  history: History,
  last: number,
  chunk: number,
): void {
  let common = history.floor(last);
  if (common < 0) {
    const { zxid, items } = history.snapshot;
    // A snapshot without items is one part, too.
    for (let from = 0; from === 0 || from < items.length; from += chunk) {
      link.push({ kind: 'snap', zxid, items: items.slice(from, from + chunk) });
    }
    common = zxid;
  } else if (common < last) link.push({ kind: 'trunc', zxid: common });
  const missing = history.between(common, history.last);
  for (let from = 0; from < missing.length; from += chunk) {
    link.push({ kind: 'diff', entries: missing.slice(from, from + chunk) });
  }
}

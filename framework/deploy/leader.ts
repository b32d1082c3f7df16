// Who leads, from the nodes' own reports.
import type { NodeReport } from '../contracts/protocol.js';

/** The node that says it leads in the highest term; null when nobody does. Ties go to the later id, whoever it is. */
export function leaderOf(reports: Iterable<readonly [node: string, report: NodeReport | null]>): string | null {
  let leader: string | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [node, report] of reports) {
    if (report === null || report.leader !== node) continue;
    const term = report.term ?? 0;
    if (term >= highest) {
      highest = term;
      leader = node;
    }
  }
  return leader;
}

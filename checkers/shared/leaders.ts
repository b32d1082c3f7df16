// Who led which term, by the nodes' own reports, and that no term has two leaders.
import type { NodeEvent } from '../../framework/contracts/cluster.js';
import type { Findings } from './findings.js';
import { leads, type Report } from './reports.js';
import { instant } from './text.js';

/** A report that says whether its node leads a term; `scope`: of which group, where a node is in several. */
export interface LeaderReport {
  report: Report;
  term: number;
  scope: string | undefined;
  leads: boolean;
}

/** What the event says of leadership; null: nothing. */
export function leaderReport(event: NodeEvent): LeaderReport | null {
  if (event.kind !== 'report') return null;
  const { term, leader, role, scope } = event.state;
  if (typeof term !== 'number' || (leader === undefined && role === undefined)) return null;
  return { report: event, term, scope: typeof scope === 'string' ? scope : undefined, leads: leads(event) };
}

/** Adds a `split-brain` for each node that led a term which another one led before it; returns how many terms were led. */
export function findSplitBrains(findings: Findings, events: readonly NodeEvent[]): number {
  /** By group and term, the first report of each node that led it. */
  const leaders = new Map<string, Map<string, Report>>();
  for (const event of events) {
    const said = leaderReport(event);
    if (said === null || !said.leads) continue;
    const { term, scope } = said;
    const name = scope === undefined ? `term ${term}` : `term ${term} of ${scope}`;
    let byNode = leaders.get(name);
    if (byNode === undefined) {
      byNode = new Map();
      leaders.set(name, byNode);
    }
    if (byNode.has(event.node)) continue;
    const [rival] = byNode.values();
    byNode.set(event.node, said.report);
    if (rival === undefined) continue;
    findings.add('split-brain', () => ({
      message: `${rival.node} and ${event.node} both led ${name}: ${rival.node} said so at ${instant(rival.time)}, ${event.node} at ${instant(event.time)}.`,
      evidence: {
        term,
        ...(scope === undefined ? {} : { scope }),
        leaders: [rival.node, event.node],
        times: [rival.time, event.time],
      },
    }));
  }
  return leaders.size;
}

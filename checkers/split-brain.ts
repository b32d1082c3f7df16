// Two leaders in one term, by the nodes' own reports: what an election must rule out whatever the network does.

import type { NodeEvent } from '../framework/contracts/cluster.js';
import { defineChecker } from '../framework/contracts/define.js';
import { Findings } from './shared/findings.js';
import { amount, instant } from './shared/text.js';

type Report = Extract<NodeEvent, { kind: 'report' }>;

/** A node says that it leads: by naming itself, or by its role. */
function leads({ node, state }: Report): boolean {
  return state.leader === undefined ? state.role === 'leader' : state.leader === node;
}

export default defineChecker({
  name: 'split-brain',
  summary: 'No two nodes report that they lead the same term.',
  anomalies: ['split-brain'],
  check(_history, { events }) {
    const findings = new Findings();
    /** By term, the first report of each node that led it. */
    const leaders = new Map<number, Map<string, Report>>();
    for (const event of events) {
      if (event.kind !== 'report' || typeof event.state.term !== 'number' || !leads(event)) continue;
      const { term } = event.state;
      let byNode = leaders.get(term);
      if (byNode === undefined) {
        byNode = new Map();
        leaders.set(term, byNode);
      }
      if (byNode.has(event.node)) continue;
      const [rival] = byNode.values();
      byNode.set(event.node, event);
      if (rival === undefined) continue;
      findings.add('split-brain', () => ({
        message: `${rival.node} and ${event.node} both led term ${term}: ${rival.node} said so at ${instant(rival.time)}, ${event.node} at ${instant(event.time)}.`,
        evidence: { term, leaders: [rival.node, event.node], times: [rival.time, event.time] },
      }));
    }
    return findings.verdict({
      unknown: leaders.size === 0 ? 'no node reported that it leads a term' : null,
      valid: `${amount(leaders.size, 'term')}, one leader each`,
      details: { terms: leaders.size },
    });
  },
});

// Two leaders in one term, by the nodes' own reports: what an election must rule out whatever the network does.
import { defineChecker } from '../framework/contracts/define.js';
import { showing } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { leaderLanes } from './shared/leader-lanes.js';
import { findSplitBrains } from './shared/leaders.js';
import { endOf } from './shared/reports.js';
import { amount } from './shared/text.js';

export default defineChecker({
  name: 'split-brain',
  summary: 'No two nodes report that they lead the same term.',
  anomalies: ['split-brain'],
  explains: EXPLANATIONS,
  check(history, { events, nodes }) {
    const findings = new Findings();
    const terms = findSplitBrains(findings, events);
    const verdict = findings.verdict({
      unknown: terms === 0 ? 'no node reported that it leads a term' : null,
      valid: `${amount(terms, 'term')}, one leader each`,
      details: { terms },
    });
    return showing(verdict, leaderLanes(events, nodes, endOf(history)));
  },
});

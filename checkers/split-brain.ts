// Two leaders in one term, by the nodes' own reports: what an election must rule out whatever the network does.
import { defineChecker } from '../framework/contracts/define.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { findSplitBrains } from './shared/leaders.js';
import { amount } from './shared/text.js';

export default defineChecker({
  name: 'split-brain',
  summary: 'No two nodes report that they lead the same term.',
  anomalies: ['split-brain'],
  explains: EXPLANATIONS,
  check(_history, { events }) {
    const findings = new Findings();
    const terms = findSplitBrains(findings, events);
    return findings.verdict({
      unknown: terms === 0 ? 'no node reported that it leads a term' : null,
      valid: `${amount(terms, 'term')}, one leader each`,
      details: { terms },
    });
  },
});

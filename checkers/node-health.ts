// Nodes that ended by themselves, and output that is no message: defects of the system whatever the history says.

import type { NodeEvent } from '../framework/contracts/cluster.js';
import { defineChecker } from '../framework/contracts/define.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { Findings } from './shared/findings.js';
import { amount, instant } from './shared/text.js';

const LINES = 20;
const LONGEST = 500;

type Failure = Extract<NodeEvent, { kind: 'exit' | 'protocol-error' }>;

function lastLines({ lines }: Failure): string[] {
  return lines.slice(-LINES).map((line) => (line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`));
}

function evidence(event: Failure): Record<string, unknown> {
  return { node: event.node, time: event.time, detail: event.detail, lines: lastLines(event) };
}

/** ` Its last line: …` as it stands, or nothing. */
function lastWords(event: Failure): string {
  const last = lastLines(event).findLast((line) => line.trim() !== '');
  if (last === undefined) return '';
  return ` ${event.kind === 'exit' ? 'Its last line' : 'It wrote'}: ${last.trim()}`;
}

export default defineChecker({
  name: 'node-health',
  summary: 'No node ends unless a fault ended it, and none writes anything but messages where messages belong.',
  anomalies: ['node-crash', 'protocol-error'],
  explains: EXPLANATIONS,
  always: true,
  check(_history, { events }) {
    const findings = new Findings();
    let starts = 0;
    let killed = 0;
    for (const event of events) {
      if (event.kind === 'start') starts++;
      if (event.kind === 'exit' && event.fault) killed++;
      if (event.kind === 'exit' && !event.fault) {
        findings.add('node-crash', () => ({
          message: `${event.node} ended at ${instant(event.time)} though no fault ended it: ${event.detail}.${lastWords(event)}`,
          evidence: evidence(event),
        }));
      }
      if (event.kind === 'protocol-error') {
        findings.add('protocol-error', () => ({
          message: `${event.node} wrote something that is not a message, at ${instant(event.time)}: ${event.detail}.${lastWords(event)}`,
          evidence: evidence(event),
        }));
      }
    }
    return findings.verdict({
      valid: `no node ended by itself; faults ended nodes ${amount(killed, 'time')}`,
      details: {
        starts,
        killed,
        crashes: findings.count('node-crash'),
        protocolErrors: findings.count('protocol-error'),
      },
    });
  },
});

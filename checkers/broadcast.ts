// Broadcasts: every acknowledged message is in every node's final read, none is made up and none is told twice.
import { defineChecker } from '../framework/contracts/define.js';
import { option } from '../framework/contracts/options.js';
import {
  type ElementWords,
  isUnexpected,
  missingElement,
  missingFrom,
  repeatedElement,
  unexpectedElement,
} from './shared/element-anomalies.js';
import { elementLanes, lateElements, type WrongElement } from './shared/element-lanes.js';
import { elementsOf } from './shared/elements.js';
import { showing } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { lastFinalReads } from './shared/final-reads.js';
import { Findings, stopped } from './shared/findings.js';
import { quantiles } from './shared/quantiles.js';
import { staleness } from './shared/staleness.js';
import { amount, list } from './shared/text.js';

interface Options {
  broadcast: string;
  read: string;
}

const WORDS: ElementWords = { noun: 'message', done: 'broadcast', deed: 'broadcast' };

export default defineChecker<Options>({
  name: 'broadcast',
  summary: 'Every acknowledged message is in every node’s final read; none is made up, none is told twice.',
  options: {
    broadcast: option.text('The function that hands over one message.', 'broadcast'),
    read: option.text('The function that returns all messages.', 'read'),
  },
  anomalies: ['lost-message', 'unexpected-message', 'duplicate-message'],
  explains: EXPLANATIONS,
  check(history, { options: { broadcast, read }, nodes, cancelled }) {
    const elements = elementsOf(history, { add: broadcast, read, knownByRead: false, cancelled });
    if (elements === null) return stopped();
    const finals = lastFinalReads(history, read, broadcast).filter(({ completed }) =>
      Array.isArray(history.value(completed)),
    );
    const findings = new Findings();
    const wrong: WrongElement[] = [];
    const late: number[] = [];
    for (const [id, missing] of missingFrom(history, elements, finals)) {
      wrong.push({ id, wrong: 'lost', missing });
      findings.add('lost-message', () => missingElement(history, elements, id, missing, finals, WORDS));
    }
    const latencies: number[] = [];
    let attempted = 0;
    let acknowledged = 0;
    for (let id = 0; id < elements.count; id++) {
      if (isUnexpected(elements, id)) {
        wrong.push({ id, wrong: 'unexpected' });
        findings.add('unexpected-message', () => unexpectedElement(history, elements, id, WORDS));
      }
      if (elements.repeated[id]! >= 0) {
        wrong.push({ id, wrong: 'repeated' });
        findings.add('duplicate-message', () => repeatedElement(history, elements, id, WORDS));
      }
      if (elements.attempted[id]! >= 0) attempted++;
      if (elements.acknowledged[id]! < 0) continue;
      acknowledged++;
      if (elements.present[id]! <= elements.absent[id]!) continue;
      latencies.push(staleness(history, elements, id));
      if (elements.absent[id]! >= 0) late.push(id);
    }
    const silent = nodes.filter((node) => !finals.some(({ place }) => place === node));
    const nameless = finals.length > 0 && history.nodes.length === 0;
    const verdict = findings.verdict({
      unknown: tooLittle(acknowledged, finals.length, nameless ? [] : silent),
      valid: `${amount(acknowledged, 'acknowledged message')} reached ${amount(finals.length, 'final read')}`,
      details: {
        attempted,
        acknowledged,
        reads: elements.reads,
        unreadable: elements.unreadable,
        finalReads: finals.map(({ place }) => place),
        lost: findings.count('lost-message'),
        unexpected: findings.count('unexpected-message'),
        duplicated: findings.count('duplicate-message'),
        /** From the acknowledgement of a message to the last read that lacked it. */
        convergence: quantiles(latencies),
      },
    });
    return showing(
      verdict,
      elementLanes(history, elements, wrong, { read, words: WORDS }),
      lateElements(history, elements, late, WORDS.noun),
    );
  },
});

function tooLittle(acknowledged: number, finals: number, silent: readonly string[]): string | null {
  if (acknowledged === 0) return 'no broadcast was acknowledged';
  if (finals === 0) return 'no node answered a final read, so nobody knows where the messages are';
  if (silent.length > 0) return `no final read of ${list(silent)} succeeded`;
  return null;
}

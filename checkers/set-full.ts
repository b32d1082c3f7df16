// Sets that only grow, judged element by element: known, stable, lost, stale, never read (after Jepsen's set-full).

import type { Anomaly } from '../framework/contracts/checker.js';
import { defineChecker } from '../framework/contracts/define.js';
import type { History } from '../framework/contracts/history.js';
import { option } from '../framework/contracts/options.js';
import { actor } from './shared/actor.js';
import {
  type ElementWords,
  howKnown,
  isUnexpected,
  missingElement,
  missingFrom,
  repeatedElement,
  unexpectedElement,
} from './shared/element-anomalies.js';
import { elementLanes, lateElements, type WrongElement } from './shared/element-lanes.js';
import { type Elements, elementsOf } from './shared/elements.js';
import { showing } from './shared/exhibits.js';
import { EXPLANATIONS } from './shared/explanations/explanations.js';
import { lastFinalReads } from './shared/final-reads.js';
import { Findings, stopped } from './shared/findings.js';
import { quantiles } from './shared/quantiles.js';
import { staleness } from './shared/staleness.js';
import { amount, instant, show, span } from './shared/text.js';

interface Options {
  add: string;
  read: string;
  linearizable: boolean;
}

const WORDS: ElementWords = { noun: 'element', done: 'added', deed: 'add' };

/**
 * `stable`: the latest read that should show it does. `lost`: the latest does not. `unread`: no read was invoked after it was
 * known, and none showed it. `open`: never acknowledged and never seen. `unexpected`: seen though nobody had added it.
 */
export type ElementClass = 'stable' | 'lost' | 'unread' | 'open' | 'unexpected' | 'none';

export function classify(elements: Elements, id: number): ElementClass {
  if (isUnexpected(elements, id)) return 'unexpected';
  if (elements.attempted[id]! < 0) return 'none';
  if (elements.known[id]! < 0) return 'open';
  const present = elements.present[id]!;
  const absent = elements.absent[id]!;
  if (absent > present) return 'lost';
  return present >= 0 ? 'stable' : 'unread';
}

function lost(history: History, elements: Elements, id: number): Omit<Anomaly, 'name'> {
  const absent = elements.absent[id]!;
  const present = elements.present[id]!;
  const value = elements.interner.values[id];
  const time = history.columns.time;
  const last = present < 0 ? 'no read ever showed it' : `it was last seen by the read at ${instant(time[present]!)}`;
  return {
    message: `Element ${show(value)}, ${howKnown(history, elements, id, WORDS)}, is missing from the read by ${actor(history, absent)} at ${instant(time[absent]!)} and never came back; ${last}.`,
    operations: [elements.attempted[id]!, present, absent].filter((row) => row >= 0).sort((a, b) => a - b),
    evidence: { element: value },
  };
}

function stale(history: History, elements: Elements, id: number): Omit<Anomaly, 'name'> {
  const absent = elements.absent[id]!;
  const value = elements.interner.values[id];
  const lag = staleness(history, elements, id);
  return {
    message: `The read by ${actor(history, absent)}, invoked at ${instant(history.columns.time[absent]!)}, lacks element ${show(value)}, ${howKnown(history, elements, id, WORDS)}: it was ${span(lag)} behind.`,
    operations: [elements.attempted[id]!, absent].sort((a, b) => a - b),
    evidence: { element: value, behind: lag },
  };
}

function byClass(elements: Elements): Record<ElementClass, number[]> {
  const classes: Record<ElementClass, number[]> = {
    stable: [],
    lost: [],
    unread: [],
    open: [],
    unexpected: [],
    none: [],
  };
  for (let id = 0; id < elements.count; id++) classes[classify(elements, id)].push(id);
  return classes;
}

function tooLittle(elements: Elements, classes: Record<ElementClass, number[]>): string | null {
  if (elements.count === 0 && elements.reads === 0) return 'nothing was added and nothing was read';
  if (elements.reads === 0) return 'no read succeeded, so nobody knows what became of the elements';
  if (classes.stable.length === 0) return 'no element that was added was ever read';
  return null;
}

export default defineChecker<Options>({
  name: 'set-full',
  summary: 'Every element that was added stays: none is lost, made up or doubled, and (if asked) none is seen late.',
  options: {
    add: option.text('The function that adds one element.', 'add'),
    read: option.text('The function that returns all elements.', 'read'),
    linearizable: option.flag(
      'Whether a read that lacks an element known before it is an anomaly, even if later reads show it.',
      false,
    ),
  },
  anomalies: ['lost-element', 'stale-read', 'unexpected-element', 'duplicate-element'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    const { add, read, linearizable } = options;
    const elements = elementsOf(history, { add, read, knownByRead: true, cancelled });
    if (elements === null) return stopped();
    const findings = new Findings();
    const wrong: WrongElement[] = [];
    const classes = byClass(elements);
    const late = classes.stable.filter((id) => elements.absent[id]! >= 0);
    for (const id of classes.lost) {
      wrong.push({ id, wrong: 'lost' });
      findings.add('lost-element', () => lost(history, elements, id));
    }
    if (linearizable) {
      const lag = new Map(late.map((id) => [id, staleness(history, elements, id)]));
      const worst = [...late].sort((a, b) => lag.get(b)! - lag.get(a)! || a - b);
      for (const id of worst) {
        wrong.push({ id, wrong: 'stale' });
        findings.add('stale-read', () => stale(history, elements, id));
      }
    } else {
      // Late is fine; missing on some node in the end is not, even if another node that was asked afterwards has it.
      const finals = lastFinalReads(history, read, add);
      for (const [id, missing] of missingFrom(history, elements, finals)) {
        if (classify(elements, id) === 'lost') continue;
        wrong.push({ id, wrong: 'lost', missing });
        findings.add('lost-element', () => missingElement(history, elements, id, missing, finals, WORDS));
      }
    }
    for (const id of classes.unexpected) {
      wrong.push({ id, wrong: 'unexpected' });
      findings.add('unexpected-element', () => unexpectedElement(history, elements, id, WORDS));
    }
    for (let id = 0; id < elements.count; id++) {
      if (elements.repeated[id]! >= 0) {
        wrong.push({ id, wrong: 'repeated' });
        findings.add('duplicate-element', () => repeatedElement(history, elements, id, WORDS));
      }
    }
    const acknowledged = elements.acknowledged.subarray(0, elements.count).filter((row) => row >= 0).length;
    const verdict = findings.verdict({
      unknown: tooLittle(elements, classes),
      valid: `${amount(classes.stable.length, 'element')} of ${acknowledged} acknowledged ones proved stable in ${amount(elements.reads, 'read')}`,
      details: {
        attempted: elements.attempted.subarray(0, elements.count).filter((row) => row >= 0).length,
        acknowledged,
        reads: elements.reads,
        unreadable: elements.unreadable,
        stable: classes.stable.length,
        lost: findings.count('lost-element'),
        stale: late.length,
        neverRead: classes.unread.length,
        unexpected: classes.unexpected.length,
        duplicated: findings.count('duplicate-element'),
        stableLatency: quantiles(classes.stable.map((id) => staleness(history, elements, id))),
      },
    });
    return showing(
      verdict,
      elementLanes(history, elements, wrong, { read, words: WORDS }),
      lateElements(history, elements, late, WORDS.noun),
    );
  },
});

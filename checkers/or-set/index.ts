// Observed-remove sets (Shapiro et al., A comprehensive study of Convergent and Commutative Replicated Data Types, 2011, 3.3.5):
// a remove takes away the adds that its node has seen, and no others; so an add wins over a remove that was under way with it.
import type { Anomaly } from '../../framework/contracts/checker.js';
import { defineChecker } from '../../framework/contracts/define.js';
import type { History } from '../../framework/contracts/history.js';
import { option } from '../../framework/contracts/options.js';
import { actor } from '../shared/actor.js';
import { type ElementWords, isUnexpected, repeatedElement, unexpectedElement } from '../shared/element-anomalies.js';
import { type Elements, elementsOf } from '../shared/elements.js';
import { showing } from '../shared/exhibits.js';
import { EXPLANATIONS } from '../shared/explanations/explanations.js';
import { type FinalRead, finalStart, lastFinalReads } from '../shared/final-reads.js';
import { Findings, stopped } from '../shared/findings.js';
import { amount, instant, list, show } from '../shared/text.js';
import { type Judgement, judgeOrSet, type Missing, type Revived } from './judge.js';
import { picture } from './picture.js';

interface Options {
  add: string;
  remove: string;
  read: string;
}

const WORDS: ElementWords = { noun: 'element', done: 'added', deed: 'add' };

type Evidence = Omit<Anomaly, 'name'>;

const at = (history: History, row: number) => instant(history.columns.time[row]!);

const places = (finals: readonly FinalRead[]) => finals.map(({ place }) => place);

/** `the final reads of n1 and n2`, `the read by process 3 on n1`. */
function where(history: History, read: number, finals: readonly FinalRead[]): string {
  if (finals.length === 0) return `the read by ${actor(history, read)}`;
  return `the final ${finals.length === 1 ? 'read' : 'reads'} of ${list(places(finals))}`;
}

function rows(...list: readonly (readonly number[])[]): number[] {
  return [...new Set(list.flat())].sort((a, b) => a - b);
}

function missing(history: History, elements: Elements, { element, witness, read, finals, back }: Missing): Evidence {
  const { mate } = history.columns;
  const value = elements.interner.values[element];
  const known =
    witness.by === 'add'
      ? `added by ${actor(history, witness.invoked)} and acknowledged at ${at(history, witness.row)}`
      : `shown to ${actor(history, witness.invoked)} at ${at(history, witness.row)}`;
  const later = back ? ', though a later read of that node shows it' : '';
  return {
    message: `Element ${show(value)}, ${known}, is missing from ${where(history, read, finals)} at ${at(history, read)}${later}; no remove of it that could have seen that was ever invoked before.`,
    operations: rows(
      [witness.invoked, mate[read]!],
      finals.slice(0, 3).map(({ invoked }) => invoked),
    ),
    evidence: { element: value, ...(finals.length === 0 ? {} : { missingFrom: places(finals) }) },
  };
}

function revived(history: History, elements: Elements, { element, add, removal, read, finals }: Revived): Evidence {
  const { mate } = history.columns;
  const value = elements.interner.values[element];
  return {
    message: `Element ${show(value)} is in ${where(history, read, finals)} at ${at(history, read)}, though every add of it had been seen and removed: the last one, by ${actor(history, add)} at ${at(history, add)}, by ${actor(history, removal.invoked)}, acknowledged at ${at(history, removal.acknowledged)}.`,
    operations: rows(
      [add, removal.invoked, mate[read]!],
      finals.slice(0, 3).map(({ invoked }) => invoked),
    ),
    evidence: { element: value, ...(finals.length === 0 ? {} : { shownBy: places(finals) }) },
  };
}

/** The last read of each place that followed every update. */
function finalsOf(history: History, { add, remove, read }: Options): FinalRead[] {
  const start = Math.max(finalStart(history, add) ?? -1, finalStart(history, remove) ?? -1);
  return lastFinalReads(history, read, add).filter(({ invoked }) => invoked > start);
}

function tooLittle(elements: Elements, finals: readonly FinalRead[], { stayed, gone }: Judgement): string | null {
  if (elements.reads === 0) return 'no read succeeded, so nobody knows what became of the elements';
  if (finals.length === 0) return 'no final read succeeded, so nobody knows what was left in the end';
  return stayed + gone === 0 ? 'of no element was it certain whether it had to be there in the end' : null;
}

export default defineChecker<Options>({
  name: 'or-set',
  summary:
    'Elements go only by a remove that has seen every add of them, and then stay away; none is made up or doubled. Nodes are taken to answer from what they have acknowledged and shown.',
  options: {
    add: option.text('The function that adds one element.', 'add'),
    remove: option.text('The function that removes one element.', 'remove'),
    read: option.text('The function that returns all elements.', 'read'),
  },
  anomalies: ['lost-element', 'stale-read', 'resurrected-element', 'unexpected-element', 'duplicate-element'],
  explains: EXPLANATIONS,
  check(history, { options, cancelled }) {
    const elements = elementsOf(history, { add: options.add, read: options.read, knownByRead: false, cancelled });
    if (elements === null) return stopped();
    const finals = finalsOf(history, options);
    const judgement = judgeOrSet(history, elements, finals, { ...options, cancelled });
    if (judgement === null) return stopped();
    const findings = new Findings();
    for (const item of judgement.missing) {
      findings.add(item.back ? 'stale-read' : 'lost-element', () => missing(history, elements, item));
    }
    for (const item of judgement.revived) {
      findings.add('resurrected-element', () => revived(history, elements, item));
    }
    for (let id = 0; id < elements.count; id++) {
      if (isUnexpected(elements, id)) {
        findings.add('unexpected-element', () => unexpectedElement(history, elements, id, WORDS));
      }
      if (elements.repeated[id]! >= 0) {
        findings.add('duplicate-element', () => repeatedElement(history, elements, id, WORDS));
      }
    }
    const { stayed, gone, adds, removes } = judgement;
    const verdict = findings.verdict({
      unknown: tooLittle(elements, finals, judgement),
      valid: `${amount(stayed, 'element')} stayed and ${gone} removed ones stayed away, in the final ${finals.length === 1 ? 'read' : 'reads'} of ${amount(finals.length, 'node')}`,
      details: {
        adds,
        removes,
        reads: elements.reads,
        unreadable: elements.unreadable,
        elements: elements.count,
        finalReads: finals.length,
        stayed,
        gone,
        lost: findings.count('lost-element'),
        stale: findings.count('stale-read'),
        resurrected: findings.count('resurrected-element'),
        unexpected: findings.count('unexpected-element'),
        duplicated: findings.count('duplicate-element'),
      },
    });
    return showing(verdict, picture(history, elements, judgement));
  },
});

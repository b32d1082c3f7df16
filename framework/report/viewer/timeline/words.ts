// The timeline in words: tooltips, what is said aloud, the details of an operation and of a fault.
import type { Nanoseconds } from '../../../contracts/time.js';
import { NONE, type Operations, OUTCOME_NAMES, operationAt } from '../../page/operations.js';
import type { PageFault, RunBlock } from '../../page/run.js';
import { digitsFor, duration, instant } from '../../time-text.js';
import type { Board } from './board.js';

export const MEANING = {
  ok: 'it happened',
  fail: 'it certainly did not happen',
  info: 'it may or may not have happened',
} as const;

export function outcomeAt({ outcome }: Operations, i: number): keyof typeof MEANING {
  return OUTCOME_NAMES[outcome[i]!] ?? 'info';
}

export function instantText(board: Board, time: Nanoseconds): string {
  const { from, to } = board.view;
  return instant(time, digitsFor((to - from) / 20));
}

function endText(operations: Operations, i: number): string {
  const completed = operations.completed[i]!;
  if (Number.isNaN(completed)) return 'never completed';
  return `${instant(completed, 6)} (${duration(completed - operations.invoked[i]!)})`;
}

/** `write 5 on key 2`. */
export function headline(operations: Operations, i: number): string {
  const key = operations.key[i]!;
  return `${operationAt(operations, i)}${key === NONE ? '' : ` on key ${operations.keys[key]}`}`;
}

export function operationTip(board: Board, i: number): string[] {
  const { operations } = board;
  const node = operations.node[i]!;
  const outcome = outcomeAt(operations, i);
  const number = board.numberOf(i);
  const error = operations.error[i]!;
  return [
    `${number > 0 ? `${number}: ` : ''}${headline(operations, i)}`,
    `process ${operations.process[i]}${node === NONE ? '' : ` at ${operations.nodes[node]}`}`,
    `${instant(operations.invoked[i]!, 6)} → ${endText(operations, i)}`,
    `${outcome}: ${MEANING[outcome]}`,
    ...(error === NONE ? [] : [operations.texts[error]!]),
  ];
}

export function faultTip(fault: PageFault): string[] {
  return [`${fault.name} ${fault.what}`.trimEnd(), ...faultFacts(fault).map(([name, value]) => `${name} ${value}`)];
}

/** Both when each was asked for and when it held. */
export function faultFacts(fault: PageFault): [string, string][] {
  const { targets, requested, from, to, healed, healRequested } = fault;
  const late = (asked: Nanoseconds, effective: Nanoseconds) =>
    effective > asked ? `, ${duration(effective - asked)} later` : ', at once';
  const facts: [string, string][] = targets.length > 0 ? [['targets', targets.join(' ')]] : [];
  facts.push(['requested', instant(requested, 6)], ['in force', `${instant(from, 6)}${late(requested, from)}`]);
  if (!healed) return [...facts, ['healed', 'never']];
  const asked = healRequested ?? to;
  return [
    ...facts,
    ['healing requested', instant(asked, 6)],
    ['healed', `${instant(to, 6)}${late(asked, to)}, ${duration(to - from)} in force`],
  ];
}

/** What a screen reader says of a selected operation. */
export function selectionText(board: Board, i: number): string {
  return `Selected: ${operationTip(board, i).join(', ')}.`;
}

/** Faults in force at some instant of `[from, to]`. */
export function faultsWithin(run: RunBlock, from: Nanoseconds, to: Nanoseconds): PageFault[] {
  return run.faults.filter((fault) => fault.from <= to && fault.to >= from);
}

/** The last who took over by `time`; null: nobody that is known. */
export function leaderAt({ leaders }: RunBlock, time: Nanoseconds): string | null {
  let text: string | null = null;
  for (const leader of leaders) {
    if (leader.time > time) break;
    text = leader.term === null ? leader.node : `${leader.node} (term ${leader.term})`;
  }
  return text;
}

// Which faults fit an anomaly best, by time and by node: a hint where to look, not a proof.
import type { Operation } from '../contracts/history.js';
import type { Nanoseconds } from '../contracts/time.js';
import { type Fault, overlapping } from './faults.js';
import type { Case, Story } from './story.js';

export interface Circumstance {
  readonly fault: Fault;
  /** Numbers (from 1) of the operations that it overlapped. */
  readonly during: readonly number[];
  /** Nodes of these operations that are among its targets, unless every node is. */
  readonly nodes: readonly string[];
}

/** How much it says that a fault overlapped the operation with which the anomaly began or showed, the rest, and what only led there. */
const KEY_OPERATION = 2;
const ANY_OPERATION = 1;
const MERE_PAST = 0.3;
/** That it hit the node of an operation, and that it was in force between operations only. */
const HIT = 0.7;
const BETWEEN = 0.4;
/** What was lost may have been lost by what came after. */
const AFTER_LOSS = 1.5;
/** That it began just before the operation, at the operation's node. */
const FRESH = 0.6;

/** Faults in force between the first and the last operation of an anomaly (or at its moments); what fits best comes first. */
export function faultsDuring(story: Story, found: Case): Circumstance[] {
  const { span } = found;
  if (span === undefined) return [];
  const key = keyOperation(found);
  return overlapping(story.faults.inForce, span.from, span.to)
    .map((fault) => ({ ...circumstance(story, found, fault), fault }))
    .map((one) => ({ one, fit: fitOf(story, found, one, key) }))
    .sort((a, b) => b.fit - a.fit || a.one.fault.from - b.one.fault.from)
    .map(({ one }) => one);
}

function circumstance({ input }: Story, { operations, span }: Case, fault: Fault): Omit<Circumstance, 'fault'> {
  const overlaps = ({ invoked, completed }: Operation) => fault.from <= (completed ?? span!.to) && fault.to >= invoked;
  const during = operations.flatMap((operation, i) => (overlaps(operation) ? [i + 1] : []));
  const isEverywhere = fault.targets.length >= input.result.nodes.length;
  const hit = during.map((number) => operations[number - 1]!.node ?? '').filter((node) => fault.targets.includes(node));
  return { during, nodes: isEverywhere ? [] : [...new Set(hit)] };
}

/** What was lost when it was written; everything else when it showed. A number from 1; 0: there is none. */
export function keyOperation({ anomaly, operations }: Case): number {
  if (operations.length === 0) return 0;
  const written = operations.findLastIndex(({ asked }) => asked !== null && asked !== undefined);
  if (isLoss(anomaly.name) && written >= 0) return written + 1;
  const ends = operations.map(({ completed, invoked }) => completed ?? invoked);
  return ends.indexOf(Math.max(...ends)) + 1;
}

export function isLoss(name: string): boolean {
  return name.startsWith('lost-');
}

/** A fault that is nearly always in force fits everything, and so says little. */
function fitOf(story: Story, found: Case, { fault, during, nodes }: Circumstance, key: number): number {
  const rarity = 1 - shareOfRun(story, fault.name);
  const overlap = during.reduce((sum, number) => sum + (number === key ? KEY_OPERATION : weightOf(found, number)), 0);
  const atMoments = found.moments.filter((time) => time >= fault.from && time <= fault.to).length;
  const operation = found.operations[key - 1];
  if (operation === undefined) return (atMoments + (isBetween(found, fault) ? ANY_OPERATION : BETWEEN)) * rarity;
  const isHit = nodes.length > 0 && overlap >= ANY_OPERATION ? HIT : 0;
  const reaches = fault.targets.includes(operation.node ?? '');
  const fresh = reaches && during.includes(key) ? FRESH * closeness(operation.invoked - fault.from) : 0;
  if (overlap > 0) return overlap * rarity + isHit + fresh;
  const loss = isLoss(found.anomaly.name);
  const away = loss ? fault.from - (operation.completed ?? operation.invoked) : operation.invoked - fault.to;
  return ((loss && away >= 0 ? AFTER_LOSS : BETWEEN) + (reaches ? HIT : 0)) * rarity * closeness(away);
}

/** It came and went between the first and the last moment: what was so before is no longer. */
export function isBetween({ moments }: Case, { from, to }: Fault): boolean {
  return from > (moments[0] ?? from) && to < (moments.at(-1) ?? to);
}

/** Of an operation that is not the key one. Whether it is part of the contradiction is known where the checker says so. */
function weightOf({ anomaly, operations }: Case, number: number): number {
  if (isLoss(anomaly.name)) return MERE_PAST;
  const conflict = anomaly.evidence?.['conflict'];
  const broken = typeof conflict === 'object' && conflict !== null ? Reflect.get(conflict, 'broken') : undefined;
  if (!Array.isArray(broken)) return ANY_OPERATION;
  return broken.flat().includes(operations[number - 1]!.index) ? ANY_OPERATION : MERE_PAST;
}

/** 1 at the same time, a half a second away, in whole steps of what arithmetic does alike everywhere. */
function closeness(distance: Nanoseconds): number {
  return 1_000_000_000 / (1_000_000_000 + Math.abs(distance));
}

function shareOfRun({ faults, statistics }: Story, name: string): number {
  let covered = 0;
  let until = 0;
  for (const fault of faults.inForce) {
    if (fault.name !== name || fault.to <= until) continue;
    covered += fault.to - Math.max(until, fault.from);
    until = fault.to;
  }
  return Math.min(1, covered / Math.max(1, statistics.end));
}

// What a witness looks like: the facts by which its anomaly is named.

import { EVENT_FAIL, EVENT_INVOKE, type History } from '../../../framework/contracts/history.js';
import { uint8 } from '../../shared/columns.js';
import { NOTHING } from '../models/model.js';
import type { Actions } from '../prepare/actions.js';
import { NEVER, type Partition } from '../prepare/partition.js';
import { NO_VALUE } from '../prepare/values.js';
import { precedes } from './witness.js';

/** Operations are event indexes of invocations; -1: there is none. */
export interface Shape {
  /** The completed operation that could not be linearized; it observed `value`. */
  observation: number;
  isCas: boolean;
  /** Number of the value; NO_VALUE for models whose operations do not observe single values. */
  value: number;
  isInitial: boolean;
  /** Operations that leave the value, invoked before the observation returned. */
  sources: number[];
  /** The first one invoked after that. */
  laterSource: number;
  /** A failed one invoked before that. */
  failedSource: number;
  /** Another cas in the witness that succeeded from the same value. */
  rivalCas: number;
  /**
   * An acknowledged update to another value that had returned before the observation was invoked; nothing that leaves the observed
   * value was invoked after it.
   */
  newer: number;
  /** A read or cas in the witness that saw another value; the same holds for it. */
  seen: number;
  /** The newer update is gone, not merely late to be seen: see `isLost`. */
  lost: boolean;
}

const NONE = -1;

export function shapeOf(
  history: History,
  partition: Partition,
  actions: Actions,
  initial: number,
  shown: readonly number[],
  stuck: number,
): Shape {
  const { row, action, ret, call, count } = partition;
  const { needs, leaves } = actions;
  const value = needs[action[stuck]!]!;
  const rowOf = (i: number | undefined) => (i === undefined ? NONE : row[i]!);
  /** It was over before the observation began, and the value was not written again in between. */
  const isMissed = (i: number) => precedes(partition, i, stuck) && ret[i]! > lastWritten;
  const leavers = value === NO_VALUE ? [] : indexes(count, (i) => leaves[action[i]!] === value && i !== stuck);
  const lastWritten = leavers.reduce((last, i) => (call[i]! < ret[stuck]! ? call[i]! : last), -1);
  const others = shown.filter((i) => i !== stuck);
  const rivalCas = others.findLast((i) => needs[action[i]!] === value && leaves[action[i]!] !== NO_VALUE);
  const seen = others.findLast((i) => {
    const observed = needs[action[i]!]!;
    return observed !== NO_VALUE && observed !== value && isMissed(i);
  });
  const newer = value === NO_VALUE ? undefined : newerUpdate(partition, actions, others, value, isMissed);
  return {
    observation: row[stuck]!,
    isCas: leaves[action[stuck]!] !== NO_VALUE,
    value,
    isInitial: value === initial,
    sources: leavers.filter((i) => call[i]! < ret[stuck]!).map((i) => row[i]!),
    laterSource: rowOf(leavers.find((i) => call[i]! > ret[stuck]!)),
    failedSource: value === NO_VALUE ? NONE : failedSource(history, partition, actions, value, stuck),
    rivalCas: value === NO_VALUE ? NONE : rowOf(rivalCas),
    newer: rowOf(newer),
    seen: rowOf(seen),
    lost: newer !== undefined && isLost(history, partition, actions, newer, stuck),
  };
}

/** The latest acknowledged update, in the witness or of a value that the witness saw, that the observation missed. */
function newerUpdate(
  partition: Partition,
  { needs, leaves }: Actions,
  others: readonly number[],
  value: number,
  isMissed: (i: number) => boolean,
): number | undefined {
  const { action, ret, count } = partition;
  const isNewer = (i: number) => {
    const left = leaves[action[i]!]!;
    return left !== NO_VALUE && left !== value && isMissed(i);
  };
  const latest = (list: readonly number[]) => [...list].sort((a, b) => ret[a]! - ret[b]!).at(-1);
  const inWitness = latest(others.filter(isNewer));
  if (inWitness !== undefined) return inWitness;
  const saw = new Set(others.map((i) => needs[action[i]!]!));
  return latest(indexes(count, (i) => saw.has(leaves[action[i]!]!) && isNewer(i)));
}

/**
 * A write that was acknowledged before the observation was invoked is lost, not merely late to be seen, when either the
 * observation is a cas, which acted as if the write had never been; or nobody ever observes what was written, and at least two
 * processes miss it before any other update that is known to have happened could overwrite it.
 */
function isLost(
  history: History,
  partition: Partition,
  { needs, leaves, values }: Actions,
  newer: number,
  stuck: number,
): boolean {
  const { row, action, call, ret, count } = partition;
  if (leaves[action[stuck]!] !== NO_VALUE) return true;
  const written = leaves[action[newer]!]!;
  const observed = uint8(values.count);
  for (let i = 0; i < count; i++) {
    const value = needs[action[i]!]!;
    if (ret[i] !== NEVER && i !== newer && value !== NO_VALUE) observed[value] = 1;
  }
  let overwritten = NEVER;
  for (let i = 0; i < count; i++) {
    if (ret[i] !== NEVER && needs[action[i]!] === written && ret[i]! > call[newer]!) return false;
    const left = leaves[action[i]!]!;
    const happened = left !== NO_VALUE && (ret[i] !== NEVER || observed[left] === 1);
    if (happened && i !== newer && ret[i]! > call[newer]!) overwritten = Math.min(overwritten, call[i]!);
  }
  const missing = indexes(count, (i) => {
    return needs[action[i]!] !== NO_VALUE && precedes(partition, newer, i) && ret[i]! < overwritten;
  });
  const processes = new Set(missing.map((i) => history.columns.process[row[i]!]));
  return missing.includes(stuck) && processes.size > 1;
}

function failedSource(
  history: History,
  partition: Partition,
  { model, values, functions }: Actions,
  value: number,
  stuck: number,
): number {
  const { columns } = history;
  const end = columns.mate[partition.row[stuck]!]!;
  for (let row = 0; row < end; row++) {
    if (columns.type[row] !== EVENT_INVOKE || columns.key[row] !== partition.key) continue;
    const mate = columns.mate[row]!;
    const f = history.functions[columns.f[row]!]!;
    if (mate < 0 || columns.type[mate] !== EVENT_FAIL || !functions.includes(f)) continue;
    const left = model.cell === undefined ? NOTHING : model.cell.leaves(f, history.value(row), undefined);
    if (left !== NOTHING && values.id(left) === value) return row;
  }
  return NONE;
}

function indexes(count: number, matches: (i: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) if (matches(i)) found.push(i);
  return found;
}

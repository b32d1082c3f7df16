// A quick answer to a question about few operations: the relaxed ones may take effect any number of times. Then what has been
// placed and the state are all that matters, so there is little to look at.
import { uint8 } from '../../shared/columns.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import { NEVER, type Operations } from '../prepare/partition.js';

/** Required operations and states up to which it is quick. */
const MOST_REQUIRED = 8;
const MOST_STATES = 64;

/**
 * Whether operations can be put in order where those without a return may also be left out. False: not even if each of those
 * could take effect again and again. True: in an order that uses each at most once. Null: neither, or there is too much to look
 * at. For cell models, whose states are few.
 */
export function canBeOrdered({ count, call, ret, action }: Operations, machine: Machine): boolean | null {
  const required: number[] = [];
  for (let i = 0; i < count; i++) if (ret[i] !== NEVER) required.push(i);
  if (required.length > MOST_REQUIRED) return null;
  const all = (1 << required.length) - 1;
  const states = [machine.initial];
  // Configurations in the order in which they were found, breadth first: the place of the state with the set of required
  // operations that took effect, the configuration before, and the operation between them.
  const found = [0];
  const before = [-1];
  const taken = [-1];
  const known = uint8(MOST_STATES << required.length);
  for (let at = 0; at < found.length; at++) {
    const placed = found[at]! & all;
    if (placed === all) return usesEachOnce(before, taken, at);
    const state = states[found[at]! >>> required.length]!;
    let deadline = NEVER;
    for (let r = 0; r < required.length; r++) {
      if ((placed & (1 << r)) === 0 && ret[required[r]!]! < deadline) deadline = ret[required[r]!]!;
    }
    for (let i = 0, r = 0; i < count && call[i]! < deadline; i++) {
      const bit = ret[i] === NEVER ? 0 : 1 << r++;
      if ((placed & bit) !== 0) continue;
      const next = machine.step(state, action[i]!);
      if (next === NO_STATE) continue;
      let number = states.indexOf(next);
      if (number < 0) {
        if (states.length === MOST_STATES) return null;
        number = states.push(next) - 1;
      }
      const configuration = (number << required.length) | placed | bit;
      if (known[configuration] === 1) continue;
      known[configuration] = 1;
      found.push(configuration);
      before.push(at);
      taken.push(i);
    }
  }
  return false;
}

/** True when no operation took effect twice on the way to a configuration, else null: the generous reading does not say. */
function usesEachOnce(before: readonly number[], taken: readonly number[], end: number): true | null {
  const used = new Set<number>();
  for (let at = end; taken[at]! >= 0; at = before[at]!) {
    if (used.has(taken[at]!)) return null;
    used.add(taken[at]!);
  }
  return true;
}

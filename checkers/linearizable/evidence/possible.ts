// Which states were possible while an operation was open: what a person asks when its result fits none of them.
import { type Machine, NO_STATE } from '../prepare/machine.js';
import type { Operations } from '../prepare/partition.js';

/** More operations, configurations or states than these tell a person nothing. */
const MOST_OPERATIONS = 20;
const MOST_CONFIGURATIONS = 20_000;
const MOST_STATES = 3;

/**
 * Texts of all states in which operation `stuck` would have had to take effect, in the order in which they are found; null: too
 * many to say, or it could have, so that something else is wrong. `optional`: may take effect at any time after its invocation,
 * or never.
 */
export function possibleStates(
  machine: Machine,
  { count, call, ret, action }: Operations,
  optional: readonly boolean[],
  stuck: number,
): string[] | null {
  if (count > MOST_OPERATIONS) return null;
  const { model } = machine.actions;
  const texts = new Set<string>();
  const known = new Set<string>();
  const waiting = [{ placed: 0, state: machine.initial }];
  const isWaiting = (placed: number, i: number) => (placed & (1 << i)) === 0 && optional[i] !== true && i !== stuck;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { placed, state } = at;
    let deadline = ret[stuck]!;
    for (let i = 0; i < count; i++) if (isWaiting(placed, i)) deadline = Math.min(deadline, ret[i]!);
    if (deadline > call[stuck]!) {
      if (machine.step(state, action[stuck]!) !== NO_STATE) return null;
      texts.add(model.showState(machine.state(state)));
    }
    if (texts.size > MOST_STATES || known.size > MOST_CONFIGURATIONS) return null;
    for (let i = 0; i < count; i++) {
      if (i === stuck || (placed & (1 << i)) !== 0 || call[i]! > deadline) continue;
      const next = machine.step(state, action[i]!);
      const after = placed | (1 << i);
      if (next === NO_STATE || known.has(`${after} ${next}`)) continue;
      known.add(`${after} ${next}`);
      waiting.push({ placed: after, state: next });
    }
  }
  return [...texts];
}

// Walks a path of the search once more and writes down who took effect when, also where the search had no choice.
import { int32, uint8 } from '../../shared/columns.js';
import { type Machine, NO_STATE } from '../prepare/machine.js';
import type { Problem } from './problem.js';

/**
 * The order in which operations take effect along a path, as indexes into the problem. `choices` are the operations that the
 * search chose, in order: between them pure operations take effect as soon as they can, as in `Search`. Takes time in proportion
 * to the path, times the pure operations open at once.
 */
export function replay(machine: Machine, problem: Problem, choices: Int32Array): Int32Array {
  const { count, action, slot, order, opened, levels } = problem;
  const { pure } = machine.actions;
  const effects = int32(count);
  const placed = uint8(count);
  let placing = 0;
  let state = machine.initial;
  let level = 0;
  let invoked = 0;
  let waiting: number[] = [];
  const place = (operation: number) => {
    placed[operation] = 1;
    effects[placing++] = operation;
  };
  const isLegal = (operation: number) => machine.step(state, action[operation]!) !== NO_STATE;
  const open = () => {
    for (; invoked < opened[level]!; invoked++) {
      if (slot[invoked]! < 0 || pure[action[invoked]!] === 0) continue;
      if (isLegal(invoked)) place(invoked);
      else waiting.push(invoked);
    }
  };
  /** Linearized operations return, and so others are invoked. */
  const settle = () => {
    if (waiting.some(isLegal)) {
      for (const operation of waiting) if (isLegal(operation)) place(operation);
      waiting = waiting.filter((operation) => placed[operation] === 0);
    }
    while (level < levels && placed[order[level]!] === 1) {
      level++;
      if (level < levels) open();
    }
  };
  if (levels > 0) {
    open();
    settle();
  }
  for (const choice of choices) {
    // A pure operation that returns next cannot be a choice: it would have taken effect.
    state = machine.step(state, action[choice]!);
    if (state === NO_STATE) throw new Error(`no path of the search: its choice ${choice} is illegal`);
    place(choice);
    settle();
  }
  return effects.slice(0, placing);
}

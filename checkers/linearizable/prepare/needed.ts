// Which operations can matter at all: pending ones that nobody could notice are dropped before any search.
import { uint8 } from '../../shared/columns.js';
import type { Actions } from './actions.js';
import { Elements } from './elements.js';
import { NEVER, type Operations } from './partition.js';
import { NO_VALUE } from './values.js';

/**
 * 1 for the operations that an engine has to look at. A pending pure operation is optional and changes nothing. For cell
 * models, a pending write or cas whose value no other operation needs is dropped too: leaving it out of a linearization
 * changes no state that anybody sees. A pending cas keeps what it needs alive, so this goes backwards along chains. For
 * containers and sets, a pending operation that puts an element nobody ever sees is dropped by the law of restriction.
 */
export function neededOperations(operations: Operations, actions: Actions): Uint8Array {
  const { count, ret, action } = operations;
  const { pure } = actions;
  const needed = uint8(count);
  const cell = actions.model.cell !== undefined;
  for (let i = 0; i < count; i++) needed[i] = ret[i] !== NEVER || (!cell && pure[action[i]!] === 0) ? 1 : 0;
  if (cell) keepObserved(operations, actions, needed);
  else if (Elements.apply(actions.model)) dropUnseen(operations, actions, needed);
  return needed;
}

function dropUnseen({ count, ret, action }: Operations, actions: Actions, needed: Uint8Array): void {
  const elements = new Elements(actions);
  const puts: number[] = [];
  for (let i = 0; i < count; i++) if (needed[i] === 1 && ret[i] === NEVER && elements.puts(action[i]!)) puts.push(i);
  if (puts.length === 0) return;
  const seen = new Set<number>();
  for (let i = 0; i < count; i++) {
    if (!elements.shows(action[i]!)) continue;
    for (const element of elements.all(action[i]!)) seen.add(element);
  }
  for (const i of puts) if (!seen.has(elements.of(action[i]!))) needed[i] = 0;
}

function keepObserved({ count, action }: Operations, { needs, leaves }: Actions, needed: Uint8Array): void {
  const seen = new Set<number>();
  const sources = new Map<number, number[]>();
  let pending = 0;
  for (let i = 0; i < count; i++) {
    if (needed[i] === 1) continue;
    const value = leaves[action[i]!]!;
    if (value === NO_VALUE) continue;
    pending++;
    const list = sources.get(value);
    if (list === undefined) sources.set(value, [i]);
    else list.push(i);
  }
  if (pending === 0) return;
  const found: number[] = [];
  const see = (value: number) => {
    if (value === NO_VALUE || seen.has(value)) return;
    seen.add(value);
    found.push(value);
  };
  for (let i = 0; i < count; i++) if (needed[i] === 1) see(needs[action[i]!]!);
  for (let value = found.pop(); value !== undefined; value = found.pop()) {
    for (const i of sources.get(value) ?? []) {
      needed[i] = 1;
      see(needs[action[i]!]!);
    }
  }
}

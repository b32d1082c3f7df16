// What each action does to a set, looked up once for all keys: monitors of sets work on these numbers.
import { int32, uint8 } from '../../shared/columns.js';
import type { MembershipRole } from '../models/model.js';
import type { Actions } from '../prepare/actions.js';
import { grown } from '../prepare/hash-index.js';
import { NO_VALUE } from '../prepare/values.js';

// Writes come first, then what concerns one element.
export const ADD = 0;
export const REMOVE = 1;
/** Found the element there, or not there. */
export const PRESENT = 2;
export const ABSENT = 3;
/** Read the whole set. */
export const READ = 4;
/** Read a list that names an element twice: never legal. */
export const REPEATED = 5;
/** Looked at the set, but nobody knows what it saw. */
const BLIND = 6;

export class SetRoles {
  /** Per action: one of the constants. */
  readonly act: Uint8Array;
  /** Per action: the number of its element; of a read, of its list; otherwise NO_VALUE. */
  readonly element: Int32Array;
  /** Elements of reads, by number. */
  readonly lists: Int32Array[] = [];
  /** Per element: the read that listed it last, as its action + 1. */
  #readBy = new Int32Array(0);

  /** All partitions must be interned before. Gives numbers to elements that occur only in reads. */
  constructor(actions: Actions) {
    const { count, functions, f, input, output, values, model } = actions;
    this.act = uint8(count);
    this.element = int32(count).fill(NO_VALUE);
    for (let action = 0; action < count; action++) {
      const name = functions[f[action]!]!;
      const role = model.membership!.role(name, values.value(input[action]!), values.value(output[action]!));
      if ((role.act === 'has' || role.act === 'read') && output[action] === NO_VALUE) this.act[action] = BLIND;
      else if (role.act === 'read') this.#read(action, role.elements, actions);
      else {
        this.act[action] = actOf(role);
        this.element[action] = values.id(role.element);
      }
    }
  }

  #read(action: number, elements: readonly unknown[], { values }: Actions): void {
    const list = int32(elements.length);
    let repeated = false;
    for (let i = 0; i < list.length; i++) {
      const x = values.id(elements[i]);
      if (x >= this.#readBy.length) this.#readBy = grown(this.#readBy, Math.max(64, x * 2));
      repeated ||= this.#readBy[x] === action + 1;
      this.#readBy[x] = action + 1;
      list[i] = x;
    }
    this.act[action] = repeated ? REPEATED : READ;
    if (!repeated) this.element[action] = this.lists.push(list) - 1;
  }
}

function actOf(role: Exclude<MembershipRole, { act: 'read' }>): number {
  if (role.act === 'has') return role.present ? PRESENT : ABSENT;
  return role.act === 'add' ? ADD : REMOVE;
}

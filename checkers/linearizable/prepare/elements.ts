// Which elements an action is about, for models of containers and sets: what belongs together, and what can be left out.
import { int32 } from '../../shared/columns.js';
import { type AnyModel, type ContainerRole, type MembershipRole, NOTHING } from '../models/model.js';
import type { Actions } from './actions.js';
import { NO_VALUE } from './values.js';

/** An action that cannot be said to be about certain elements. */
export const ANY = -2;

export class Elements {
  readonly #actions: Actions;
  /** Per action: the number of its element, NO_VALUE (none) or ANY (several, or nobody knows), + 3; 0: not looked at yet. */
  #known = new Int32Array(0);

  constructor(actions: Actions) {
    this.#actions = actions;
  }

  /** True for models to which the law of restriction applies. */
  static apply({ container, membership }: AnyModel): boolean {
    return container !== undefined || membership !== undefined;
  }

  /** The element that the action is about: its number, NO_VALUE (none: it found nothing) or ANY. */
  of(action: number): number {
    if (this.#known.length < this.#actions.count) {
      const longer = int32(this.#actions.f.length);
      longer.set(this.#known);
      this.#known = longer;
    }
    if (this.#known[action] === 0) this.#known[action] = this.#find(action) + 3;
    return this.#known[action]! - 3;
  }

  /** All elements that the action is about, several for a read of a set. */
  all(action: number): number[] {
    const one = this.of(action);
    if (one >= 0) return [one];
    const { output, values } = this.#actions;
    const role = one === NO_VALUE || output[action] === NO_VALUE ? undefined : this.#roleOf(action);
    return role?.act === 'read' ? role.elements.map((element) => values.id(element)) : [];
  }

  /** Whether it is a read of a whole set. */
  isWhole(action: number): boolean {
    return this.#actions.model.membership !== undefined && this.of(action) === ANY;
  }

  /** Whether it puts its element there. */
  puts(action: number): boolean {
    const act = this.#roleOf(action)?.act;
    return act === 'put' || act === 'add';
  }

  /** Whether it shows that its elements were there. */
  shows(action: number): boolean {
    const role = this.#roleOf(action);
    return role !== undefined && (role.act === 'take' || role.act === 'look' || role.act === 'read' || isPresent(role));
  }

  #find(action: number): number {
    const role = this.#roleOf(action);
    if (role === undefined || role.act === 'read') return ANY;
    if (role.act === 'empty') return NO_VALUE;
    return role.element === NOTHING ? ANY : this.#actions.values.id(role.element);
  }

  #roleOf(action: number): ContainerRole | MembershipRole | undefined {
    const { container, membership } = this.#actions.model;
    return (container ?? membership)?.role(...this.#actions.operation(action));
  }
}

function isPresent(role: ContainerRole | MembershipRole): boolean {
  return role.act === 'has' && role.present;
}

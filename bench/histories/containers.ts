// Seeded histories of queues, stacks, priority queues and unordered queues in which each element is put once.
import type { Random } from '../../framework/contracts/random.js';
import type { ColumnarHistory } from '../../framework/history/history.js';
import { DONE, type Effect, LIED, type Load, type Structure, simulate } from './clients.js';

export type Order = 'first' | 'last' | 'least';

export interface ContainerLoad extends Load {
  order: Order;
  /** What an element is put and taken by. */
  put: string;
  take: string;
}

/** The container is kept about this full, so that few find it empty. */
const FULL = 200;
/** How far from the right one the element of a lie is: no overlap explains that. */
const DEEP = 100;
const NOTHING = -1;

/** Linearizable for a container that starts empty unless there is a lie. */
export function containerHistory(random: Random, load: ContainerLoad): ColumnarHistory {
  return simulate(random, load, (history, draws) => container(history, draws, load));
}

function container(
  history: ColumnarHistory,
  random: Random,
  { order, put, take, clients, operations }: ContainerLoad,
): Structure {
  const [putId, takeId] = [history.idOfFunction(put), history.idOfFunction(take)];
  const elements = new Shelf(order);
  const isPut = new Uint8Array(clients);
  const element = new Int32Array(clients);
  let fresh = 0;
  return {
    choose(client) {
      isPut[client] = random.chance(elements.size < FULL ? 0.6 : 0.4) ? 1 : 0;
      // Priorities come in no order, and none twice: the multiplier has no factor in common with the modulus.
      if (isPut[client] === 1) element[client] = order === 'least' ? (fresh++ * 7919) % (operations * 2 + 1) : fresh++;
      return [isPut[client] === 1 ? putId : takeId, -1];
    },
    ask(client, row) {
      if (isPut[client] === 1) history.setInt(row, element[client]!);
    },
    apply(client, mayLie): Effect {
      if (isPut[client] === 1) {
        elements.add(element[client]!);
        return DONE;
      }
      const lies = mayLie && elements.size > DEEP;
      element[client] = elements.take(lies ? DEEP : 0);
      return lies ? LIED : DONE;
    },
    answer(client, row) {
      if (element[client] !== NOTHING) history.setInt(row, element[client]!);
    },
  };
}

/** Elements in a sorted or arrival order, in an array with room at both ends. */
class Shelf {
  #list = new Int32Array(1024);
  #from = 0;
  #to = 0;
  readonly #order: Order;

  constructor(order: Order) {
    this.#order = order;
  }

  get size(): number {
    return this.#to - this.#from;
  }

  add(element: number): void {
    if (this.#to === this.#list.length) this.#makeRoom();
    let at = this.#to++;
    if (this.#order === 'least') {
      for (; at > this.#from && this.#list[at - 1]! > element; at--) this.#list[at] = this.#list[at - 1]!;
    }
    this.#list[at] = element;
  }

  /** The element `depth` places from the one whose turn it is, or NOTHING. */
  take(depth: number): number {
    if (this.size === 0) return NOTHING;
    const at = this.#order === 'last' ? this.#to - 1 - depth : this.#from + depth;
    const element = this.#list[at]!;
    if (this.#order === 'last') {
      this.#list.copyWithin(at, at + 1, this.#to);
      this.#to--;
    } else {
      this.#list.copyWithin(this.#from + 1, this.#from, at);
      this.#from++;
    }
    return element;
  }

  #makeRoom(): void {
    const list = this.size * 2 > this.#list.length ? new Int32Array(this.#list.length * 2) : this.#list;
    list.set(this.#list.subarray(this.#from, this.#to).slice());
    this.#list = list;
    this.#to -= this.#from;
    this.#from = 0;
  }
}

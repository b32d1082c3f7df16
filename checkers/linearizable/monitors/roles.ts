// What each action does to a container, looked up once so that monitors read it from arrays.
import { int32, uint8 } from '../../shared/columns.js';
import { NOTHING } from '../models/model.js';
import type { Actions } from '../prepare/actions.js';
import { NO_VALUE } from '../prepare/values.js';

/** `TAKE_ANY`: a take that never completed; `NO_ACT`: a look that never did; `ODD`: what the monitors do not understand. */
export const NO_ACT = 0;
export const PUT = 1;
export const TAKE = 2;
export const LOOK = 3;
export const EMPTY = 4;
export const TAKE_ANY = 5;
const ODD = 6;

const ACTS = { put: PUT, take: TAKE, look: LOOK, empty: EMPTY } as const;
const UNKNOWN = { put: ODD, take: TAKE_ANY, look: NO_ACT, empty: EMPTY } as const;

export class Roles {
  /** Per action. */
  readonly act: Uint8Array;
  /** Per action: the number of its element, or NO_VALUE. */
  readonly element: Int32Array;

  /** For a model with a container. All partitions must be interned before. */
  constructor({ model, functions, f, input, output, values, count }: Actions) {
    const container = model.container!;
    this.act = uint8(count);
    this.element = int32(count).fill(NO_VALUE);
    for (let action = 0; action < count; action++) {
      const got = values.value(output[action]!);
      const { act, element } = container.role(functions[f[action]!]!, values.value(input[action]!), got);
      if (element === NOTHING) {
        this.act[action] = UNKNOWN[act];
      } else {
        this.act[action] = ACTS[act];
        this.element[action] = values.id(element);
      }
    }
  }
}

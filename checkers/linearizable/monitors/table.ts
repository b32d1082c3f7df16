// The monitors and what they are for: one that fits a model judges its keys, as far as they qualify.
import type { AnyModel } from '../models/model.js';
import type { Machine } from '../prepare/machine.js';
import { Bag } from './bag.js';
import { Locks } from './lock.js';
import type { Monitor } from './monitor.js';
import { PriorityQueue } from './priority-queue.js';
import { Queue } from './queue.js';
import { Sets } from './set.js';
import { Stack } from './stack.js';
import { Zones } from './zones.js';

interface Entry {
  fits: (model: AnyModel) => boolean;
  /** All partitions must be interned before. */
  make: (machine: Machine) => Monitor;
}

const MONITORS: readonly Entry[] = [
  { fits: ({ cell }) => cell !== undefined, make: (machine) => new Zones(machine) },
  { fits: ({ membership }) => membership !== undefined, make: (machine) => new Sets(machine) },
  { fits: ({ lock }) => lock !== undefined, make: (machine) => new Locks(machine) },
  { fits: ({ container }) => container?.order === 'first', make: (machine) => new Queue(machine) },
  { fits: ({ container }) => container?.order === 'last', make: (machine) => new Stack(machine) },
  { fits: ({ container }) => container?.order === 'least', make: (machine) => new PriorityQueue(machine) },
  { fits: ({ container }) => container?.order === 'any', make: (machine) => new Bag(machine) },
];

/** The monitor for the machine's model; undefined: there is none. */
export function monitorFor(machine: Machine): Monitor | undefined {
  return MONITORS.find(({ fits }) => fits(machine.actions.model))?.make(machine);
}

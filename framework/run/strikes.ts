// When a nemesis strikes and for how long, from its schedule.
import type { Random } from '../contracts/random.js';
import type { Milliseconds } from '../contracts/time.js';
import type { Schedule } from '../plan/plan.js';

export interface Strike {
  at: Milliseconds;
  for: Milliseconds;
}

/**
 * The strikes within a load of the given length. `every`: each period is calm first and faulty at its end, so that a fault of
 * 5 s every 10 s strikes at 5 s, 15 s, …; jitter moves a strike within its calm part by up to that fraction of it, both ways
 * at half. A strike that would outlast the load is cut short, and left out when less than half of it remains.
 */
export function strikes(schedule: Schedule, load: Milliseconds, random: Random): Strike[] {
  const result: Strike[] = [];
  const add = (at: Milliseconds) => {
    const length = Math.min(schedule.for, load - at);
    if (length >= schedule.for / 2) result.push({ at, for: length });
  };
  if (schedule.kind === 'at') {
    for (const at of schedule.at) add(at);
    return result;
  }
  const calm = schedule.every - schedule.for;
  for (let period = 0; period * schedule.every < load; period++) {
    const shift = random.between(-0.5, 0.5) * schedule.jitter * calm;
    // The last period has no successor to run into; the others keep half of the jitter on either side.
    add(Math.max(0, period * schedule.every + calm * (1 - schedule.jitter / 2) + shift));
  }
  return result;
}

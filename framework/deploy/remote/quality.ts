// Several faults on one link are one fault of the kernel's: added up as messages would meet them one after the other.
import type { Delay, LinkQuality } from '../../contracts/cluster.js';

/** Independent chances add up; delays follow each other, spread as the widest of them; the narrowest rate limits. */
export function addedUp(qualities: readonly LinkQuality[]): LinkQuality {
  const sum: LinkQuality = {};
  for (const quality of qualities) {
    for (const name of ['loss', 'duplicate', 'reorder', 'corrupt'] as const) {
      const probability = quality[name];
      if (probability !== undefined) sum[name] = 1 - (1 - (sum[name] ?? 0)) * (1 - probability);
    }
    if (quality.rate !== undefined) sum.rate = Math.min(sum.rate ?? Number.POSITIVE_INFINITY, quality.rate);
    if (quality.delay !== undefined)
      sum.delay = sum.delay === undefined ? quality.delay : inTurn(sum.delay, quality.delay);
  }
  return sum;
}

function inTurn(a: Delay, b: Delay): Delay {
  const spread = (delay: Delay) => (delay.distribution === 'exponential' ? delay.mean : (delay.jitter ?? 0));
  const wider = spread(b) > spread(a) ? b : a;
  const jitter = spread(a) + spread(b);
  return { distribution: wider.distribution, mean: a.mean + b.mean, ...(jitter === 0 ? {} : { jitter }) };
}

// For tests: faults at random, overlapping, on a simulated cluster.
import type { Effect } from '../../../framework/contracts/cluster.js';
import type { AnyNemesis, TargetName } from '../../../framework/contracts/nemesis.js';
import type { Random } from '../../../framework/contracts/random.js';
import { resolveTargets } from '../../../framework/run/targets.js';
import type { Simulated } from './simulated-cluster.js';

export type Fault = readonly [nemesis: AnyNemesis, options: object, targets: TargetName];

/** Every so many milliseconds on average, until `end` on the clock; at most two at a time, and none when it resolves. */
export async function rage(
  { cluster, clock }: Simulated,
  faults: readonly Fault[],
  random: Random,
  { every, end }: { every: number; end: number },
): Promise<void> {
  const { nodes } = cluster;
  const active: Effect[] = [];
  for (let ordinal = 0; clock.now() < end; ordinal++) {
    const draws = random.derive('fault', ordinal);
    const leader = cluster.leader();
    const [nemesis, options, target] = draws.pick(faults);
    const targets = resolveTargets(target, nodes, leader, draws);
    const context = { options, random: draws.derive('choose'), nodes, members: nodes, leader };
    const injection = Array.isArray(targets) ? nemesis.choose({ ...context, targets }) : targets;
    if (!('skip' in injection)) active.push(await nemesis.inject(injection, cluster.faults));
    await clock.sleep(draws.between(every / 6, (11 * every) / 6));
    if (active.length > 1 || draws.chance(0.6)) await active.shift()?.heal();
  }
  for (const effect of active) await effect.heal();
}

// Plays an injection against nothing, before anything starts: shows whether the nemesis understands it, and what it would hit.
import type { Capability } from '../contracts/capability.js';
import { type Effect, type Faults, type Link, needOfDisk, needsOf } from '../contracts/cluster.js';
import { ChaosError, messageOf } from '../contracts/error.js';
import type { AnyNemesis, Injection } from '../contracts/nemesis.js';

export interface Rehearsal {
  /** What it does to the cluster, and to which nodes. */
  needs: Capability[];
  nodes: string[];
  /** Why the nemesis refuses it; null: it does not. */
  problem: { message: string; hint: string | undefined } | null;
}

const NOTHING: Effect = { heal: async () => {} };

/** `inject` only acts on the faults that it is given: with faults that do nothing, it is a check. */
export async function rehearse(nemesis: AnyNemesis, injection: Injection): Promise<Rehearsal> {
  const needs = new Set<Capability>();
  const nodes = new Set<string>();
  const hit = async (need: Capability, names: readonly string[]): Promise<Effect> => {
    needs.add(need);
    for (const name of names) nodes.add(name);
    return NOTHING;
  };
  const ends = (links: readonly Link[]) => links.flat();
  const faults: Faults = {
    cut: (links) => hit('partition', ends(links)),
    degrade: (links, quality) => {
      for (const need of needsOf(quality)) needs.add(need);
      for (const name of ends(links)) nodes.add(name);
      return Promise.resolve(NOTHING);
    },
    kill: (names) => hit('kill', names),
    pause: (names) => hit('pause', names),
    power: (names) => hit('power', names),
    clock: (names) => hit('clock', names),
    disk: (names, { kind }) => hit(needOfDisk(kind), names),
    change: ({ join, leave }) => hit('membership', [...join, ...leave]),
  };
  let problem: Rehearsal['problem'] = null;
  try {
    await nemesis.inject(structuredClone(injection), faults);
  } catch (error) {
    problem = { message: messageOf(error), hint: error instanceof ChaosError ? error.hint : undefined };
  }
  return { needs: [...needs], nodes: [...nodes], problem };
}

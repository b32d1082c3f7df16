// For tests: faults that record what they were asked, and the context of a choice.
import type { Effect, Faults } from '../../framework/contracts/cluster.js';
import type { ChooseContext } from '../../framework/contracts/nemesis.js';
import { createRandom } from '../../framework/time/random.js';

export type Call = readonly [name: string, ...args: unknown[]];

/** Every call and every heal, in order. `fail` names a call that is refused when it comes for the n-th time (from 0). */
export function recordingFaults(fail?: { call: number }): { faults: Faults; calls: Call[] } {
  const calls: Call[] = [];
  const record = async (...call: Call): Promise<Effect> => {
    const ordinal = calls.filter(([name]) => name !== 'heal').length;
    calls.push(call);
    if (fail?.call === ordinal) throw new Error('refused');
    return { heal: async () => void calls.push(['heal', ...call]) };
  };
  return {
    calls,
    faults: {
      cut: (links) => record('cut', links),
      degrade: (links, quality) => record('degrade', links, quality),
      kill: (nodes) => record('kill', nodes),
      pause: (nodes) => record('pause', nodes),
      power: (nodes) => record('power', nodes),
      clock: (nodes, fault) => record('clock', nodes, fault),
      disk: (nodes, fault) => record('disk', nodes, fault),
      change: (change) => record('change', change),
    },
  };
}

export function nodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index + 1}`);
}

/** A choice on five nodes led by n2, all of them targets, unless told otherwise. */
export function choice<O>(options: O, seed = 1, more: Partial<ChooseContext<O>> = {}): ChooseContext<O> {
  const nodes = more.nodes ?? nodeNames(5);
  return {
    options,
    random: createRandom(seed, 'nemesis'),
    targets: nodes,
    nodes,
    members: nodes,
    leader: 'n2',
    ...more,
  };
}

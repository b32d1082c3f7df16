// For tests: storms over Raft, in which members may change too.
import {
  type Beside,
  type StormOptions as StoreStormOptions,
  storm as storeStorm,
} from '../../shared/testing/store-storm.js';
import type { RaftOptions } from '../options.js';
import type { Raft } from '../raft.js';
import { type Bench, bench } from './bench.js';
import type { Laws } from './laws.js';

export interface StormOptions extends StoreStormOptions<RaftOptions> {
  /** Mean time between two changes of members, of whom there are at least two; left out: none change. */
  change?: number;
}

/** Asks the leader for a change until it is confirmed. */
export async function changeMembers(b: Bench, join: readonly string[], leave: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const reply = await b.ask(b.cluster.leader() ?? 'n1', { type: 'change', join, leave });
    if (reply?.type === 'change_ok') return;
    await b.sleep(100);
  }
  throw new Error(`no change within a hundred requests: ${join.join(' ')} in, ${leave.join(' ')} out`);
}

/** Changes one after the other, and in the end back to the first members. */
const changing =
  (every: number, first: number): Beside<Raft, Laws> =>
  (b, draws, end) => {
    const { cluster, clock } = b;
    const change = async (): Promise<void> => {
      await b.sleep(draws.exponential(every));
      if (clock.now() >= end) return;
      const join = draws.shuffle(cluster.nodes).slice(0, 2 + draws.int(cluster.nodes.length - 1));
      const node = cluster.leader() ?? draws.pick(cluster.nodes);
      await b.ask(node, { type: 'change', join, leave: b.others(...join) }, { wait: 2000 });
      await change();
    };
    void change();
    return async () => {
      await changeMembers(b, cluster.nodes.slice(0, first), cluster.nodes.slice(first));
      await b.sleep(2000);
    };
  };

export const storm = ({ change, ...options }: StormOptions) =>
  storeStorm(bench, options, change === undefined ? undefined : changing(change, options.nodes ?? 5));

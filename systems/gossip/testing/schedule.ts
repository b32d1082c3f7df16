// For tests: random schedules. Clients ask, nodes crash and come and go, the network does its worst; then all is left in peace.
import { createRandom } from '../../../framework/time/random.js';
import gossip from '../index.js';
import type { GossipOptions } from '../options.js';
import { Cluster, DEFAULTS } from './cluster.js';

export interface Played {
  cluster: Cluster;
  members: readonly string[];
  /** Elements whose add was acknowledged and whose remove nobody has asked for. */
  mustStay: Set<number>;
  /** Elements that were added once, and removed with an acknowledgement by a node that held them. */
  mustGo: Set<number>;
  /** Sum of the acknowledged additions, and how far those in doubt may move it. */
  sum: number;
}

const NODES = 4;
const SPARES = 1;
const STEPS = 120;

export function play(seed: number, options: Partial<GossipOptions> = {}): Played {
  const random = createRandom(seed, 'schedule');
  const state = options.state ?? 'g-set';
  const cluster = new Cluster({ history: 10, 'compact-after': 20, ...options }, { nodes: NODES, spares: SPARES, seed });
  const played: Played = { cluster, members: cluster.names, mustStay: new Set(), mustGo: new Set(), sum: 0 };
  let element = 0;

  const update = (node: string) => {
    const removable = [...played.mustStay];
    if (state === 'or-set' && removable.length > 0 && random.chance(0.5)) {
      const value = random.pick(removable);
      if ((cluster.read(node) as number[] | undefined)?.includes(value) !== true) return;
      played.mustStay.delete(value);
      if (cluster.answer(node, { type: 'remove', element: value }).type === 'remove_ok') played.mustGo.add(value);
    } else if (state === 'pn-counter') {
      const delta = random.int(9) - 4;
      if (cluster.answer(node, { type: 'add', delta }).type === 'add_ok') played.sum += delta;
    } else if (state === 'lww-register') {
      cluster.answer(node, { type: 'write', key: random.int(3), value: element++ });
    } else if (cluster.answer(node, { type: 'add', element }).type === 'add_ok') played.mustStay.add(element++);
  };

  const isMember = (node: string) => cluster.runs(node) && cluster.report(node)?.role === 'member';

  Object.assign(cluster, { loss: 0.1, duplicates: 0.1, delay: 60 });
  for (let step = 0; step < STEPS; step++) {
    const node = random.pick(cluster.all);
    const dice = random.float();
    if (dice < 0.7) {
      if (isMember(node)) update(node);
    } else if (dice < 0.8) {
      cluster.toggle(node);
    } else if (dice < 0.86) {
      const side = cluster.all.filter(() => random.chance(0.5));
      const other = cluster.all.filter((name) => !side.includes(name));
      cluster.partition(side, other);
    } else if (dice < 0.92) cluster.heal();
    else if (isMember(node)) {
      const moving = random.pick(cluster.all);
      const [join, leave] = random.chance(0.5) ? [[moving], []] : [[], [moving]];
      cluster.ask(node, gossip.membership!.change(join, leave, DEFAULTS));
    }
    cluster.run(random.float() * 120);
  }

  // In peace.
  Object.assign(cluster, { loss: 0, duplicates: 0 });
  cluster.heal();
  for (const node of cluster.all) if (!cluster.runs(node)) cluster.start(node);
  cluster.run(10_000);
  played.members = cluster.all.filter((node) => cluster.report(node)?.role === 'member');
  return played;
}

import { expect, it } from 'vitest';
import type { DiskFault } from '../../contracts/cluster.js';
import { createRandom } from '../../time/random.js';
import { type Bench, bench } from './testing/bench.js';

/** Four writers that never stop; tells what was acknowledged. */
function write(b: Bench) {
  const acknowledged = new Set<number>();
  let next = 0;
  let stopped = false;
  const writer = (index: number) => {
    if (stopped) return;
    const item = next++;
    b.cluster.request(`c${100 * index + 1000}`, 'n1', { type: 'append', item }, () => {
      acknowledged.add(item);
      writer(index);
    });
  };
  return {
    acknowledged,
    /** A request to a dead node is lost: start again. */
    restart: () => {
      for (let index = 0; index < 4; index++) writer(index);
    },
    stop: () => {
      stopped = true;
    },
  };
}

it('whenever a node is killed, it has all that it acknowledged, once, and in order', () =>
  bench({ nodes: ['n1'] }, async (b) => {
    const random = createRandom(7, 'kills');
    const writers = write(b);
    const kinds: (DiskFault['kind'] | 'kill')[] = ['kill', 'lose-unsynced', 'torn-tail'];
    for (let round = 0; round < 15; round++) {
      writers.restart();
      await b.until(() => writers.acknowledged.size > 20 * round);
      // Somewhere in the next few milliseconds, between two system calls or within one.
      await b.sleep(random.between(0, 8));
      const kind = random.pick(kinds);
      const { faults } = b.cluster;
      const effect = kind === 'kill' ? await faults.kill(['n1']) : await faults.disk(['n1'], { kind });
      await effect.heal();
      const items = (await b.items('n1')) as number[];
      expect(items.length).toBe(new Set(items).size);
      const kept = new Set(items);
      expect([...writers.acknowledged].filter((item) => !kept.has(item))).toEqual([]);
      expect(items).toEqual([...items].sort((one, other) => one - other));
    }
    writers.stop();
    expect(b.events.filter((event) => event.kind === 'exit' && !event.fault)).toEqual([]);
  }));

// The lab: how soon its hosts are up and gone, how soon a partition is in force, and what Raft carries there over TCP.
import { Lab } from '../framework/deploy/lab/lab.js';
import { partitions, quantile } from './partitions.js';
import type { BenchRow } from './row.js';
import { storeRows } from './store-local.js';

const ROUNDS = 10;
const HOSTS = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** Seconds until five hosts answer over SSH, and until nothing of them is left: the slowest of all rounds. */
async function upAndDown(): Promise<BenchRow[]> {
  const up: number[] = [];
  const down: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const lab = new Lab(`bench${round}`, HOSTS, {});
    const began = performance.now();
    await lab.up();
    const stood = performance.now();
    await lab.down();
    up.push((stood - began) / 1000);
    down.push((performance.now() - stood) / 1000);
  }
  const note = (values: readonly number[]) => `median ${quantile(values, 0.5).toFixed(2)} s of ${ROUNDS} rounds`;
  return [
    { name: 'five hosts up, slowest', value: Math.max(...up), unit: 's', target: 5, better: 'lower', note: note(up) },
    {
      name: 'five hosts gone, slowest',
      value: Math.max(...down),
      unit: 's',
      target: 2,
      better: 'lower',
      note: note(down),
    },
  ];
}

export async function rows(): Promise<BenchRow[]> {
  const raft = await storeRows({
    name: 'three Raft nodes in a lab, over TCP',
    system: 'raft',
    route: 'leader',
    deploy: 'lab',
    target: 15_000,
  });
  return [...(await upAndDown()), await partitions('lab', 'hosts', 100), ...raft];
}

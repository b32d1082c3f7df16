// A parent for tests, run from the build: starts nodes, freezes one, prints what runs, and then ends as its argument says.
import { pathToFileURL } from 'node:url';

const [dist, end, command, ...args] = process.argv.slice(2);
const load = async (name) => import(pathToFileURL(`${dist}/${name}.js`).href);
const { LocalCluster } = await load('framework/deploy/local/cluster');
const { realWorld } = await load('framework/time/real');
const { createRandom } = await load('framework/time/random');

const cluster = new LocalCluster({
  options: { latency: 0, distribution: 'constant', jitter: 0 },
  nodes: ['n1', 'n2'],
  system: { name: 'program', program: () => ({ command, args }) },
  source: { kind: 'builtin', name: 'program' },
  systemOptions: {},
  clock: realWorld().clock,
  random: createRandom(1, 'deploy'),
  folder: null,
  services: [],
  logMessages: false,
  event: () => {},
  keep: false,
});
await cluster.start();
await cluster.faults.pause(['n2']);
process.stdout.write(`${cluster.describe().join('\n')}\n`);
if (end === 'exit') process.exit(0);
if (end === 'crash') throw new Error('a defect of the parent');
setInterval(() => {}, 1000);

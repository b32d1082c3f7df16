// A run of containers in a process of its own, for tests that kill it: says `up`, then waits.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineChoice } from '../../../framework/deploy/container/engine.js';
import { ContainerSource } from '../../../framework/deploy/container/source.js';

const [engine, run = '', subnet = ''] = process.argv.slice(2);
const source = new ContainerSource({
  run,
  options: { engine: engine as EngineChoice, image: { from: 'scratch-with-node' }, subnet },
});
await source.open(['n1', 'n2'], () => {});
process.stdout.write('up\n');
await sleep(120_000);

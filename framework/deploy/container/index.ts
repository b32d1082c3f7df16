// The container deployment: a container for each node in a private network, by whichever engine this machine has.
import { randomBytes } from 'node:crypto';
import { ON_HOSTS, PROGRAMS_ON_HOSTS } from '../../contracts/capability.js';
import { defineDeployment } from '../../contracts/define.js';
import type { Milliseconds } from '../../contracts/time.js';
import { realWorld } from '../../time/real.js';
import { CAPTURE_OPTION, type CaptureOption } from '../remote/capture.js';
import { onHosts } from '../remote/on-hosts.js';
import { DEAD_MAN, NODE_PORT } from '../remote/options.js';
import { cleanContainers, keptImages } from './clean.js';
import { optionsFor } from './container.js';
import { CONTAINER_OPTIONS, type ContainerOptions } from './options.js';
import { ContainerSource } from './source.js';

interface Options extends ContainerOptions {
  'node-port': number;
  'dead-man': Milliseconds;
  capture: CaptureOption;
}

/** Bytes; with less the kernel ends what runs there before it has begun. */
const LEAST_MEMORY = 100e6;

const WORKSPACE = '/var/lib/chaos';

export default defineDeployment<Options>({
  name: 'container',
  summary: 'a container for each node, by Docker or Podman; the image of reference nodes is built without any registry',
  options: { ...CONTAINER_OPTIONS, 'node-port': NODE_PORT, 'dead-man': DEAD_MAN, capture: CAPTURE_OPTION },
  world: 'remote',
  capabilities: { protocol: [...ON_HOSTS, 'power'], lifecycle: [...PROGRAMS_ON_HOSTS, 'power'] },
  validate: ({ memory }) =>
    memory !== undefined && memory < LEAST_MEMORY
      ? ['memory: less than 100MB is too little, since two Node processes run beside a program']
      : [],
  createWorld: realWorld,
  provision: async (context) => {
    const { options, system, needs = [] } = context;
    const more = system.nodes === undefined ? optionsFor(needs) : [];
    return onHosts(context, {
      source: new ContainerSource({ run: randomBytes(4).toString('hex'), options, more }),
      workspace: WORKSPACE,
      port: options['node-port'],
      bound: options['dead-man'],
      sudo: false,
      hostClock: false,
      capture: options.capture,
    });
  },
  clean: (dry, what) => cleanContainers(dry, what),
  kept: () => keptImages(),
});

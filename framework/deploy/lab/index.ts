// The lab deployment: hosts of their own on this machine, made for a run and removed after it.
import { randomBytes } from 'node:crypto';
import { ON_HOSTS, PROGRAMS_ON_HOSTS } from '../../contracts/capability.js';
import { defineDeployment } from '../../contracts/define.js';
import { option } from '../../contracts/options.js';
import type { Milliseconds } from '../../contracts/time.js';
import { realWorld } from '../../time/real.js';
import { CAPTURE_OPTION, type CaptureOption } from '../remote/capture.js';
import { onHosts } from '../remote/on-hosts.js';
import { DEAD_MAN, NODE_PORT } from '../remote/options.js';
import { cleanLabs } from './remove.js';
import { runAgainInside } from './rootless.js';
import { LabSource } from './source.js';

interface Options {
  disk?: number;
  folder?: string;
  'node-port': number;
  'dead-man': Milliseconds;
  capture: CaptureOption;
}

/** In every host: our own, what nodes keep (where `disk` is given a file system of its own), and what a reboot takes. */
const WORKSPACE = '/var/tmp/chaos';
const DATA = '/var/lib/chaos';
const HELPER = '/run/chaos';

export default defineDeployment<Options>({
  name: 'lab',
  summary: 'hosts of their own on this Linux machine: network, processes, disk and sshd, made for the run in a second',
  options: {
    disk: option.size('Room on each host for the data of its node; as much as this machine has, where it is left out.'),
    folder: option.path(
      'Folder of this machine for the disks of the hosts, on a file system that can be the upper layer of an overlay; `/var/lib/chaos-lab` by default, or the state folder of a plain user.',
    ),
    'node-port': NODE_PORT,
    'dead-man': DEAD_MAN,
    capture: CAPTURE_OPTION,
  },
  world: 'remote',
  capabilities: { protocol: [...ON_HOSTS, 'power'], lifecycle: [...PROGRAMS_ON_HOSTS, 'power'] },
  createWorld: realWorld,
  elsewhere: runAgainInside,
  provision: async (context) => {
    const { options, keep } = context;
    return onHosts(context, {
      source: new LabSource({
        id: randomBytes(4).toString('hex'),
        options: { disk: options.disk ?? null, folder: options.folder },
        keep: false,
        watch: !keep,
      }),
      workspace: WORKSPACE,
      data: DATA,
      helper: HELPER,
      port: options['node-port'],
      bound: options['dead-man'],
      sudo: false,
      hostClock: false,
      capture: options.capture,
    });
  },
  clean: (dry) => cleanLabs(dry),
});

// The options of `deploy: { use: lab }`; how many hosts there are says the plan.
import { type Options, option } from '../../contracts/options.js';

/** Resolved, these are `LabOptions`. */
export const LAB_OPTIONS: Options = {
  disk: option.size(
    'Size of a file system of its own for /var/lib/chaos on each host, in memory, so that it can be full or read-only; part of the host’s disk where it is left out.',
  ),
  folder: option.path(
    'Folder of this machine for the disks of the hosts, on a file system that overlays can write to; /var/lib/chaos-lab by default, or the state folder of a plain user.',
  ),
};

// The ssh deployment: hosts of the user's own, one for each node.
import { ON_HOSTS, PROGRAMS_ON_HOSTS } from '../../contracts/capability.js';
import { defineDeployment } from '../../contracts/define.js';
import { realWorld } from '../../time/real.js';
import { CAPTURE_OPTION, type CaptureOption } from '../remote/capture.js';
import { onHosts } from '../remote/on-hosts.js';
import { healOverSsh } from './heal.js';
import { hostProblems } from './hosts.js';
import { SSH_OPTIONS, type SshOptions } from './options.js';
import { SshSource, workspaceOf } from './source.js';

interface Options extends SshOptions {
  capture: CaptureOption;
}

export default defineDeployment<Options>({
  name: 'ssh',
  summary: 'hosts of your own, reached over SSH, one for each node',
  options: { ...SSH_OPTIONS, capture: CAPTURE_OPTION },
  world: 'remote',
  capabilities: { protocol: ON_HOSTS, lifecycle: PROGRAMS_ON_HOSTS },
  validate: hostProblems,
  createWorld: realWorld,
  provision: async (context) => {
    const { options } = context;
    return onHosts(context, {
      source: new SshSource(options),
      workspace: workspaceOf(options),
      port: options['node-port'],
      bound: options['dead-man'],
      sudo: options.sudo,
      hostClock: options['host-clock'],
      capture: options.capture,
      tunnel: options.tunnel,
    });
  },
  heal: healOverSsh,
});

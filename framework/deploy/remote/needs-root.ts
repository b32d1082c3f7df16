// Whether a program that is no node of ours needs root on its hosts, which is to be known before anybody goes there.
import type { OptionValues } from '../../contracts/options.js';
import type { AnySystem, NodePlace } from '../../contracts/system.js';

/** Steps ask for root whatever the places of nodes are. */
const ANYWHERE: NodePlace = {
  id: 'n1',
  number: 1,
  address: '127.0.0.1',
  port: 1,
  data: '/data',
  logs: '/logs',
  files: '/files',
};

export function needsRoot(system: AnySystem, options: OptionValues): boolean {
  const life = system.lifecycle?.(options, ANYWHERE, [ANYWHERE]);
  if (life === undefined) return false;
  return [life.install, life.start, life.ready, life.stop, life.wipe].some((step) => step?.root === true);
}

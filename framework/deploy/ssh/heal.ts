// Heals the hosts of a plan that were reached over SSH.
import { healHosts, healingLines } from '../remote/heal.js';
import type { SshOptions } from './options.js';
import { SshSource, workspaceOf } from './source.js';

/** A line for each host; throws when one could not be healed, after all were tried. */
export async function healOverSsh(options: SshOptions, nodes: readonly string[]): Promise<string[]> {
  const source = new SshSource(options);
  try {
    const hosts = await source.open(nodes);
    return healingLines(await healHosts(hosts.values(), { workspace: workspaceOf(options), sudo: options.sudo }));
  } finally {
    await source.close();
  }
}

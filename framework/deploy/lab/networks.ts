// Which networks this machine already has.
import { type Network, usedNetworks } from './addresses.js';
import { must } from './exec.js';

/** Those of its addresses and of its routes, in whatever table. */
export async function machineNetworks(): Promise<Network[]> {
  const [addresses, routes] = await Promise.all([
    must(['ip', '-json', '-4', 'addr'], 'the addresses of this machine cannot be read'),
    must(['ip', '-json', '-4', 'route', 'show', 'table', 'all'], 'the routes of this machine cannot be read'),
  ]);
  return usedNetworks(addresses, routes);
}

// What every deployment on hosts of others has in common: look at them first, say what was found, and give them what they lack.
import type { Capability } from '../../contracts/capability.js';
import type { ProvisionContext } from '../../contracts/deployment.js';
import type { Milliseconds } from '../../contracts/time.js';
import { LAZYFS_VARIABLE } from '../helper/lazyfs.js';
import type { Command, HostSource } from '../host/host.js';
import { type CaptureOption, captureSize } from './capture.js';
import { RemoteCluster } from './cluster.js';
import { needsRoot } from './needs-root.js';
import { type HostReport, nodeOf, preflight, refuse } from './preflight.js';
import { faultsOfRoot, hasRoot, type Wants } from './preflight-checks.js';
import { needsRootToTrace } from './preflight-disk.js';
import type { Facts } from './preflight-facts.js';
import { preflightTable } from './preflight-table.js';
import { equip, type Provision, provisionLines, withVariables } from './provisions.js';
import { Staging } from './staging.js';
import { makeToolbox } from './toolbox.js';

export interface OnHostsSettings {
  source: HostSource;
  /** Folder on every host for all that is ours. */
  workspace: string;
  /** As of `RemoteSettings`. */
  data?: string;
  helper?: string;
  /** TCP port of every node. */
  port: number;
  bound: Milliseconds;
  /** Whether what needs root may ask sudo for it. */
  sudo: boolean;
  hostClock: boolean;
  capture?: CaptureOption;
  tunnel?: boolean;
}

export function onHosts(context: ProvisionContext<unknown>, settings: OnHostsSettings): RemoteCluster {
  const { source, workspace, data, helper, port, bound, sudo, hostClock } = settings;
  const capture = captureSize(settings.capture);
  const { needs = [], system, systemOptions, say = () => {} } = context;
  const isForeign = system.nodes === undefined;
  const isAsked = hostClock || capture !== null || needsRoot(system, systemOptions);
  const nodes = isForeign ? 'foreign' : 'own';
  const wants: Wants = { workspace, ports: [port], needs, nodes, sudo, root: isAsked, hostClock };
  // Hosts that a plan needs root on have it; others are left alone.
  const root = isAsked || faultsOfRoot(wants).length > 0;
  return new RemoteCluster(context, {
    source,
    workspace,
    ...(data === undefined ? {} : { data }),
    ...(helper === undefined ? {} : { helper }),
    port,
    bound,
    hostClock,
    capture,
    tunnel: settings.tunnel ?? false,
    inspect: async (hosts) => {
      const provisions = await equip(await preflight(hosts, wants), wants, capture !== null);
      const reports = provisions.map(({ report }) => report);
      for (const line of [...preflightTable(reports), ...provisionLines(provisions)]) say(line);
      refuse(reports);
      const commands = await Promise.all(
        provisions.map(async ({ report, env }) =>
          withVariables({ ...lazyfsOf(report), ...env }, await interpreterOn(report, workspace)),
        ),
      );
      const isRoot = (facts: HostReport['facts']) => root || (isForeign && facts !== null && profits(facts, needs));
      return new Map(
        reports.map(({ host, facts, found }, index) => [
          host,
          { interpreter: commands[index]!, root: isRoot(facts), clock: found?.clock ?? null },
        ]),
      );
    },
  });
}

/** Whether root, where it can be had, lets faults of programs be that are not without. */
function profits(facts: Facts, needs: readonly Capability[]): boolean {
  const wants = needs.includes('files') || (needs.includes('slow-disk') && needsRootToTrace(facts));
  return wants && hasRoot(facts);
}

/** The helper may look for programs elsewhere than a login there does. */
function lazyfsOf({ facts }: HostReport): Provision['env'] {
  const path = facts?.tools.get('lazyfs');
  return path === undefined ? {} : { [LAZYFS_VARIABLE]: path };
}

/** How Node runs there: what it has, or ours. */
export async function interpreterOn(report: HostReport, workspace: string): Promise<Command> {
  const found = nodeOf(report);
  if (found !== null) return found;
  const toolbox = await toolboxOf();
  const folder = await new Staging(report.host, `${workspace}/staged`).files({ toolbox: toolbox.folder });
  return toolbox.commandFor('node', `${folder}/toolbox`);
}

let toolbox: ReturnType<typeof makeToolbox> | null = null;

function toolboxOf(): ReturnType<typeof makeToolbox> {
  toolbox ??= makeToolbox(['node']);
  return toolbox;
}

// Makes the lives of a cluster's nodes: of our own, or of any program, whichever the system has.
import { join } from 'node:path';
import type { ProvisionContext } from '../../contracts/deployment.js';
import type { NodePlace } from '../../contracts/system.js';
import { formatTcpArguments } from '../../node/tcp/arguments.js';
import type { Clients } from '../clients.js';
import type { Command } from '../host/host.js';
import type { Watchdog } from '../local/watchdog.js';
import { Bridge } from './bridge.js';
import { ForeignLife, Installations } from './foreign-life.js';
import type { Life } from './life.js';
import type { RemoteNode } from './node.js';
import { OwnLife } from './own-life.js';
import { secretsOf } from './secrets.js';
import type { Station } from './station.js';

/** What belongs to one node on its host. */
export interface Place extends NodePlace {
  station: Station;
  /** Its folder there, above `data` and `logs`. */
  home: string;
  /** Where a reference node listens, how Node runs there, and the program. */
  port: number;
  interpreter: Command;
  program: string | null;
}

export interface LivesOptions {
  context: ProvisionContext<unknown>;
  run: string;
  token: string;
  /** In the order of the cluster's nodes, spares included. */
  places: ReadonlyMap<string, Place>;
  clients: Clients;
  watchdog: Watchdog;
  tunnel: boolean;
  /** Clocks of programs are those of their hosts. */
  hostClock: boolean;
  /** Here, for the logs of what speaks for nodes. */
  folder: string;
}

export function lifeMaker(options: LivesOptions): (id: string, node: () => RemoteNode) => Life {
  if (options.context.system.nodes !== undefined) return (id, node) => ownLife(options, id, node);
  const installations = new Installations();
  return (id, node) => foreignLife(options, installations, id, node);
}

function ownLife(
  { context, run, token, places, clients, tunnel }: LivesOptions,
  id: string,
  node: () => RemoteNode,
): Life {
  const { station, data, logs, port, interpreter, program } = places.get(id)!;
  const origin = BigInt(Date.now()) * 1_000_000n - BigInt(Math.round(context.clock.now()));
  const peers = Object.fromEntries(
    [...places.values()].map((place) => [place.id, socketAddress(place.address, place.port)]),
  );
  return new OwnLife({
    id,
    members: context.nodes,
    run,
    token,
    station,
    port,
    tunnel,
    folders: { data, log: `${logs}/node.log` },
    command: (seed) => [
      ...interpreter,
      program!,
      ...formatTcpArguments({
        id,
        run,
        listen: peers[id]!,
        peers,
        options: context.systemOptions,
        data,
        seed,
        origin,
      }),
    ],
    clients,
    wish: () => node().wish,
    listener: {
      onReady: () => node().onReady(),
      onReport: (state) => node().onReport(state),
      note: (detail) => node().note(detail),
      malformed: (detail, line) => node().malformed(detail, line),
    },
  });
}

function foreignLife(
  { context, run, places, clients, watchdog, folder, hostClock }: LivesOptions,
  installations: Installations,
  id: string,
  node: () => RemoteNode,
): Life {
  const { system, systemOptions, clock, event } = context;
  const place = places.get(id)!;
  const all = [...places.values()];
  const lifecycle = system.lifecycle!(systemOptions, place, all);
  const program = system.bridge?.(systemOptions, place, all);
  const bridge =
    program === undefined
      ? null
      : new Bridge({
          node: id,
          nodes: context.nodes,
          program,
          clients,
          watchdog,
          folder: join(folder, id),
          event,
          clock,
          secrets: secretsOf(lifecycle),
        });
  return new ForeignLife({
    place,
    lifecycle,
    station: place.station,
    bridge,
    clockRun: context.needs?.includes('clock') === true && !hostClock ? run : null,
    hostClock,
    isLazy: context.needs?.includes('unsynced') === true,
    installations,
    clock,
    listener: { onReady: () => node().onReady(), note: (detail) => node().note(detail) },
  });
}

function socketAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

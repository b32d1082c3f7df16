// The command line of a reference node that listens on a port, written by who starts it and read by the node.
import { parseArgs } from 'node:util';
import { ChaosError } from '../../contracts/error.js';
import type { OptionValues } from '../../contracts/options.js';

export interface TcpArguments {
  id: string;
  /** Names the run: connections of another one are refused. */
  run: string;
  /** Where it listens: `10.0.0.1:7000`, `[::1]:7000`. */
  listen: string;
  /** Where every node listens, by id; what it says of the node itself is ignored. */
  peers: Readonly<Record<string, string>>;
  /** Resolved options of the system. */
  options: OptionValues;
  /** Folder of the durable log; null: keep nothing. */
  data: string | null;
  /** Seed of this incarnation's random stream; null: any. */
  seed: number | null;
  /** Wall time in nanoseconds when the run began, for the times in the log; null: when the node began. */
  origin: bigint | null;
}

/** The secret that everybody in a run has; never an argument, which everybody on the host could read. */
export const TOKEN_VARIABLE = 'CHAOS_TOKEN';

export interface Address {
  host: string;
  port: number;
}

export function formatTcpArguments(args: TcpArguments): string[] {
  const list = ['--id', args.id, '--run', args.run, '--listen', args.listen];
  list.push('--peers', JSON.stringify(args.peers), '--options', JSON.stringify(args.options));
  if (args.data !== null) list.push('--data', args.data);
  if (args.seed !== null) list.push('--seed', String(args.seed));
  if (args.origin !== null) list.push('--origin', String(args.origin));
  return list;
}

/** Throws ChaosError('bad-arguments'). */
export function parseTcpArguments(argv: readonly string[]): TcpArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        id: { type: 'string' },
        run: { type: 'string' },
        listen: { type: 'string' },
        peers: { type: 'string', default: '{}' },
        options: { type: 'string', default: '{}' },
        data: { type: 'string' },
        seed: { type: 'string' },
        origin: { type: 'string' },
      },
    });
    const { id, run, listen } = values;
    if (id === undefined || run === undefined || listen === undefined) {
      throw new TypeError('give --id, --run and --listen');
    }
    const peers = JSON.parse(values.peers) as Record<string, string>;
    for (const address of [listen, ...Object.values(peers)]) parseAddress(address);
    return {
      id,
      run,
      listen,
      peers,
      options: JSON.parse(values.options) as OptionValues,
      data: values.data ?? null,
      seed: values.seed === undefined ? null : Number(values.seed),
      origin: values.origin === undefined ? null : BigInt(values.origin),
    };
  } catch (error) {
    throw new ChaosError('bad-arguments', (error as Error).message, { kind: 'usage' });
  }
}

/** `host:port`, where an IPv6 address stands in brackets. Throws TypeError. */
export function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  if (colon < 1 || host === '' || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new TypeError(`${text} is no address like 10.0.0.1:7000`);
  }
  return { host, port };
}

// The command line of a reference node's process, written by the parent and read by the child.
import { parseArgs } from 'node:util';
import type { DefinitionSource } from '../../contracts/deployment.js';
import { ChaosError } from '../../contracts/error.js';
import type { OptionValues } from '../../contracts/options.js';

export interface NodeArguments {
  /** A built-in system's name, or the path of a JavaScript module. */
  source: DefinitionSource;
  /** Resolved options of the system. */
  options: OptionValues;
  /** Folder of the durable log; null: keep nothing. */
  data: string | null;
  /** Seed of this incarnation's random stream; null: any. */
  seed: number | null;
  /** Nanoseconds on the machine's monotonic clock when the run began, for the times in the log; null: when the node began. */
  origin: bigint | null;
  /** The parent listens: reports go to it, and it may control clock and disk. Never set under another parent. */
  parent: boolean;
}

export function formatArguments(args: NodeArguments): string[] {
  const { source } = args;
  const list = [
    source.kind === 'builtin' ? '--system' : '--module',
    source.kind === 'builtin' ? source.name : source.path,
  ];
  list.push('--options', JSON.stringify(args.options));
  if (args.data !== null) list.push('--data', args.data);
  if (args.seed !== null) list.push('--seed', String(args.seed));
  if (args.origin !== null) list.push('--origin', String(args.origin));
  if (args.parent) list.push('--parent');
  return list;
}

/** Throws ChaosError('bad-arguments'). */
export function parseArguments(argv: readonly string[]): NodeArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        system: { type: 'string' },
        module: { type: 'string' },
        options: { type: 'string', default: '{}' },
        data: { type: 'string' },
        seed: { type: 'string' },
        origin: { type: 'string' },
        parent: { type: 'boolean', default: false },
      },
    });
    const { system, module } = values;
    if ((system === undefined) === (module === undefined)) throw new TypeError('give --system NAME or --module PATH');
    return {
      source: system === undefined ? { kind: 'path', path: module! } : { kind: 'builtin', name: system },
      options: JSON.parse(values.options) as OptionValues,
      data: values.data ?? null,
      seed: values.seed === undefined ? null : Number(values.seed),
      origin: values.origin === undefined ? null : BigInt(values.origin),
      parent: values.parent,
    };
  } catch (error) {
    throw new ChaosError('bad-arguments', (error as Error).message, { kind: 'usage' });
  }
}

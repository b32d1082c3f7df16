// What the process of every reference node does, however its lines travel: opens its log, runs its system, and ends with a code
// that says why.
import { randomInt } from 'node:crypto';
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { OptionValues } from '../../contracts/options.js';
import type { AnySystem } from '../../contracts/system.js';
import { createRandom } from '../../time/random.js';
import { RealClock } from '../../time/real.js';
import { CorruptLogError } from '../corrupt-log.js';
import { meaningOf, NODE_EXIT } from './exit-codes.js';
import { FileLog } from './log-file.js';
import { isFull, isReadOnly } from './log-folder.js';
import { writeFully } from './output.js';
import { NodeRuntime, type NodeStore, NoStore, type Outlet } from './runtime.js';

const STDERR = 2;

export interface NodeOptions {
  system: AnySystem;
  /** Resolved options of the system. */
  options: OptionValues;
  /** Folder of the durable log; null: keep nothing. */
  data: string | null;
  /** Seed of this incarnation's random stream; null: any. */
  seed: number | null;
  /** When the run began, as of `process.hrtime.bigint()`, for the times in the log; null: now. */
  start: bigint | null;
  /** The parent takes notices and gives control. */
  parent: boolean;
  /** As of the runtime's `Surroundings`. */
  again: boolean;
  outlet: Outlet;
}

/** The node, ready for lines. */
export function makeNode({ system, options, data, seed, start, parent, again, outlet }: NodeOptions): NodeRuntime {
  const { store, torn } = openStore(data);
  const stamp = stamper(start);
  const runtime: NodeRuntime = new NodeRuntime({
    clock: new RealClock(),
    random: createRandom(seed ?? randomInt(2 ** 47), 'node'),
    store,
    epoch: Date.now() * 1e6,
    make: (env) => system.nodes!(env, options),
    volatile: system.volatile?.(options) ?? false,
    parent,
    again,
    later: setImmediate,
    outlet,
    log: (text) => writeFully(STDERR, Buffer.from(text)),
    stamp,
    full: () => end(NODE_EXIT.full, `${stamp()} ${meaningOf(NODE_EXIT.full)}`),
    readOnly: () => end(NODE_EXIT.readOnly, `${stamp()} ${meaningOf(NODE_EXIT.readOnly)}`),
    threw: (error) => {
      runtime.print(`the protocol threw: ${error instanceof Error ? error.stack : messageOf(error)}`);
      runtime.abandon();
      process.exit(NODE_EXIT.threw);
    },
    unusable: (detail) => end(NODE_EXIT.unusable, `${stamp()} ${detail}`),
  });
  if (torn) {
    runtime.print('dropped a torn record at the end of the log');
    runtime.notice({ type: 'note', detail: 'dropped a torn record at the end of the log' });
  }
  return runtime;
}

/** Runs what a process of a node begins with, and ends it when anything fails that nobody expected. */
export async function runMain(main: () => void | Promise<void>): Promise<void> {
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);
  try {
    await main();
  } catch (error) {
    fatal(error);
  }
}

function end(code: number, line: string): never {
  writeFully(STDERR, Buffer.from(`${line}\n`));
  process.exit(code);
}

/** Any exception that nobody expected: a full disk, a corrupt log, a reader that has gone, or a defect. */
function fatal(error: unknown): never {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof CorruptLogError) end(NODE_EXIT.corrupt, `corrupt log: ${error.message}; refusing to serve it`);
  if (isFull(error)) end(NODE_EXIT.full, meaningOf(NODE_EXIT.full));
  if (isReadOnly(error)) end(NODE_EXIT.readOnly, meaningOf(NODE_EXIT.readOnly));
  if (code === 'EPIPE') process.exit(0);
  if (error instanceof ChaosError) end(NODE_EXIT.unusable, error.message);
  end(NODE_EXIT.threw, error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
}

function stamper(origin: bigint | null): () => string {
  const start = origin ?? process.hrtime.bigint();
  return () => (Number(process.hrtime.bigint() - start) / 1e9).toFixed(6);
}

function openStore(data: string | null): { store: NodeStore; torn: boolean } {
  if (data === null) return { store: new NoStore(), torn: false };
  const log = new FileLog(data);
  return { store: log, torn: log.torn > 0 };
}

// The process of one reference node: `node main.js --system raft --data DIR`, speaking the Maelstrom protocol on stdio.
import { randomInt } from 'node:crypto';
import { ChaosError, messageOf } from '../../contracts/error.js';
import { createRandom } from '../../time/random.js';
import { RealClock } from '../../time/real.js';
import { CorruptLogError } from '../corrupt-log.js';
import { type NodeArguments, parseArguments } from './arguments.js';
import { NODE_EXIT } from '../process/exit-codes.js';
import { loadSystem } from './load-system.js';
import { FileLog } from '../process/log-file.js';
import { isFull } from '../process/log-folder.js';
import { writeFully } from '../process/output.js';
import { type NodeStore, NoStore, StdioRuntime } from '../process/runtime.js';

const STDOUT = 1;
const STDERR = 2;

function say(line: string): void {
  writeFully(STDERR, Buffer.from(`${line}\n`));
}

function end(code: number, line: string): never {
  say(line);
  process.exit(code);
}

/** Any exception that nobody expected: a full disk, a corrupt log, a reader that has gone, or a defect. */
function fatal(error: unknown): never {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof CorruptLogError) end(NODE_EXIT.corrupt, `corrupt log: ${error.message}; refusing to serve it`);
  if (isFull(error)) end(NODE_EXIT.full, 'disk full: stopping rather than lose data');
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

async function main(args: NodeArguments): Promise<void> {
  const { store, torn } = openStore(args.data);
  const system = await loadSystem(args.source);
  const clock = new RealClock();
  const stamp = stamper(args.origin);
  const runtime = new StdioRuntime({
    clock,
    random: createRandom(args.seed ?? randomInt(2 ** 47), 'node'),
    store,
    epoch: Date.now() * 1e6,
    make: (env) => system.nodes!(env, args.options),
    volatile: system.volatile?.(args.options) ?? false,
    parent: args.parent,
    later: setImmediate,
    output: (text) => writeFully(STDOUT, Buffer.from(text)),
    log: (text) => writeFully(STDERR, Buffer.from(text)),
    stamp,
    full: () => end(NODE_EXIT.full, `${stamp()} disk full: stopping rather than lose data`),
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
  process.stdin.on('data', (chunk: Buffer) => runtime.input(chunk));
  process.stdin.on('end', () => {
    runtime.flush();
    process.exit(0);
  });
}

process.on('uncaughtException', fatal);
process.on('unhandledRejection', fatal);
try {
  await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  fatal(error);
}

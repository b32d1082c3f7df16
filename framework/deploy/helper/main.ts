// The program that is uploaded to hosts: `attach FOLDER [NODE…]` is the pipe, `serve FOLDER` the helper behind it.
import { ChaosError, messageOf } from '../../contracts/error.js';
import type { Command } from '../host/host.js';
import { attach } from './attach.js';
import { claimFolder } from './claim.js';
import { Daemon } from './daemon.js';
import { enterFolder } from './folder.js';

/** They come from terminals and connections that end, which is none of the helper's business. */
const DEAF = ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

const MODES: Readonly<Record<string, (program: string, folder: string, node: Command) => Promise<void>>> = {
  attach,
  serve,
};

/** `program`: the file that runs; `node`: how Node is run, where that is not by one program. Ends the process. */
export async function main([program = '', mode = '', folder = '', ...node]: readonly string[]): Promise<void> {
  try {
    const run = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
    if (run === undefined || !folder.startsWith('/')) {
      throw new ChaosError('usage', 'usage: helper.mjs attach|serve FOLDER [NODE…], the folder as an absolute path');
    }
    enterFolder(folder);
    const [interpreter = process.execPath, ...options] = node;
    await run(program, folder, [interpreter, ...options]);
    process.exit(0);
  } catch (error) {
    const hint = error instanceof ChaosError && error.hint !== undefined ? `\n${error.hint}` : '';
    process.stderr.write(`${messageOf(error)}${hint}\n`, () => process.exit(1));
  }
}

/** Resolves when the helper has ended; at once when another one lives in the folder. */
async function serve(_program: string, folder: string): Promise<void> {
  for (const signal of DEAF) process.on(signal, () => {});
  const claim = claimFolder('.');
  if (claim === null) return;
  const daemon = await Daemon.open(folder, claim);
  process.on('SIGTERM', () => void daemon.finish());
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error) => void daemon.fail(error));
  }
  await daemon.ended;
}

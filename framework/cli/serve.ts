// chaos serve: results in the browser, read from one folder.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { ChaosError } from '../contracts/error.js';
import { EXIT } from '../contracts/result.js';
import type { ServeOptions, Serving } from '../serve/server.js';
import { type Command, type OptionBag, textOption } from './command.js';
import { type Io, paint } from './io.js';

const DEFAULT_PORT = 8420;
/** Where nobody chose a port, the next ones will do. */
const TRIES = 10;

export const serve: Command = {
  usage: 'serve [folder]',
  summary: 'show results in the browser: runs, trends, comparisons, runs in progress',
  options: [
    {
      flags: '--port <n>',
      description: `where to listen; 0: any that is free (default: ${DEFAULT_PORT} or the next that is free)`,
    },
    {
      flags: '--host <address>',
      description: 'on which address to listen; others than loopback let others read',
      default: '127.0.0.1',
    },
    { flags: '--open', description: 'open the browser' },
  ],
  ending: 'closing connections',
  help: `Examples:
  npx chaos serve
  npx chaos serve nightly/results --port 9000 --open
  ssh -L 8420:127.0.0.1:8420 ci.example npx chaos serve

Only reads, only inside the folder (default: results), and only for this machine unless --host says otherwise. Ends at Ctrl-C.

Exit codes: 0 ended by Ctrl-C, 254 a folder, an address or a port that makes no sense, 255 internal error.`,
  action: async (args, options, io) => {
    const [{ serve: start }, { isLoopback }] = await Promise.all([
      import('../serve/server.js'),
      import('../serve/request.js'),
    ]);
    const folder = typeof args[0] === 'string' ? args[0] : 'results';
    const host = textOption(options, 'host') ?? '127.0.0.1';
    const complain = (line: string) => io.err(`${line}\n`);
    const serving = await listen(start, { folder: resolve(io.cwd, folder), host, complain }, options);
    try {
      if (!isLoopback(host)) {
        io.err(`Everybody who reaches ${host} can read these results: nothing asks for a password.\n`);
      }
      io.out(`${folder} is served at ${paint(io, 'bold', serving.url)} until Ctrl-C\n`);
      if (options['open'] === true) open(serving.url, io);
      await aborted(io.signal);
    } finally {
      await serving.close();
    }
    return EXIT.ok;
  },
};

async function listen(
  start: (options: ServeOptions) => Promise<Serving>,
  settings: Omit<ServeOptions, 'port'>,
  options: OptionBag,
): Promise<Serving> {
  const chosen = portOf(textOption(options, 'port'));
  if (chosen !== null) return start({ ...settings, port: chosen });
  for (let port = DEFAULT_PORT; ; port++) {
    try {
      return await start({ ...settings, port: port < DEFAULT_PORT + TRIES ? port : 0 });
    } catch (error) {
      const taken = error instanceof ChaosError && error.code === 'port-taken' && port < DEFAULT_PORT + TRIES;
      if (!taken) throw error;
    }
  }
}

/** null: none was chosen. */
function portOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new ChaosError('bad-port', `'${text}' is no port`, {
    kind: 'usage',
    hint: 'A number up to 65535; 0: any that is free.',
  });
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Without a browser the address on the terminal has to do. */
function open(url: string, io: Io): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', () => io.err(`No browser could be opened: ${program} is not there.\n`));
  child.unref();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

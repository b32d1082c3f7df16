// Records the packets of a host in a ring of files, so that what was lost or late on the network can be looked up afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import { type OptionSchema, option } from '../../contracts/options.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { Command } from '../host/host.js';
import type { Station } from './station.js';

/** What deployments offer as their option `capture`. */
export const CAPTURE_OPTION: OptionSchema = {
  anyOf: [
    { type: 'boolean' },
    option.object('', { size: option.size('The latest packets that are kept on each host.', '50MB') }),
  ],
  description:
    'Record the packets of every host with tcpdump (as root), and keep the latest of them with the results; `true`: 50MB of each.',
  default: false,
  'x-expected': 'true, false, or { size: 50MB }',
};

export type CaptureOption = boolean | { size: number };

const MB = 1_000_000;
const USUAL_SIZE = 50 * MB;
/** Small enough that no file is cut when it is brought home. */
const FILE = 5;

/** Bytes that are to be kept of each host; null: nothing is recorded. */
export function captureSize(value: CaptureOption | undefined): number | null {
  if (value === undefined || value === false) return null;
  return value === true ? USUAL_SIZE : value.size;
}

export interface CaptureOptions {
  /** A node that lives there. */
  node: string;
  station: Pick<Station, 'host' | 'request'>;
  /** Folder there that takes the files; made where it is missing. */
  folder: string;
  size: number;
  /** As pcap-filter(7) has it; without it everything but what `chaos` itself says over SSH. */
  filter?: string;
}

/** That of the host, or the one that was brought there: then only the variable names where it is. */
const TCPDUMP: Command = [
  'sh',
  '-c',
  'PATH="$PATH${CHAOS_TOOLS:+:$CHAOS_TOOLS}:/usr/sbin:/sbin"; exec tcpdump "$@"',
  'sh',
];

const FILTER = 'not tcp port 22';
const STARTED: Milliseconds = 5000;
const PAUSE: Milliseconds = 50;
/** The kernel hands packets over once a second at the latest, and tcpdump drops what it has not been handed. */
const LAST_PACKETS: Milliseconds = 1100;
const LAST_WORDS: Milliseconds = 100;

export class Capture {
  readonly #options: CaptureOptions;
  /** The helper takes it for a node of its own: it ends with the helper, and no fault of the real node hits it. */
  readonly #name: string;
  readonly #log: string;
  #started = false;
  /** A host that is turned on again records into files of their own. */
  #lives = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#name = `${options.node}.capture`;
    this.#log = `${options.folder}/tcpdump.log`;
  }

  /** Resolves when packets are recorded. Rejects with ChaosError('capture-failed') and what tcpdump had to say. */
  async start(): Promise<void> {
    const { station, folder, size, filter = FILTER } = this.#options;
    await this.#step(['mkdir', '-p', '--', folder]);
    const files = Math.max(2, Math.ceil(size / (FILE * MB)));
    // Named, it stays root: else it could not write where root alone may.
    const limits = ['-U', '-C', String(FILE), '-W', String(files), '-Z', 'root'];
    const command: Command = [
      ...TCPDUMP,
      '-i',
      'any',
      '-n',
      ...limits,
      '-w',
      `${folder}/packets-${++this.#lives}.pcap`,
      filter,
    ];
    try {
      await station.request('start', { node: this.#name, command, env: { LC_ALL: 'C' }, log: this.#log });
    } catch (error) {
      throw this.#failed(error instanceof ChaosError ? error.message : String(error), error);
    }
    this.#started = true;
    const deadline = performance.now() + STARTED;
    while (!(await this.#step(['grep', '-q', 'listening on', this.#log]))) {
      // Waking what is awake tells how many there are.
      const { processes } = await station.request('freeze', { node: this.#name, frozen: false });
      if (processes === 0 || performance.now() > deadline) throw this.#failed(await this.#words());
      await sleep(PAUSE);
    }
  }

  /** Nothing of it runs when this resolves; its files are complete. */
  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    const { station } = this.#options;
    await sleep(LAST_PACKETS);
    await station.request('signal', { node: this.#name, signal: 'SIGINT' });
    await sleep(LAST_WORDS);
    await station.request('signal', { node: this.#name, signal: 'SIGKILL' });
  }

  /** True when it succeeded. */
  async #step(command: Command): Promise<boolean> {
    return (await this.#ask(command)).code === 0;
  }

  #ask(command: Command) {
    const ask = { node: this.#name, command, env: {}, log: '/dev/null', timeout: STARTED, most: 2000 };
    return this.#options.station.request('step', ask);
  }

  async #words(): Promise<string> {
    const { stdout } = await this.#ask(['tail', '-n', '3', '--', this.#log]);
    return stdout.trim() === '' ? 'tcpdump does not say that it listens' : stdout.trim();
  }

  #failed(what: string, cause?: unknown): ChaosError {
    return new ChaosError(
      'capture-failed',
      `${this.#options.station.host.title}: packets cannot be recorded: ${what}`,
      {
        hint: 'It takes tcpdump on the host, and root; or leave capture out.',
        ...(cause === undefined ? {} : { cause }),
      },
    );
  }
}

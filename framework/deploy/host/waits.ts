// Waiting for what takes its time on a host: a port that answers, a file that appears, a host that comes back.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { codeOf, must, titleOf } from './errors.js';
import type { Host } from './host.js';

export interface WaitOptions {
  /** 30 s where it is left out; then ChaosError('host-timeout'). */
  timeout?: Milliseconds;
  /** Ends the wait; it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Pause between two looks; 50 ms where it is left out. */
  every?: Milliseconds;
}

const DEFAULT_TIMEOUT: Milliseconds = 30_000;
const DEFAULT_PAUSE: Milliseconds = 50;
const LONGEST_CONNECT: Milliseconds = 2_000;

/** Seconds that a host looks for a file by itself before it is asked again. */
const LOOK = 2;
const LOOK_FOR_FILE =
  'end=$(($(date +%s) + $2)); while [ ! -e "$1" ]; do [ "$(date +%s)" -lt "$end" ] || exit 1; ' +
  'sleep 0.05 2>/dev/null || sleep 1; done; exit 0';

/** Until something takes TCP connections there, as seen from this machine. `where`: a host, or an address. */
export async function waitForPort(
  where: Pick<Host, 'name' | 'title' | 'address'> | string,
  port: number,
  options: WaitOptions = {},
): Promise<void> {
  const address = typeof where === 'string' ? where : where.address;
  const called = typeof where === 'string' ? where : titleOf(where);
  await waitFor(`port ${port} of ${called} (${address}) to answer`, options, (left) =>
    answers(address, port, Math.min(left, LONGEST_CONNECT), options.signal),
  );
}

/** Until there is a file or folder of this absolute path. */
export async function waitForFile(host: Host, path: string, options: WaitOptions = {}): Promise<void> {
  await waitFor(`${path} to appear on ${titleOf(host)}`, options, async (left) => {
    const seconds = Math.min(LOOK, Math.ceil(left / 1000));
    const output = await host.run(['sh', '-c', LOOK_FOR_FILE, 'sh', path, String(seconds)], { repeatable: true });
    return output.code === 0;
  });
}

/** Until commands run there, as after it was turned on. Errors that time does not mend reject at once. */
export async function waitForHost(host: Host, options: WaitOptions = {}): Promise<void> {
  const passing = new Set(['host-unreachable', 'host-lost', 'host-timeout']);
  await waitFor(`${titleOf(host)} to run commands`, options, async (left) => {
    try {
      await must(host, ['true'], { timeout: left });
      return true;
    } catch (error) {
      if (passing.has(codeOf(error) ?? '')) return false;
      throw error;
    }
  });
}

/** Looks again and again. What is still under way when the time is over, or the signal comes, is left to end by itself. */
async function waitFor(
  what: string,
  options: WaitOptions,
  look: (left: Milliseconds) => Promise<boolean>,
): Promise<void> {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const deadline = performance.now() + timeout;
  const over = AbortSignal.timeout(timeout);
  const stop = options.signal === undefined ? over : AbortSignal.any([over, options.signal]);
  const stopped = new Promise<never>((_, reject) => {
    const end = () => reject(options.signal?.aborted ? options.signal.reason : late(what, timeout));
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
  const looking = async () => {
    while (!stop.aborted && !(await look(Math.max(1, deadline - performance.now())))) {
      await sleep(options.every ?? DEFAULT_PAUSE);
    }
  };
  await Promise.race([stopped, looking()]);
}

function late(what: string, timeout: Milliseconds): ChaosError {
  return new ChaosError('host-timeout', `Waited ${Math.round(timeout)} ms in vain for ${what}.`, {
    hint: 'See the log of what should have done it, or allow more time.',
  });
}

function answers(host: string, port: number, timeout: Milliseconds, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout, ...(signal === undefined ? {} : { signal }) });
    const tell = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => tell(true));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => tell(false));
    socket.on('error', () => {});
  });
}

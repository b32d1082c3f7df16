// One connection to an sshd, with many commands at once in it. Notices within seconds when the other side is gone.
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { reasonOf, titleOf, unreachable } from './errors.js';
import { HostKeys } from './host-keys.js';
import { proofsFor } from './ssh-auth.js';
import { isPassing, type Named } from './ssh-errors.js';
import { SshLogin } from './ssh-login.js';
import { watchPulse } from './ssh-pulse.js';
import { DEFAULT_CONNECT_TIMEOUT, portOf, type SshTarget, sshTitle } from './ssh-target.js';

/** Pauses before connecting is tried again, when it failed for a reason that may pass. */
const PAUSES: readonly Milliseconds[] = [200, 500, 1_200];

/** What closing gets to be orderly. */
const FAREWELL: Milliseconds = 500;

export class SshConnection {
  readonly #client: Client;
  readonly #via: SshConnection | null;
  /** False as soon as it is lost or closed. */
  alive = true;
  /** Resolves when it is lost or closed. */
  readonly ended: Promise<void>;

  private constructor(client: Client, stream: Duplex, via: SshConnection | null) {
    this.#client = client;
    this.#via = via;
    const stopWatching = watchPulse(stream, () => stream.destroy());
    this.ended = new Promise((resolve) => {
      client.once('close', () => {
        this.alive = false;
        stopWatching();
        via?.close();
        resolve();
      });
    });
  }

  /** Connects and logs in, also through jump hosts. `who`: for messages. Rejects soon after `stop`. */
  static async open(target: SshTarget, who: Named, stop: AbortSignal): Promise<SshConnection> {
    for (let turn = 0; ; turn++) {
      try {
        return await SshConnection.#open(target, who, stop);
      } catch (error) {
        const pause = PAUSES[turn];
        const cause = error instanceof ChaosError ? error.cause : error;
        if (pause === undefined || stop.aborted || !isPassing(cause)) throw error;
        // Hosts that were turned away together do not come back together.
        await sleep(pause * (1 + Math.random()));
      }
    }
  }

  static async #open(target: SshTarget, who: Named, stop: AbortSignal): Promise<SshConnection> {
    const [keys, proofs] = await Promise.all([HostKeys.load(target, titleOf(who)), proofsFor(target, titleOf(who))]);
    const via =
      target.jump === undefined ? null : await SshConnection.open(target.jump, jumpOf(who, target.jump), stop);
    let stream: Duplex | null = null;
    const abandon = () => {
      stream?.destroy();
      via?.close();
    };
    stop.addEventListener('abort', abandon);
    try {
      stop.throwIfAborted();
      const timeout = target.timeout ?? DEFAULT_CONNECT_TIMEOUT;
      stream = via === null ? dial(target) : await via.#jump(target, who, timeout);
      const login = new SshLogin({ who, target, timeout }, keys, proofs);
      return new SshConnection(await login.over(stream), stream, via);
    } catch (error) {
      await via?.close();
      throw error;
    } finally {
      stop.removeEventListener('abort', abandon);
    }
  }

  /**
   * Starts a command line, and gives what `take` makes of its channel: called at once, because all that the command does may have
   * arrived together with the news that it was started. Rejects with ssh2's error: with a `reason` when the server opens no more
   * sessions.
   */
  exec<T>(line: string, take: (channel: ClientChannel) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      // It throws when the connection is known to be gone.
      this.#client.exec(line, (error, channel) => (error ? reject(error) : resolve(take(channel))));
    });
  }

  async close(): Promise<void> {
    if (!this.alive) return;
    this.alive = false;
    this.#client.end();
    const stop = new AbortController();
    const bound = sleep(FAREWELL, undefined, { signal: stop.signal }).catch(() => {});
    await Promise.race([this.ended, bound]);
    stop.abort();
    this.#client.destroy();
    await this.#via?.close();
  }

  /** A stream to a port as the host at the other end reaches it. Rejects with an error whose message is the reason alone. */
  forward(address: string, port: number, timeout: Milliseconds): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout);
      this.#client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        clearTimeout(timer);
        if (error) reject(new Error(reasonOf(error).replace('(SSH) Channel open failure: ', ''), { cause: error }));
        else resolve(channel);
      });
    });
  }

  async #jump(target: SshTarget, who: Named, timeout: Milliseconds): Promise<Duplex> {
    const port = portOf(target);
    try {
      return await this.forward(target.host, port, timeout);
    } catch (error) {
      throw unreachable(who, `its jump host finds no way to port ${port}: ${(error as Error).message}`, {
        hint: 'See that the host is up, and that its address and port are right as seen from the jump host.',
        cause: error,
      });
    }
  }
}

function jumpOf(who: Named, jump: SshTarget): Named {
  return { name: who.name, title: `jump host ${sshTitle(jump)}` };
}

function dial(target: SshTarget): Socket {
  return connect({
    host: target.host,
    port: portOf(target),
    noDelay: true,
    // A name with several addresses: each gets as long as a slow network needs.
    autoSelectFamilyAttemptTimeout: 2_000,
  });
}

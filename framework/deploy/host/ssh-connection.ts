// One connection to an sshd, with many commands at once in it. Notices within seconds when the other side is gone.
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import { reasonOf, titleOf, unreachable } from './errors.js';
import { HostKeys } from './host-keys.js';
import { proofsFor } from './ssh-auth.js';
import { type Attempt, connectError, isPassing, type Named } from './ssh-errors.js';
import { watchPulse } from './ssh-pulse.js';
import { DEFAULT_CONNECT_TIMEOUT, portOf, type SshTarget, sshTitle } from './ssh-target.js';

/** Pauses before connecting is tried again, when it failed for a reason that may pass. */
const PAUSES: readonly Milliseconds[] = [200, 500, 1_200];

/** How often the other side is asked for a sign of life. */
const ASK_EVERY: Milliseconds = 2_000;

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

  /** Connects and logs in, also through jump hosts. `who`: for messages. */
  static async open(target: SshTarget, who: Named): Promise<SshConnection> {
    for (let turn = 0; ; turn++) {
      try {
        return await SshConnection.#open(target, who);
      } catch (error) {
        const pause = PAUSES[turn];
        const cause = error instanceof ChaosError ? error.cause : error;
        if (pause === undefined || !isPassing(cause)) throw error;
        // Hosts that were turned away together do not come back together.
        await sleep(pause * (1 + Math.random()));
      }
    }
  }

  static async #open(target: SshTarget, who: Named): Promise<SshConnection> {
    const [keys, proofs] = await Promise.all([HostKeys.load(target, titleOf(who)), proofsFor(target, titleOf(who))]);
    const via = target.jump === undefined ? null : await SshConnection.open(target.jump, jumpOf(who, target.jump));
    try {
      const timeout = target.timeout ?? DEFAULT_CONNECT_TIMEOUT;
      const stream = via === null ? dial(target) : await via.#forward(target, who, timeout);
      const attempt: Attempt = {
        who,
        target,
        connected: via !== null,
        timeout,
        tried: [],
        taken: [],
        agentFailed: false,
      };
      const client = await logIn(stream, attempt, keys, proofs);
      return new SshConnection(client, stream, via);
    } catch (error) {
      await via?.close();
      throw error;
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

  #forward(target: SshTarget, who: Named, timeout: Milliseconds): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const refuse = (why: string, cause?: unknown) =>
        reject(
          unreachable(who, `its jump host finds no way to port ${portOf(target)}: ${why}`, {
            hint: 'See that the host is up, and that its address and port are right as seen from the jump host.',
            cause,
          }),
        );
      const timer = setTimeout(() => refuse(`no answer within ${timeout} ms`), timeout);
      this.#client.forwardOut('127.0.0.1', 0, target.host, portOf(target), (error, channel) => {
        clearTimeout(timer);
        if (error) refuse(reasonOf(error).replace('(SSH) Channel open failure: ', ''), error);
        else resolve(channel);
      });
    });
  }
}

function jumpOf(who: Named, jump: SshTarget): Named {
  return { name: who.name, title: `jump host ${sshTitle(jump)}` };
}

function dial(target: SshTarget): Socket {
  const socket = connect({
    host: target.host,
    port: portOf(target),
    noDelay: true,
    // A name with several addresses: each gets as long as a slow network needs.
    autoSelectFamilyAttemptTimeout: 2_000,
  });
  return socket;
}

/** Resolves when the server let us in; else everything is closed. */
function logIn(
  stream: Duplex,
  attempt: Attempt,
  keys: HostKeys,
  proofs: Awaited<ReturnType<typeof proofsFor>>,
): Promise<Client> {
  const client = new ssh2.Client();
  const progress = { ...attempt, tried: [] as string[] };
  const waiting = [...proofs];
  let refusal: ChaosError | null = null;
  let trusted: Buffer | null = null;
  if (!progress.connected) stream.once('connect', () => Object.assign(progress, { connected: true }));

  const nextProof = (taken: readonly string[] | null) => {
    if (taken !== null) progress.taken = taken;
    for (let proof = waiting.shift(); proof !== undefined; proof = waiting.shift()) {
      const type = proof.method.type === 'agent' ? 'publickey' : proof.method.type;
      if (taken !== null && !taken.includes(type)) continue;
      progress.tried.push(proof.called);
      return proof.method;
    }
    return false;
  };

  const verify = (key: Buffer, tell: (trusted: boolean) => void) => {
    const judgement = trusted?.equals(key) ? null : keys.judge(key);
    const decide = (error: ChaosError | null) => {
      refusal = error;
      if (error === null) trusted = key;
      tell(error === null);
    };
    if (judgement === 'new') keys.remember(key).then(() => decide(null), decide);
    else decide(judgement);
  };

  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      stream.destroy();
      client.destroy();
      reject(refusal ?? connectError(error, progress));
    };
    client.on('error', (error: Error & { level?: string }) => {
      // The next way to log in is tried.
      if (error.level === 'agent') progress.agentFailed = true;
      else fail(error);
    });
    client.once('close', () => fail(new Error('the connection was closed by the other side')));
    client.once('ready', () => resolve(client));
    client.connect({
      sock: stream,
      username: '',
      readyTimeout: progress.timeout,
      keepaliveInterval: ASK_EVERY,
      // Whether answers come is watched elsewhere, by any sign of life.
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
      algorithms: { serverHostKey: keys.algorithms },
      hostVerifier: verify,
      authHandler: (taken, _partial, next) => {
        const method = nextProof(taken);
        // ssh2 takes `false` for the end, which its types leave out.
        next(method as Exclude<typeof method, false>);
      },
    });
  });
}

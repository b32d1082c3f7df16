// The way from a stream to a server that let us in: its key is looked at first, then the ways to log in are tried.
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type Client } from 'ssh2';
import type { ChaosError } from '../../contracts/error.js';
import type { Milliseconds } from '../../contracts/time.js';
import type { HostKeys } from './host-keys.js';
import type { Proof } from './ssh-auth.js';
import { type Attempt, connectError } from './ssh-errors.js';

/** How often the other side is asked for a sign of life. */
const ASK_EVERY: Milliseconds = 2_000;

export class SshLogin {
  readonly #attempt: Attempt;
  readonly #keys: HostKeys;
  readonly #waiting: Proof[];
  /** Why the key of the host was not accepted. */
  #refusal: ChaosError | null = null;
  /** The key that was accepted: it is shown again when a long connection changes its secrets. */
  #trusted: Buffer | null = null;

  constructor(about: Pick<Attempt, 'who' | 'target' | 'timeout'>, keys: HostKeys, proofs: readonly Proof[]) {
    this.#attempt = { ...about, connected: false, tried: [], taken: [], agentFailed: false };
    this.#keys = keys;
    this.#waiting = [...proofs];
  }

  /** Rejects with the ChaosError to show; the stream is then destroyed. */
  over(stream: Duplex): Promise<Client> {
    const client = new ssh2.Client();
    // A stream through a jump host is connected from the start.
    this.#attempt.connected = !(stream instanceof Socket);
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        stream.destroy();
        client.destroy();
        reject(this.#refusal ?? connectError(error, this.#attempt));
      };
      client.on('error', (error: Error & { level?: string }) => {
        // The next way to log in is tried.
        if (error.level === 'agent') this.#attempt.agentFailed = true;
        else fail(error);
      });
      client.once('close', () => fail(new Error('the connection was closed by the other side')));
      client.once('ready', () => resolve(client));
      stream.once('connect', () => {
        this.#attempt.connected = true;
      });
      stream.on('error', () => {});
      try {
        this.#connect(client, stream);
      } catch (error) {
        fail(error as Error);
      }
    });
  }

  #connect(client: Client, sock: Duplex): void {
    client.connect({
      sock,
      username: '',
      readyTimeout: this.#attempt.timeout,
      keepaliveInterval: ASK_EVERY,
      // Whether answers come is watched elsewhere, by any sign of life.
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
      algorithms: { serverHostKey: this.#keys.algorithms },
      hostVerifier: (key: Buffer, tell: (trusted: boolean) => void) => this.#verify(key, tell),
      authHandler: (taken, _partial, next) => {
        const proof = this.#next(taken);
        // ssh2 takes `false` for the end, which its types leave out.
        next((proof?.method ?? false) as Proof['method']);
      },
    });
  }

  #verify(key: Buffer, tell: (trusted: boolean) => void): void {
    const judgement = this.#trusted?.equals(key) ? null : this.#keys.judge(key);
    const decide = (refusal: ChaosError | null) => {
      this.#refusal = refusal;
      if (refusal === null) this.#trusted = key;
      tell(refusal === null);
    };
    if (judgement === 'new') this.#keys.remember(key).then(() => decide(null), decide);
    else decide(judgement);
  }

  /** The next way to log in that the server takes, as far as it has said what it takes. */
  #next(taken: readonly string[] | null): Proof | null {
    if (taken !== null) this.#attempt.taken = taken;
    for (let proof = this.#waiting.shift(); proof !== undefined; proof = this.#waiting.shift()) {
      const type = proof.method.type === 'agent' ? 'publickey' : proof.method.type;
      if (taken !== null && !taken.includes(type)) continue;
      this.#attempt.tried.push(proof.called);
      return proof;
    }
    return null;
  }
}

// Shares the connections to one host: one for everything, more only where long-lived commands fill it. Servers limit how many
// commands one connection may carry (10 by OpenSSH's default), so what is beyond waits for its turn.
import type { Milliseconds } from '../../contracts/time.js';
import type { SshConnection } from './ssh-connection.js';

const MOST_CHANNELS = 8;
const MOST_CONNECTIONS = 4;

interface Line {
  connection: SshConnection;
  /** Commands that it may carry; less than we would like when the server said so. */
  limit: number;
  open: number;
  /** Those among the open ones that stay for an unknown time. */
  lasting: number;
}

interface Waiter {
  lasting: boolean;
  grant(lease: Lease): void;
  refuse(error: unknown): void;
}

/** The right to start one command in a connection. */
export interface Lease {
  connection: SshConnection;
  /** Gives it back; at once, or when the command's channel is closed. */
  release(): void;
  /** The server refused one more command: gives it back and remembers. False when it refuses even the first. */
  refused(): boolean;
}

export class SshPool {
  readonly #connect: (stop: AbortSignal) => Promise<SshConnection>;
  #lines: Line[] = [];
  #waiting: Waiter[] = [];
  readonly #stop = new AbortController();
  /** Settles when the connection that is being made is there, or not. */
  #growing: Promise<void> | null = null;
  /** Why nothing is given out any more. */
  #closed: Error | null = null;

  constructor(connect: (stop: AbortSignal) => Promise<SshConnection>) {
    this.#connect = connect;
  }

  /** Rejects as `connect` does, or with what `late` gives when no turn came within `patience`. */
  acquire(lasting: boolean, patience: Milliseconds, late: () => Error): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
      };
      const waiter: Waiter = {
        lasting,
        grant: (lease) => {
          settle();
          resolve(lease);
        },
        refuse: (error) => {
          settle();
          reject(error);
        },
      };
      const timer = setTimeout(() => waiter.refuse(late()), Math.max(0, patience));
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Refuses what waits and what comes, with this error, and closes all connections. */
  async close(error: Error): Promise<void> {
    this.#closed = error;
    this.#serve();
    this.#stop.abort();
    await this.#growing;
    await Promise.all(this.#lines.map((line) => line.connection.close()));
  }

  #serve(): void {
    for (let waiter = this.#waiting[0]; waiter !== undefined; waiter = this.#waiting[0]) {
      if (this.#closed !== null) {
        waiter.refuse(this.#closed);
        continue;
      }
      const line = this.#lines.find(({ connection, open, limit }) => connection.alive && open < limit);
      if (line === undefined) {
        if (this.#mayGrow()) this.#growing = this.#grow();
        return;
      }
      waiter.grant(this.#lease(line, waiter.lasting));
    }
  }

  /** A command that ends by itself makes room; others have to be gone round. */
  #mayGrow(): boolean {
    if (this.#growing !== null || this.#lines.length >= MOST_CONNECTIONS) return false;
    return this.#lines.every((line) => line.lasting >= line.limit);
  }

  async #grow(): Promise<void> {
    try {
      await this.#add(await this.#connect(this.#stop.signal));
    } catch (error) {
      for (const waiter of [...this.#waiting]) waiter.refuse(error);
    } finally {
      this.#growing = null;
    }
    this.#serve();
  }

  async #add(connection: SshConnection): Promise<void> {
    if (this.#closed !== null) {
      await connection.close();
      return;
    }
    const line = { connection, limit: MOST_CHANNELS, open: 0, lasting: 0 };
    this.#lines.push(line);
    connection.ended.then(() => {
      this.#lines = this.#lines.filter((other) => other !== line);
      this.#serve();
    });
  }

  #lease(line: Line, lasting: boolean): Lease {
    line.open += 1;
    if (lasting) line.lasting += 1;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      line.open -= 1;
      if (lasting) line.lasting -= 1;
      this.#serve();
    };
    const refused = () => {
      const others = line.open - 1;
      if (others > 0) line.limit = Math.min(line.limit, others);
      release();
      return others > 0;
    };
    return { connection: line.connection, release, refused };
  }
}

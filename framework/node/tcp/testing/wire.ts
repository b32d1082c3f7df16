// A stretch of network for tests: forwards connections to a port, late if wanted, and can be cut.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  /** Connections that were begun through it. */
  taken = 0;
  /** Milliseconds that every piece takes, each way. */
  delay = 0;

  constructor(target: number) {
    this.#server = createServer((near) => {
      this.taken++;
      const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
      this.#forward(near, far);
      this.#forward(far, near);
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing comes through, and what goes over the connections there are never will. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** New connections come through again. */
  mend(): void {
    this.#cut = false;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #forward(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    if (this.#cut) from.pause();
    from.on('error', () => {});
    const later = (task: () => void) =>
      setTimeout(() => this.#sockets.has(from) && !from.isPaused() && task(), this.delay);
    from.on('data', (chunk) => (this.delay === 0 ? to.write(chunk) : later(() => to.write(chunk))));
    from.on('close', () => {
      // The end of a connection does not come through either.
      if (!from.isPaused()) to.destroy();
      this.#sockets.delete(from);
    });
  }
}

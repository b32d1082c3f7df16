// Opens a TCP connection.
import { connect, type Socket } from 'node:net';
import type { Address } from './arguments.js';

/** Rejects when nobody listens there, or `signal` says that nobody waits any more. */
export function dialTcp({ host, port }: Address, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

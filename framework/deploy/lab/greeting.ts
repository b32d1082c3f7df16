// Does an sshd answer?
import { createConnection } from 'node:net';

/** True when a server at that address greets as sshd does. */
export function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port: 22, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-')));
    socket.once('close', () => end(false));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

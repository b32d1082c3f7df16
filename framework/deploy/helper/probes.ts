// Small datagrams between hosts: whether they arrive shows whether a partition is in force, and whether it has healed.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import type { HelperModule } from './modules.js';

const LONGEST = 512;
/** Addresses that are remembered; anybody may send. */
const MOST_SOURCES = 1024;

/** What the kernel says when its rules or routes forbid to send. */
const REFUSALS = new Set(['EPERM', 'EACCES', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ECONNREFUSED']);

export interface ProbeModule extends HelperModule {
  /** UDP port that takes probes, on every address of the host. */
  readonly port: number;
  close(): void;
}

/** A socket that is bound to every address; `mapped`: it wants those of IPv4 inside those of IPv6. */
export interface ProbeSocket {
  socket: Socket;
  mapped: boolean;
}

/** `others`: they know what their rules have dropped. */
export function probeModule({ socket, mapped }: ProbeSocket, others: readonly HelperModule[]): ProbeModule {
  const texts = new Map<string, string>();
  socket.on('message', (message, { address }) => {
    const source = address.replace(/^::ffff:/, '');
    texts.delete(source);
    texts.set(source, message.toString('utf8', 0, LONGEST));
    if (texts.size > MOST_SOURCES) texts.delete(texts.keys().next().value!);
  });
  // Of datagrams that were sent before; each is told to whoever sends it.
  socket.on('error', () => {});
  return {
    name: 'probes',
    port: socket.address().port,
    handle: {
      async probe({ address, port, text, count = 1 }) {
        const target = mapped && isIPv4(address) ? `::ffff:${address}` : address;
        const send = () => refused(socket, text.slice(0, LONGEST), port, target);
        return { refused: (await Promise.all(Array.from({ length: count }, send))).includes(true) };
      },
      async probed({ from }) {
        const counts = await Promise.all(others.map((module) => module.dropped?.(from) ?? 0));
        return { text: texts.get(from) ?? null, dropped: counts.reduce((sum, count) => sum + count, 0) };
      },
    },
    restore: async () => {},
    close: () => socket.close(),
  };
}

function refused(socket: Socket, text: string, port: number, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    socket.send(text, port, address, (error) => {
      if (error === null) resolve(false);
      else if (REFUSALS.has((error as NodeJS.ErrnoException).code ?? '')) resolve(true);
      else reject(error);
    });
  });
}

/** One for both kinds of addresses, where the host has both. */
export async function openProbeSocket(): Promise<ProbeSocket> {
  try {
    return { socket: await bound(createSocket('udp6'), '::'), mapped: true };
  } catch {
    return { socket: await bound(createSocket('udp4'), '0.0.0.0'), mapped: false };
  }
}

async function bound(socket: Socket, address: string): Promise<Socket> {
  socket.bind(0, address);
  try {
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

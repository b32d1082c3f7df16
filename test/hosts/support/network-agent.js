// Lives in a namespace of a test: says which datagrams and bytes arrive there, and sends some. One JSON object a line, both ways.
import { createSocket } from 'node:dgram';
import { connect, createServer, isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';

const PORT = 7000;
const counts = new Map();
const bytes = new Map();
let refused = 0;

const sockets = { udp4: createSocket('udp4'), udp6: createSocket({ type: 'udp6', ipv6Only: true }) };
for (const socket of Object.values(sockets)) {
  socket.on('message', (text) => counts.set(String(text), (counts.get(String(text)) ?? 0) + 1));
  socket.on('error', () => {});
  socket.bind(PORT);
}

createServer((socket) => {
  const from = socket.remoteAddress.replace('::ffff:', '');
  socket.on('data', (chunk) => bytes.set(from, (bytes.get(from) ?? 0) + chunk.length));
  socket.on('error', () => {});
}).listen(PORT);

function send(to, text) {
  return new Promise((resolve) => {
    sockets[isIPv6(to) ? 'udp6' : 'udp4'].send(text, PORT, to, (error) => {
      if (error) refused++;
      resolve();
    });
  });
}

const COMMANDS = {
  /** Sends datagrams with a text, slowly enough for the receiver. */
  async send({ to, text, count = 1 }) {
    refused = 0;
    for (let i = 0; i < count; i++) {
      await send(to, text);
      if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { refused };
  },
  async count({ text }) {
    return { count: counts.get(text) ?? 0 };
  },
  /** Sends as many bytes as the link takes for so long. */
  async stream({ to, time }) {
    const socket = connect(PORT, to);
    socket.on('error', () => {});
    const chunk = Buffer.alloc(16384);
    const fill = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('connect', fill);
    socket.on('drain', fill);
    await new Promise((resolve) => setTimeout(resolve, time));
    socket.destroy();
    return {};
  },
  async bytes({ from }) {
    return { bytes: bytes.get(from) ?? 0 };
  },
};

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, do: name, ...ask } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ id, ...(await COMMANDS[name](ask)) })}\n`);
  })
  .on('close', () => process.exit(0));

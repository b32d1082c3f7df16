#!/usr/bin/env node
// A node that keeps nothing: it passes reads, writes and compare-and-sets on to the service lin-kv. Also echoes and gossips.
import { createInterface } from 'node:readline';

let id = '';
let nodes = [];
let nextId = 0;
const waiting = new Map();
const seen = new Set();

const send = (dest, body) => process.stdout.write(`${JSON.stringify({ src: id, dest, body })}\n`);
const reply = ({ src, body }, answer) => send(src, { ...answer, in_reply_to: body.msg_id });

function learn(value) {
  if (seen.has(value)) return;
  seen.add(value);
  for (const other of nodes) if (other !== id) send(other, { type: 'gossip', value });
}

const handlers = {
  init: (message) => {
    id = message.body.node_id;
    nodes = message.body.node_ids;
    process.stderr.write(`I am ${id}\n`);
    reply(message, { type: 'init_ok' });
  },
  echo: (message) => reply(message, { type: 'echo_ok', echo: message.body.echo, id: message.id }),
  // Has another node answer, in the name of the client.
  'ask-other': ({ src, body }) => {
    const { other, ...rest } = body;
    process.stdout.write(`${JSON.stringify({ src, dest: other, body: { ...rest, type: 'echo' } })}\n`);
  },
  topology: (message) => reply(message, { type: 'topology_ok' }),
  gossip: ({ body }) => learn(body.value),
  broadcast: (message) => {
    learn(message.body.message);
    reply(message, { type: 'broadcast_ok' });
  },
  read: (message) => {
    if (message.body.key === undefined) reply(message, { type: 'read_ok', messages: [...seen] });
    else pass(message);
  },
  write: pass,
  cas: pass,
};

function pass(message) {
  const msgId = nextId++;
  waiting.set(msgId, message);
  send('lin-kv', { ...message.body, msg_id: msgId });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  const { body } = message;
  const request = waiting.get(body.in_reply_to);
  if (request !== undefined) {
    waiting.delete(body.in_reply_to);
    reply(request, body);
  } else handlers[body.type]?.(message);
});

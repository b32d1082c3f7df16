#!/usr/bin/env node
// A node for every workload of the Maelstrom protocol, to try the plans beside it and to copy from: what is added spreads by
// gossip and lives in memory; keys live in the service lin-kv. `bin` in a plan names your own program instead.
import { createInterface } from 'node:readline';

let node = '';
let others = [];
let issued = 0;
const elements = new Set();
/** Per node: the sum of what was added there, and the sum of what was taken. */
const totals = {};
/** Requests passed on to a service: the number of ours, and whose it was. */
const waiting = new Map();

const send = (dest, body) => process.stdout.write(`${JSON.stringify({ src: node, dest, body })}\n`);
const reply = ({ src, body }, answer) => send(src, { ...answer, in_reply_to: body.msg_id });
const sum = () => Object.values(totals).reduce((total, [added, taken]) => total + added - taken, 0);

const handlers = {
  init(message) {
    node = message.body.node_id;
    others = message.body.node_ids.filter((id) => id !== node);
    setInterval(gossip, 100);
    reply(message, { type: 'init_ok' });
  },
  topology: (message) => reply(message, { type: 'topology_ok' }),
  echo: (message) => reply(message, { type: 'echo_ok', echo: message.body.echo }),
  // The time tells apart what this node made before and after it was killed.
  generate: (message) => reply(message, { type: 'generate_ok', id: `${node}-${Date.now()}-${issued++}` }),
  broadcast(message) {
    elements.add(message.body.message);
    reply(message, { type: 'broadcast_ok' });
  },
  add(message) {
    const { element, delta } = message.body;
    if (delta === undefined) elements.add(element);
    else {
      totals[node] ??= [0, 0];
      totals[node][delta > 0 ? 0 : 1] += Math.abs(delta);
    }
    reply(message, { type: 'add_ok' });
  },
  read(message) {
    if ('key' in message.body) passOn(message);
    else if (elements.size > 0) reply(message, { type: 'read_ok', messages: [...elements], value: [...elements] });
    else if (Object.keys(totals).length > 0) reply(message, { type: 'read_ok', value: sum() });
    // Error 11: it certainly did not happen, now.
    else reply(message, { type: 'error', code: 11, text: 'nothing was added yet: is it a set or a counter?' });
  },
  write: passOn,
  cas: passOn,
  gossip({ body }) {
    for (const element of body.elements) elements.add(element);
    for (const [id, [added, taken]] of Object.entries(body.totals)) {
      const [ours, theirs] = totals[id] ?? [0, 0];
      totals[id] = [Math.max(ours, added), Math.max(theirs, taken)];
    }
  },
};

function gossip() {
  for (const other of others) send(other, { type: 'gossip', elements: [...elements], totals });
}

function passOn(message) {
  const number = ++issued;
  waiting.set(number, message);
  send('lin-kv', { ...message.body, msg_id: number });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  const { type, in_reply_to: number } = message.body;
  const asked = waiting.get(number);
  if (asked !== undefined) {
    waiting.delete(number);
    reply(asked, message.body);
  } else if (Object.hasOwn(handlers, type)) handlers[type](message);
  else process.stderr.write(`no such request: ${type}\n`);
});

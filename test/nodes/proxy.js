#!/usr/bin/env node
// A node for tests, written against the protocol alone: it passes every request on to the service lin-kv. With the argument
// `cached` it answers reads from what it last saw, which is wrong.
const waiting = new Map();
const cache = new Map();
const cached = process.argv[2] === 'cached';
let id = '';
let next = 1;
let rest = '';

const send = (dest, body) => process.stdout.write(`${JSON.stringify({ src: id, dest, body })}\n`);

function handle({ src, body }) {
  if (body.type === 'init') {
    id = body.node_id;
    send(src, { type: 'init_ok', in_reply_to: body.msg_id });
  } else if (waiting.has(body.in_reply_to)) {
    const asked = waiting.get(body.in_reply_to);
    waiting.delete(body.in_reply_to);
    if (body.type === 'read_ok') cache.set(asked.body.key, body.value);
    send(asked.src, { ...body, in_reply_to: asked.body.msg_id });
  } else if (cached && body.type === 'read' && cache.has(body.key)) {
    send(src, { type: 'read_ok', value: cache.get(body.key), in_reply_to: body.msg_id });
  } else {
    const msg_id = next++;
    waiting.set(msg_id, { src, body });
    send('lin-kv', { ...body, msg_id });
  }
}

process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) handle(JSON.parse(line));
});

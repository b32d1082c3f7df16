#!/usr/bin/env node
// A node that misbehaves as its argument says.
import { createInterface } from 'node:readline';

const [manner] = process.argv.slice(2);
const print = (text) => process.stdout.write(`${text}\n`);
let id = '';
const send = (dest, body) => print(JSON.stringify({ src: id, dest, body }));

const manners = {
  'never-answers': () => {},
  'exits-early': () => {
    process.stderr.write('cannot find my configuration\n');
    process.exit(7);
  },
  'refuses-init': ({ src }) => send(src, { type: 'error', in_reply_to: 1, code: 10, text: 'not today' }),
  malformed: ({ src, body }) => {
    if (body.type === 'init') send(src, { type: 'init_ok', in_reply_to: 1 });
    else
      for (const line of [
        'Traceback: ouch',
        '',
        '{"src":"n1"}{"src":"n1"}',
        '[1]',
        '{"src":"n1"}',
        '{"src":"n9","dest":"c1","body":{"type":"x"}}',
      ])
        print(line);
  },
  crashes: ({ src, body }) => {
    if (body.type === 'init') send(src, { type: 'init_ok', in_reply_to: 1 });
    else throw new Error('kaput');
  },
  // Keeps running without stdin, and whatever it is told politely.
  stubborn: ({ src, body }) => {
    if (body.type === 'init') send(src, { type: 'init_ok', in_reply_to: 1 });
  },
};

if (manner === 'stubborn') {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
  setInterval(() => {}, 1000);
}
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  id = message.dest;
  manners[manner](message);
});

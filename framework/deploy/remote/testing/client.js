#!/usr/bin/env node
// A bridge program whose manners its clients choose by what they ask.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [manner = 'fine'] = process.argv.slice(2);
const print = (text) => process.stdout.write(`${text}\n`);
let me = '';
const reply = ({ src, body }, answer) =>
  print(JSON.stringify({ src: me, dest: src, body: { ...answer, in_reply_to: body.msg_id } }));

process.stderr.write(`client of ${process.env.NODE_ID} at ${process.env.NODE_ADDRESS}\n`);
if (manner === 'exits') process.exit(7);

const answers = {
  init: (message) => {
    me = message.body.node_id;
    if (manner === 'silent') return;
    if (manner === 'refuses') reply(message, { type: 'error', code: 10, text: 'not today' });
    else reply(message, { type: 'init_ok' });
    if (manner === 'dies-soon') setTimeout(() => process.exit(3), 30);
  },
  echo: (message) =>
    reply(message, { type: 'echo_ok', echo: message.body.echo, pid: process.pid, nodes: process.env.NODES }),
  slow: (message) => setTimeout(() => reply(message, { type: 'slow_ok' }), message.body.delay),
  crash: () => {
    process.stderr.write('kaput\n');
    process.exit(9);
  },
  garbage: () => {
    print('Traceback: ouch');
    print('{"src":"n9","dest":"c1","body":{"type":"x"}}');
  },
  elsewhere: (message) =>
    print(JSON.stringify({ src: me, dest: 'n2', body: { type: 'hello', msg_id: message.body.msg_id } })),
  child: (message) => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    reply(message, { type: 'child_ok', pid: child.pid });
  },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  answers[message.body.type]?.(message);
});

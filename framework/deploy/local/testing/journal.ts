// A system for tests: appends what it is told, answers with all it has; counts ticks of 50 ms of its own time.
import { defineSystem } from '../../../contracts/define.js';
import type { Message } from '../../../contracts/message.js';
import type { Environment, Protocol } from '../../../contracts/protocol.js';

class Journal implements Protocol {
  readonly #items: unknown[];
  readonly env: Environment;
  #ticks = 0;

  constructor(env: Environment) {
    this.env = env;
    this.#items = [...env.log.recover().records];
  }

  start(): void {
    this.env.setTimer('tick', 50);
    this.env.print(`recovered ${this.#items.length} items`);
    this.env.report({ role: 'journal', leader: this.env.id === 'n2' ? 'n2' : null, term: 1 });
  }

  timeout(): void {
    this.#ticks++;
    this.env.setTimer('tick', 50);
  }

  receive(message: Message): void {
    const { env } = this;
    const { body } = message;
    switch (body.type) {
      case 'append':
        this.#items.push(body['item']);
        env.log.append(body['item']);
        env.reply(message, { type: 'append_ok' });
        break;
      case 'read':
        env.reply(message, { type: 'read_ok', items: [...this.#items], ticks: this.#ticks, now: env.now() });
        break;
      case 'ping':
        env.send(body['to'] as string, { type: 'pong', text: body['text'], times: body['times'] ?? 1 });
        env.reply(message, { type: 'ping_ok' });
        break;
      case 'flood':
        for (let i = 0; i < (body['times'] as number); i++) {
          env.send(body['to'] as string, { type: 'noise', text: 'x'.repeat(1000) });
        }
        env.reply(message, { type: 'flood_ok' });
        break;
      case 'pong':
        this.#items.push(body['text']);
        break;
      case 'ask':
        // The reply of a service comes back as a message of its own.
        env.send(body['dest'] as string, { ...(body['request'] as Message['body']), msg_id: body.msg_id! });
        env.reply(message, { type: 'ask_ok' });
        break;
      case 'throw':
        throw new Error('kaput');
      case 'exit':
        process.exit(3);
    }
    if (body.in_reply_to !== undefined) this.#items.push(body);
  }
}

export default defineSystem({
  name: 'journal',
  summary: 'a journal for tests',
  workloads: [],
  options: {},
  bugs: { 'no-sync': { summary: 'never syncs', anomalies: [] } },
  nodes: (env) => new Journal(env),
  volatile: (options) => options['bug'] === 'no-sync',
});

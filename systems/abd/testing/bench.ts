// For tests: nodes whose messages lie on a table until the test delivers them, one by one and in any order.
import type { Body, Message } from '../../../framework/contracts/message.js';
import type { Environment, Protocol, Recovered } from '../../../framework/contracts/protocol.js';
import { deepFreeze } from '../../../framework/deploy/sim/freeze.js';
import { createRandom } from '../../../framework/time/random.js';
import { AbdNode, type AbdOptions } from '../node.js';

export const DEFAULTS: AbdOptions = {
  resend: 100,
  'give-up': 1000,
  'fast-reads': true,
  'compact-after': 1000,
  bug: 'none',
};

interface Disk {
  snapshot: unknown;
  records: unknown[];
}

export class Bench {
  readonly names: readonly string[];
  /** Sent and not yet delivered, oldest first. */
  table: Message[] = [];
  /** Everything that was ever sent. */
  readonly sent: Message[] = [];
  readonly disks = new Map<string, Disk>();
  readonly timers = new Map<string, number>();
  readonly #nodes = new Map<string, Protocol>();
  readonly #options: AbdOptions;
  /** The first answer to each client. */
  readonly #answers = new Map<string, Body>();
  #requests = 0;

  constructor(count: number, options: Partial<AbdOptions> = {}) {
    this.names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    this.#options = { ...DEFAULTS, ...options };
    for (const name of this.names) {
      this.disks.set(name, { snapshot: null, records: [] });
      this.start(name);
    }
  }

  /** A new incarnation from the log. */
  start(name: string): void {
    this.timers.delete(name);
    const node = new AbdNode(this.#environment(name), this.#options);
    this.#nodes.set(name, node);
    node.start();
  }

  kill(name: string): void {
    this.#nodes.delete(name);
    this.timers.delete(name);
  }

  /** The resend timer of a node fires. */
  tick(name: string): void {
    this.timers.delete(name);
    this.#nodes.get(name)?.timeout('resend');
  }

  /** A fresh client asks a node; the function returned says what it was answered, null while it was not. */
  ask(node: string, body: Body): () => Body | null {
    const client = `c${this.#requests++}`;
    this.#nodes.get(node)?.receive({ src: client, dest: node, body: { msg_id: 1, ...body } });
    return () => this.#answers.get(client) ?? null;
  }

  /** Hands a message to a node as if it had come from the network. */
  give(message: Message): void {
    this.#nodes.get(message.dest)?.receive(message);
  }

  /** Delivers what lies on the table and matches, and what that causes, until nothing matches; the rest stays. */
  deliver(matches: (message: Message) => boolean = () => true): void {
    for (;;) {
      const index = this.table.findIndex(matches);
      if (index < 0) return;
      const [message] = this.table.splice(index, 1);
      this.give(message!);
    }
  }

  #environment(id: string): Environment {
    const disk = this.disks.get(id)!;
    const send = (dest: string, body: Body) => {
      deepFreeze(body);
      const message = { src: id, dest, body };
      this.sent.push(message);
      if (this.names.includes(dest)) this.table.push(message);
      else if (!this.#answers.has(dest)) this.#answers.set(dest, body);
    };
    return {
      id,
      nodes: this.names,
      random: createRandom(1, id),
      log: {
        append: (record) => void disk.records.push(record),
        replace: (snapshot, tail) => {
          disk.snapshot = snapshot;
          disk.records = [...tail];
        },
        // Through JSON, as a file would.
        recover: () => JSON.parse(JSON.stringify(disk)) as Recovered,
      },
      send,
      reply: ({ src, body: { msg_id } }, body) =>
        send(src, msg_id === undefined ? body : { ...body, in_reply_to: msg_id }),
      setTimer: (_name, delay) => void this.timers.set(id, delay),
      cancelTimer: () => void this.timers.delete(id),
      now: () => 0,
      elapsed: () => 0,
      print: () => {},
      report: () => {},
      scope: () => {
        throw new Error('no scopes here');
      },
    };
  }
}

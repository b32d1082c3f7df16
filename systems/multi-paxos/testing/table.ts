// For tests: Multi-Paxos on a table, its laws checked after every step.
import type { Body, Message } from '../../../framework/contracts/message.js';
import { MessageTable } from '../../shared/testing/message-table.js';
import type { PaxosOptions } from '../options.js';
import type { MultiPaxos } from '../paxos.js';
import { Server } from '../server.js';
import { Laws } from './laws.js';

export const DEFAULTS: PaxosOptions = {
  reads: 'confirm',
  forward: true,
  heartbeat: 50,
  'election-timeout': 300,
  window: 256,
  'max-batch': 512,
  'checkpoint-every': 500,
  'checkpoint-chunk': 256,
  'max-sessions': 2000,
  bug: 'none',
};

export class Table extends MessageTable<Server> {
  readonly laws: Laws;
  /** Messages from and to these are lost, and those on these links (`from>to`). */
  readonly cut = new Set<string>();

  constructor(nodes: number, options: Partial<PaxosOptions> = {}, seed = 1) {
    const laws = new Laws();
    const values = { ...DEFAULTS, ...options };
    const make = (env: ConstructorParameters<typeof Server>[0]) => new Server(env, values);
    super({ nodes, seed, make, observe: ({ log }) => laws.observe(log) });
    this.laws = laws;
    this.passes = ({ src, dest }: Message) =>
      !(this.cut.has(src) || this.cut.has(dest) || this.cut.has(`${src}>${dest}`));
  }

  paxos(name: string): MultiPaxos {
    return this.node(name).log;
  }

  /** Asks and lets time pass until there is an answer, for a second at most. */
  override answer(node: string, body: Body, client?: string): Body | null {
    const answer = this.ask(node, body, client);
    for (let i = 0; i < 100 && answer() === null; i++) this.run(10);
    return answer();
  }

  /** Lets time pass until exactly one reachable node leads and the other reachable ones follow it. */
  leader(): string {
    const reachable = this.names.filter((name) => this.runs(name) && !this.cut.has(name));
    for (let i = 0; i < 1000; i++) {
      this.run(10);
      const [leader, rival] = reachable.filter((name) => this.paxos(name).leads);
      if (leader === undefined || rival !== undefined) continue;
      if (reachable.every((name) => this.paxos(name).leader === leader)) return leader;
    }
    throw new Error('no leader within ten seconds');
  }
}

// For tests: Dynamo on a table, whose outboxes are flushed after each message.
import type { Message } from '../../../framework/contracts/message.js';
import { type Matches, MessageTable } from '../../shared/testing/message-table.js';
import { DynamoNode } from '../node.js';
import type { DynamoOptions } from '../options.js';

export const DEFAULTS: DynamoOptions = {
  n: 3,
  r: 2,
  w: 2,
  quorum: 'strict',
  hints: true,
  'read-repair': true,
  'anti-entropy': 'push-pull',
  interval: 1000,
  versions: 'vector-clock',
  siblings: 'last-writer',
  'virtual-nodes': 16,
  cluster: 'dynamo',
  resend: 100,
  'give-up': 1000,
  handoff: 300,
  'compact-after': 1000,
  bug: 'none',
};

export class Bench extends MessageTable<DynamoNode> {
  constructor(nodes: number, options: Partial<DynamoOptions> = {}, spares = 0) {
    super({ nodes, spares, make: (env) => new DynamoNode(env, { ...DEFAULTS, ...options }) });
  }

  override give(message: Message): void {
    super.give(message);
    this.fire(message.dest, 'flush');
  }

  fireAll(timer: string): void {
    for (const name of this.all) this.fire(name, timer);
  }

  /** Delivers what matches and loses all else, so that nothing is under way afterwards. */
  deliverOnly(matches: Matches): void {
    this.deliver(matches);
    this.lose();
  }

  /** Time passes with nothing in the way: hints are delivered, replicas compared, changes completed. */
  calm(rounds = 12): void {
    for (let round = 0; round < rounds; round++) {
      for (const timer of ['resend', 'handoff', 'change', 'gossip', 'flush']) {
        this.fireAll(timer);
        this.deliver();
      }
    }
  }

  /** The value that a node itself holds of a key, by sibling. */
  held(name: string, key: string): unknown[] {
    return this.node(name)
      .core.replica.get(key)
      .map((version) => version.value);
  }

  homes(key: string): readonly string[] {
    return this.node(this.names[0]!).core.homesOf(key);
  }
}

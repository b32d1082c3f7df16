// For tests: gossip nodes in virtual time, and what they hold and believe.
import type { Body } from '../../../framework/contracts/message.js';
import { TimedTable } from '../../shared/testing/timed-table.js';
import { GossipNode } from '../node.js';
import type { GossipOptions } from '../options.js';

export const DEFAULTS: GossipOptions = {
  state: 'g-set',
  cluster: 'gossip',
  dissemination: 'push-pull',
  'gossip-period': 200,
  fanout: 1,
  'probe-period': 200,
  'ping-timeout': 60,
  helpers: 2,
  suspicion: 5,
  stamps: 'hybrid',
  history: 1000,
  'compact-after': 1000,
  'give-up': 1500,
  bug: 'none',
};

export interface Size {
  nodes?: number;
  spares?: number;
  seed?: number;
}

export class Cluster extends TimedTable<GossipNode> {
  constructor(options: Partial<GossipOptions> = {}, { nodes = 5, spares = 0, seed = 1 }: Size = {}) {
    super({ nodes, spares, seed, make: (env) => new GossipNode(env, { ...DEFAULTS, ...options }) });
  }

  /** What a node answers at once; fails the test when it does not. */
  override answer(node: string, body: Body): Body {
    const answer = this.ask(node, body)();
    if (answer === null) throw new Error(`${node} did not answer ${JSON.stringify(body)}`);
    return answer;
  }

  /** What a read of the whole state returns, lists sorted. */
  read(node: string): unknown {
    const { value } = this.answer(node, { type: 'read' });
    return Array.isArray(value) ? [...value].sort((a, b) => (String(a) < String(b) ? -1 : 1)) : value;
  }

  members(node: string): unknown {
    return this.report(node)?.['members'];
  }

  digests(nodes: readonly string[] = this.names): Set<unknown> {
    return new Set(nodes.map((node) => this.report(node)?.['digest']));
  }
}

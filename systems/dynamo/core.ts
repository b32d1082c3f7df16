// What the parts of a node share.
import type { Environment } from '../../framework/contracts/protocol.js';
import { hashText } from '../shared/hash-ring.js';
import type { DynamoOptions } from './options.js';
import { Outbox } from './outbox.js';
import { firstMembers, Placement } from './placement.js';
import { Replica } from './replica.js';
import { coversOf } from './versions.js';

export class Core {
  readonly env: Environment;
  readonly options: DynamoOptions;
  readonly replica: Replica;
  readonly placement: Placement;
  readonly outbox: Outbox;
  /** Nodes that did not answer lately; whatever comes from one clears it. */
  readonly suspects = new Set<string>();

  constructor(env: Environment, options: DynamoOptions) {
    this.env = env;
    this.options = options;
    this.replica = new Replica(env.log, options['compact-after'], coversOf(options));
    const members = this.replica.members ?? firstMembers(env.nodes);
    this.placement = new Placement(members, options['virtual-nodes'], options.n);
    this.outbox = new Outbox(env, () => this.placement.mark);
  }

  partitionOf(key: string): number {
    return this.placement.partition(hashText(key));
  }

  homesOf(key: string): readonly string[] {
    return this.placement.homes(this.partitionOf(key));
  }

  isHome(key: string): boolean {
    return this.homesOf(key).includes(this.env.id);
  }

  /** Whom a key is owed to when these nodes shall have it: where one is no home node any more, all who are. */
  owedNow(key: string, nodes: readonly string[]): readonly string[] {
    const homes = this.homesOf(key);
    if (nodes.every((node) => homes.includes(node))) return nodes;
    return homes.filter((node) => node !== this.env.id);
  }

  /** Whom this node owes a key that it takes as a home node: where it is none any more, all who are. */
  owedByTaker(key: string): readonly string[] {
    const homes = this.homesOf(key);
    return homes.includes(this.env.id) ? [] : homes;
  }

  get isMember(): boolean {
    return this.placement.ids.includes(this.env.id);
  }

  suspect(node: string): void {
    if (node !== this.env.id) this.suspects.add(node);
  }
}

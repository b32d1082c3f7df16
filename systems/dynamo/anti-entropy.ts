// Anti-entropy (4.7): in every round a node compares Merkle trees with another one, part by part of the key space that both
// hold, descends only into what differs, and then exchanges the keys there.
import type { Message } from '../../framework/contracts/message.js';
import { hashText, mix32 } from '../shared/hash-ring.js';
import type { Core } from './core.js';
import { PARTITIONS } from './placement.js';
import { LEAF_LEVEL, PARTITION_LEVEL } from './replica.js';
import { isVersions, tagOf, type Versions } from './versions.js';

const GOSSIP = 'gossip';

type Held = readonly [key: string, versions: Versions];

export class AntiEntropy {
  readonly #core: Core;
  /** The round under way, and whom it is with; numbers are those of this incarnation. */
  #round: number;
  readonly #first: number;
  #peer = '';
  #sent = 0;

  constructor(core: Core) {
    this.#core = core;
    this.#first = core.replica.incarnation * 2 ** 31;
    this.#round = this.#first;
  }

  /** Rounds that it has begun and messages that it has sent, in this life. */
  get rounds(): number {
    return this.#round - this.#first;
  }

  get sent(): number {
    return this.#sent;
  }

  start(): void {
    // Nodes that start together do not all speak at once.
    this.#core.env.setTimer(GOSSIP, this.#core.options.interval * (0.5 + this.#core.env.random.float()));
  }

  timeout(timer: string): boolean {
    if (timer !== GOSSIP) return false;
    const { env, placement, options } = this.#core;
    env.setTimer(GOSSIP, options.interval);
    const others = placement.known.filter((node) => node !== env.id);
    if (others.length === 0) return true;
    this.#peer = env.random.pick(others);
    this.#round++;
    // Where there is nothing to compare, members are.
    const hash = options['anti-entropy'] === 'off' ? null : this.#fold(this.#shared(this.#peer));
    this.#send(this.#peer, { type: 'compare', round: this.#round, ring: placement.mark, hash });
    return true;
  }

  /** True when the message was this one's. `tell`: passes the members on to a node that sees others. */
  receive(message: Message, tell: (node: string) => void): boolean {
    switch (message.body.type) {
      case 'compare':
        this.#onCompare(message, tell);
        return true;
      case 'tree':
        this.#onTree(message);
        return true;
      case 'hashes':
        this.#onHashes(message);
        return true;
      case 'exchange':
        this.#onExchange(message);
        return true;
      case 'exchanged':
        this.#onExchanged(message);
        return true;
      case 'entries':
        this.#take(message.body['entries']);
        return true;
      default:
        return false;
    }
  }

  /** A short text that nodes with the same home partitions share exactly when they hold the same there. */
  get digest(): string {
    const { env, placement } = this.#core;
    return this.#fold(parts((partition) => placement.homes(partition).includes(env.id))).toString(16);
  }

  #onCompare({ src, body: { round, ring, hash } }: Message, tell: (node: string) => void): void {
    if (ring !== this.#core.placement.mark) tell(src);
    else if (typeof hash === 'number' && isRound(round)) {
      const shared = this.#shared(src);
      if (this.#fold(shared) !== hash) this.#sendHashes(src, round, PARTITION_LEVEL, shared);
    }
  }

  #onTree({ src, body: { round, level, at } }: Message): void {
    if (isRound(round) && isLevel(level) && this.#areNodes(level, at)) this.#sendHashes(src, round, level, at);
  }

  /** The other's hashes: those that differ lead one level down, or to the keys. */
  #onHashes({ src, body: { round, level, at, hashes } }: Message): void {
    if (round !== this.#round || src !== this.#peer || !isLevel(level) || !this.#areNodes(level, at)) return;
    if (!Array.isArray(hashes) || hashes.length !== at.length) return;
    const { tree } = this.#core.replica;
    const differing = at.filter((index, i) => tree.hash(level, index) !== hashes[i]);
    if (differing.length === 0) return;
    if (level === LEAF_LEVEL) {
      this.#exchange(differing);
    } else {
      const children = differing.flatMap((index) => tree.children(level, index));
      this.#send(src, { type: 'tree', round, level: level + 1, at: children });
    }
  }

  #exchange(leaves: readonly number[]): void {
    const mode = this.#core.options['anti-entropy'];
    const tags = this.#held(leaves).map(([key, versions]) => [key, tagOf(versions)]);
    const pull = mode !== 'push';
    const push = mode !== 'pull';
    this.#send(this.#peer, { type: 'exchange', round: this.#round, leaves, tags, pull, push });
  }

  #onExchange({ src, body: { round, leaves, tags, pull, push } }: Message): void {
    if (!isRound(round) || !this.#areNodes(LEAF_LEVEL, leaves) || !areTags(tags)) return;
    const theirs = new Map(tags);
    const held = this.#held(leaves);
    const entries = pull === true ? held.filter(([key, versions]) => theirs.get(key) !== tagOf(versions)) : [];
    const mine = new Map(held);
    const want = push === true ? tags.filter(([key, tag]) => tagOf(mine.get(key) ?? []) !== tag) : [];
    if (entries.length === 0 && want.length === 0) return;
    this.#send(src, { type: 'exchanged', round, entries, want: want.map(([key]) => key) });
  }

  #onExchanged({ src, body: { round, entries, want } }: Message): void {
    if (round !== this.#round || src !== this.#peer) return;
    this.#take(entries);
    if (!Array.isArray(want) || want.length === 0) return;
    const { replica } = this.#core;
    const wanted = want.filter((key): key is string => typeof key === 'string' && replica.entry(key) !== undefined);
    this.#send(src, { type: 'entries', entries: wanted.map((key): Held => [key, replica.get(key)]) });
  }

  #take(entries: unknown): void {
    if (!Array.isArray(entries)) return;
    for (const entry of entries as unknown[]) {
      if (!Array.isArray(entry)) continue;
      const [key, versions] = entry as unknown[];
      if (typeof key === 'string' && isVersions(versions) && this.#core.isHome(key)) {
        this.#core.replica.store(key, versions);
      }
    }
  }

  #sendHashes(node: string, round: number, level: number, at: readonly number[]): void {
    const hashes = at.map((index) => this.#core.replica.tree.hash(level, index));
    this.#send(node, { type: 'hashes', round, level, at, hashes });
  }

  /** Partitions that this node and another both hold. */
  #shared(other: string): number[] {
    const { env, placement } = this.#core;
    return parts((partition) => {
      const homes = placement.homes(partition);
      return homes.includes(env.id) && homes.includes(other);
    });
  }

  #fold(partitions: readonly number[]): number {
    const { tree } = this.#core.replica;
    let hash = 0;
    for (const partition of partitions) hash = mix32(hash ^ tree.hash(PARTITION_LEVEL, partition)) + partition;
    return hash >>> 0;
  }

  /** What lies under some leaves. */
  #held(leaves: readonly number[]): Held[] {
    const { replica } = this.#core;
    const wanted = new Set(leaves);
    const held: Held[] = [];
    for (const { key, versions } of replica.entries()) {
      if (wanted.has(replica.tree.index(LEAF_LEVEL, hashText(key)))) held.push([key, versions]);
    }
    return held;
  }

  #areNodes(level: number, at: unknown): at is number[] {
    const size = this.#core.replica.tree.size(level);
    return Array.isArray(at) && at.every((index) => Number.isInteger(index) && index >= 0 && index < size);
  }

  #send(node: string, body: Message['body']): void {
    this.#sent++;
    this.#core.env.send(node, body);
  }
}

function parts(holds: (partition: number) => boolean): number[] {
  const found: number[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) if (holds(partition)) found.push(partition);
  return found;
}

function isRound(value: unknown): value is number {
  return typeof value === 'number';
}

function isLevel(value: unknown): value is number {
  return value === PARTITION_LEVEL || value === LEAF_LEVEL;
}

function areTags(value: unknown): value is [key: string, tag: string][] {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string')
  );
}

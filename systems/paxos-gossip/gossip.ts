// How decisions spread: each node passes on what is new to one peer after the other, and asks what it has missed.
//
// Demers et al.: "Epidemic algorithms for replicated database maintenance", PODC 1987 (push, pull, push-pull). Peers are visited in a
// fixed random order and not drawn anew each time: so what a node knows reaches every other directly within one turn of the order,
// and the age of a local read has a bound.
import type { Body, Message } from '../../framework/contracts/message.js';
import type { Key } from '../../framework/contracts/operation.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { isKey, isVersion } from '../shared/register-messages.js';
import { isState, type State } from '../shared/register-state.js';

export interface GossipOptions {
  /** Milliseconds. */
  'gossip-period': number;
  fanout: number;
  gossip: 'push' | 'pull' | 'push-pull';
}

/** A decision as it travels. */
export type News = readonly [key: Key, version: number, state: State];

/** The decisions that a node knows. */
export interface Learned {
  /** How often this node has started. */
  readonly incarnation: number;
  version(key: Key): number;
  state(key: Key): State;
  /** Takes a decision; one that is no news changes nothing. */
  learn(key: Key, version: number, state: State): void;
}

/** Up to where a list of news has been read: `life` is the incarnation of the node whose list it is. */
interface Position {
  readonly life: number;
  readonly at: number;
}

const PERIOD = 'gossip';
const START: Position = { life: 0, at: 0 };

export class Gossip {
  readonly #env: Environment;
  readonly #options: GossipOptions;
  readonly #learned: Learned;
  readonly #peers: readonly string[];
  #turn = 0;
  /** Every decision that this node learns gets the next number in its list of news; only a key's latest counts. */
  #latest = 0;
  readonly #numbers = new Map<Key, number>();
  /** How far each peer is known to know this node's list. */
  readonly #known = new Map<string, number>();
  /** How far this node knows each peer's list. */
  readonly #read = new Map<string, Position>();

  constructor(env: Environment, options: GossipOptions, learned: Learned) {
    this.#env = env;
    this.#options = options;
    this.#learned = learned;
    this.#peers = env.random.shuffle(env.nodes.filter((node) => node !== env.id));
  }

  start(): void {
    if (this.#peers.length > 0) this.#env.setTimer(PERIOD, this.#options['gossip-period']);
  }

  /** This node has learned a decision about the key. */
  note(key: Key): void {
    this.#numbers.set(key, ++this.#latest);
  }

  /** True when the timer was the gossip's. */
  timeout(timer: string): boolean {
    if (timer !== PERIOD) return false;
    const count = Math.min(this.#options.fanout, this.#peers.length);
    for (let contact = 0; contact < count; contact++) {
      this.#contact(this.#peers[this.#turn]!);
      this.#turn = (this.#turn + 1) % this.#peers.length;
    }
    this.start();
    return true;
  }

  receive(message: Message): void {
    if (message.body.type === 'gossip') this.#onGossip(message);
    else if (message.body.type === 'gossip_ok') this.#onAnswer(message);
  }

  #contact(peer: string): void {
    const { gossip } = this.#options;
    const news = gossip === 'pull' ? [] : this.#since(this.#known.get(peer) ?? 0);
    if (gossip === 'push' && news.length === 0) return;
    this.#env.send(peer, {
      type: 'gossip',
      life: this.#learned.incarnation,
      at: gossip === 'pull' ? 0 : this.#latest,
      news,
      wants: gossip === 'push' ? null : (this.#read.get(peer) ?? START),
    });
  }

  #onGossip({ src, body }: Message): void {
    const { life, at, news, wants } = body;
    if (!isVersion(life) || !isVersion(at) || !isNews(news) || (wants !== null && !isPosition(wants))) return;
    // What the sender hears in return must not be what it has just told.
    const mine = wants === null ? null : this.#answer(wants);
    this.#learn(news);
    if (mine !== null || news.length > 0) this.#env.send(src, { type: 'gossip_ok', life, at, mine });
  }

  #answer(wants: Position): Body & { news: News[] } {
    const { incarnation: life } = this.#learned;
    return { type: 'news', life, at: this.#latest, news: this.#since(wants.life === life ? wants.at : 0) };
  }

  #onAnswer({ src, body }: Message): void {
    const { life, at, mine } = body;
    if (life === this.#learned.incarnation && isVersion(at) && at <= this.#latest) {
      this.#known.set(src, Math.max(at, this.#known.get(src) ?? 0));
    }
    if (!isPosition(mine)) return;
    const { news } = mine as { news?: unknown };
    const read = this.#read.get(src) ?? START;
    if (!isNews(news) || mine.life < read.life) return;
    this.#learn(news);
    if (mine.life > read.life || mine.at > read.at) this.#read.set(src, { life: mine.life, at: mine.at });
  }

  #learn(news: readonly News[]): void {
    for (const [key, version, state] of news) this.#learned.learn(key, version, state);
  }

  #since(number: number): News[] {
    if (number >= this.#latest) return [];
    const news: News[] = [];
    for (const [key, noted] of this.#numbers) {
      if (noted > number) news.push([key, this.#learned.version(key), this.#learned.state(key)]);
    }
    return news;
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { life, at } = value as Record<string, unknown>;
  return isVersion(life) && isVersion(at);
}

function isNews(value: unknown): value is readonly News[] {
  return Array.isArray(value) && value.every(isOneNews);
}

function isOneNews(value: unknown): value is News {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [key, version, state] = value as unknown[];
  return isKey(key) && isVersion(version) && isState(state);
}

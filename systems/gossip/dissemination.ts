// How updates spread: each round a node talks to a few others, pushes what they lack, pulls what it lacks, or both.
//
// Demers et al.: "Epidemic algorithms for replicated database maintenance", PODC 1987. Versions are compared first, so messages
// carry only what the other lacks, as far as it is known.
import type { Body, Message } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { VersionVector } from '../shared/crdt/version-vector.js';
import type { Mode } from './options.js';
import type { Replica } from './replica.js';

/** Of each mode: does a round send what others lack, and does it ask for what this node lacks? */
const MODES: Readonly<Record<Mode, { push: boolean; pull: boolean }>> = {
  push: { push: true, pull: false },
  pull: { push: false, pull: true },
  'push-pull': { push: true, pull: true },
};

export class Dissemination {
  /** Rounds begun, and messages sent in rounds of this node and in answer to those of others. */
  rounds = 0;
  sent = 0;
  readonly #env: Environment;
  readonly #replica: Replica;
  readonly #push: boolean;
  readonly #pull: boolean;
  readonly #fanout: number;
  readonly #cluster: string;
  /** What each node was last known to have seen; it has seen no less now. */
  readonly #known = new Map<string, VersionVector>();

  constructor(env: Environment, replica: Replica, mode: Mode, fanout: number, cluster: string) {
    this.#env = env;
    this.#replica = replica;
    this.#push = MODES[mode].push;
    this.#pull = MODES[mode].pull;
    this.#fanout = fanout;
    this.#cluster = cluster;
  }

  /** One round with a few of these, drawn at random. */
  round(peers: readonly string[]): void {
    this.rounds++;
    for (const peer of this.#draw(peers)) this.offer(peer);
  }

  /** True when this node holds nothing that the other is not known to have. */
  isCaughtUp(peer: string): boolean {
    return this.#known.get(peer)?.covers(this.#replica.version) ?? false;
  }

  /** Begins an exchange with one node. A push sends nothing to a node that has everything. */
  offer(peer: string): void {
    const known = this.#known.get(peer);
    const delta = this.#push && known !== undefined ? this.#replica.deltaFor(known) : null;
    if (!this.#pull && known !== undefined && delta === null) return;
    this.#send(peer, { type: 'gossip', pull: this.#pull, ...(delta === null ? {} : { delta }) });
  }

  /** A node that is a member began an exchange. */
  onGossip({ src, body }: Message): void {
    const theirs = this.#learn(src, body);
    if (theirs === null) return;
    const delta = body['pull'] === true ? this.#replica.deltaFor(theirs) : null;
    // A pull that would bring nothing needs no answer; a push does, so that nothing is pushed twice.
    if (delta !== null || this.#push) this.#send(src, { type: 'gossip_ok', ...(delta === null ? {} : { delta }) });
  }

  onGossipOk({ src, body }: Message): void {
    this.#learn(src, body);
  }

  /** Takes the delta and notes the version of a message; null: malformed. */
  #learn(src: string, body: Body): VersionVector | null {
    const version = VersionVector.parse(body['version']);
    if (version === null) return null;
    if (body['delta'] !== undefined) this.#replica.receive(body['delta']);
    // Messages overtake each other: an older one teaches nothing.
    const known = this.#known.get(src);
    if (known === undefined || version.covers(known)) this.#known.set(src, version);
    return version;
  }

  #send(peer: string, body: Body): void {
    this.sent++;
    this.#env.send(peer, { ...body, cluster: this.#cluster, version: this.#replica.version.toJSON() });
  }

  #draw(peers: readonly string[]): readonly string[] {
    if (peers.length <= this.#fanout) return peers;
    if (this.#fanout === 1) return [this.#env.random.pick(peers)];
    return this.#env.random.shuffle(peers).slice(0, this.#fanout);
  }
}

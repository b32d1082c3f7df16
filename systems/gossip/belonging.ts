// A node's own place in the cluster: how it comes in when it is invited, and how it goes when it is told to.
//
// Invitations may arrive late or twice, when nobody wants them any more. So a node asks back before it acts, and takes only the
// answer to the question that it asked last.
import type { Message } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import { isRumour, type Rumour } from '../shared/swim/members.js';
import type { Swim } from '../shared/swim/swim.js';
import type { Dissemination } from './dissemination.js';
import type { Replica } from './replica.js';

/** `leaving`: still a member, serves no clients, and hands over what only it may have. */
export type Role = 'outside' | 'member' | 'leaving';

interface Parts {
  readonly env: Environment;
  readonly cluster: string;
  readonly replica: Replica;
  readonly swim: Swim;
  readonly dissemination: Dissemination;
  /** How long a node tries to hand over before it stays. Milliseconds. */
  readonly patience: number;
  readonly changed: () => void;
}

/** A departure under way. `done` is told whether it came to an end. */
interface Departure {
  /** Those who leave too: what they have is no safer with them. */
  readonly others: readonly string[];
  readonly deadline: number;
  readonly done: (departed: boolean) => void;
}

export class Belonging {
  #role: Role = 'outside';
  readonly #parts: Parts;
  #asked = 0;
  /** The question that this node asked last: an answer to another one is too late. */
  #question: string | null = null;
  #departure: Departure | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get role(): Role {
    return this.#role;
  }

  /** Finds its place after a start: where it was, or where the plan puts it. */
  start(): void {
    const { env, replica, swim } = this.#parts;
    const first = env.nodes.map((member): Rumour => ({ member, status: 'alive', incarnation: 0 }));
    replica.saveIncarnation(replica.incarnation + 1);
    // Who was suspected or given up before may be back; who left is not.
    for (const rumour of replica.members ?? first) {
      swim.members.hear(rumour.status === 'left' ? rumour : { ...rumour, status: 'alive' });
    }
    const own = swim.members.get(env.id);
    if (own === undefined || own.status === 'left') return;
    this.#role = 'member';
    swim.start(replica.incarnation);
  }

  // --- coming ---

  onInvite({ src, body: { change, cluster } }: Message): void {
    const { env, swim, replica } = this.#parts;
    if (cluster !== this.#parts.cluster) {
      const text = `${env.id} is for cluster ${this.#parts.cluster}, not for ${String(cluster)}`;
      env.send(src, { type: 'refused', change, text });
      return;
    }
    if (this.#role === 'outside') {
      env.send(src, { type: 'join', change, question: this.#ask(), version: replica.version.toJSON() });
      return;
    }
    if (this.#departure !== null) this.#stay();
    env.send(src, { type: 'joined', change, incarnation: swim.incarnation });
  }

  /** A member lets this node in, with the table of members and whatever it lacks of the state. */
  onJoinOk({ src, body }: Message): void {
    const { question, members, delta, change } = body;
    const { env, replica, swim, changed } = this.#parts;
    if (this.#role !== 'outside' || question !== this.#question || !Array.isArray(members)) return;
    if (delta !== undefined && !replica.receive(delta)) return;
    this.#question = null;
    this.#role = 'member';
    replica.saveIncarnation(replica.incarnation + 1);
    for (const rumour of members.filter(isRumour)) if (rumour.member !== env.id) swim.hear(rumour);
    swim.start(replica.incarnation);
    env.send(src, { type: 'joined', change, incarnation: swim.incarnation });
    changed();
  }

  // --- going ---

  onRetire({ src, body: { change } }: Message): void {
    const { env } = this.#parts;
    if (this.#role === 'outside') env.send(src, { type: 'departed', change, incarnation: this.#lastIncarnation() });
    else if (this.#role === 'member') env.send(src, { type: 'leave', change, question: this.#ask() });
  }

  onLeaveOk({ src, body: { question, change, leaving } }: Message): void {
    if (this.#role !== 'member' || question !== this.#question || !Array.isArray(leaving)) return;
    this.#question = null;
    this.leave(leaving as readonly string[], (departed) => {
      const { env } = this.#parts;
      if (departed) env.send(src, { type: 'departed', change, incarnation: this.#lastIncarnation() });
    });
  }

  /** Hands over and goes, as soon as somebody who stays has everything that this node has. */
  leave(others: readonly string[], done: (departed: boolean) => void): void {
    const { env, swim, dissemination, patience, changed } = this.#parts;
    this.#role = 'leaving';
    this.#departure = { others, deadline: env.elapsed() + patience, done };
    changed();
    for (const peer of swim.members.peers) if (!others.includes(peer)) dissemination.offer(peer);
    this.check();
  }

  /** Called when another node may have caught up, and in every round. */
  check(): void {
    if (this.#departure === null) return;
    const { env, swim, dissemination } = this.#parts;
    const { others, deadline } = this.#departure;
    const isSafe = (peer: string) => !others.includes(peer) && dissemination.isCaughtUp(peer);
    if (swim.members.peers.some(isSafe)) this.#depart();
    else if (env.elapsed() >= deadline) this.#stay();
  }

  #depart(): void {
    const { swim, changed } = this.#parts;
    const { done } = this.#departure!;
    this.#departure = null;
    this.#role = 'outside';
    swim.leave();
    done(true);
    changed();
  }

  #stay(): void {
    const { done } = this.#departure!;
    this.#departure = null;
    this.#role = 'member';
    done(false);
    this.#parts.changed();
  }

  /** The one as which it was last a member. */
  #lastIncarnation(): number {
    const { env, swim } = this.#parts;
    return swim.members.get(env.id)?.incarnation ?? 0;
  }

  #ask(): string {
    this.#question = `${this.#parts.replica.incarnation}.${++this.#asked}`;
    return this.#question;
  }
}

// A client's request on its way, as its coordinator keeps it.
import type { Message } from '../../framework/contracts/message.js';
import { Resend } from '../shared/resend.js';
import { NO_VERSIONS, tagOf, type Versions } from './versions.js';

export type Wish =
  | { readonly f: 'read' }
  | { readonly f: 'write'; readonly value: unknown }
  | { readonly f: 'read-set' }
  | { readonly f: 'add'; readonly value: unknown };

/** Who is asked: home nodes, or others in their place. */
export interface Targets {
  nodes: string[];
  /** The home node that each stands in for; null: it is a home node itself. */
  standsFor: (string | null)[];
}

export class Operation {
  readonly id: number;
  readonly request: Message;
  readonly wish: Wish;
  readonly key: string;
  readonly partition: number;
  targets: Targets;
  phase: 'query' | 'store' = 'query';
  /** What the coordinator held when it began to ask. */
  readonly known: Versions;
  readonly knownTag: string;
  /** Query: all that was heard of. Store: what shall be stored. */
  found: Versions;
  /** What each target was heard to hold. */
  readonly tags: (string | null)[] = [];
  #heard = 0;
  #asked = 0;
  /** Targets that have answered in this phase. */
  count = 0;
  /** The client has its answer; what is left is for the replicas' sake. */
  isAnswered = false;
  /** When those who have not answered are asked again. */
  readonly resend = new Resend();
  deadline: number;

  constructor(
    id: number,
    request: Message,
    wish: Wish,
    place: { key: string; partition: number; targets: Targets },
    known: Versions,
    due: number,
    deadline: number,
  ) {
    this.id = id;
    this.request = request;
    this.wish = wish;
    this.key = place.key;
    this.partition = place.partition;
    this.targets = place.targets;
    this.known = known;
    this.knownTag = known === NO_VERSIONS ? '' : tagOf(known);
    this.found = known;
    this.resend.begin(due);
    this.deadline = deadline;
  }

  hasHeard(target: number): boolean {
    return (this.#heard & (1 << target)) !== 0;
  }

  hasAsked(target: number): boolean {
    return (this.#asked & (1 << target)) !== 0;
  }

  /** Notes that a target is asked in this phase. */
  ask(target: number): void {
    this.#asked |= 1 << target;
  }

  /** Answers that come twice count once. */
  hear(target: number): void {
    if (this.hasHeard(target)) return;
    this.#heard |= 1 << target;
    this.count++;
  }

  get isComplete(): boolean {
    return this.count === this.targets.nodes.length;
  }

  beginStore(versions: Versions, targets: Targets): void {
    this.phase = 'store';
    this.found = versions;
    this.targets = targets;
    this.#heard = 0;
    this.#asked = 0;
    this.count = 0;
  }
}

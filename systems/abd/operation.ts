// A client's request on its way through the two phases, as its coordinator keeps it.
import type { Message } from '../../framework/contracts/message.js';
import { Resend } from '../shared/resend.js';
import { compareTags, type Version } from './replica.js';

/** Sets of nodes are bit masks over their places in the cluster's list. */
export const MOST_NODES = 31;

export class Operation {
  readonly id: number;
  readonly request: Message;
  readonly isWrite: boolean;
  /** Query: the newest version heard of. Store: the version that a quorum shall hold. */
  version: Version;
  storing = false;
  /** Nodes that have answered in this phase. */
  #heard: number;
  count = 1;
  /** Nodes known to hold `version`. */
  #holders: number;
  holderCount = 1;
  readonly resend = new Resend();
  /** Tick at which to give up. */
  readonly deadline: number;

  /** A query that the coordinator itself, at `self`, has answered with `known`. */
  constructor(
    id: number,
    request: Message,
    isWrite: boolean,
    known: Version,
    self: number,
    due: number,
    deadline: number,
  ) {
    this.id = id;
    this.request = request;
    this.isWrite = isWrite;
    this.version = known;
    this.#heard = 1 << self;
    this.#holders = 1 << self;
    this.resend.begin(due);
    this.deadline = deadline;
  }

  hasHeard(place: number): boolean {
    return (this.#heard & (1 << place)) !== 0;
  }

  /** A node answered the query with its newest version. Answers that come twice count once. */
  learn(place: number, n: number, writer: string, value: unknown): void {
    if (this.hasHeard(place)) return;
    this.#hear(place);
    const order = compareTags(n, writer, this.version);
    if (order > 0) {
      this.version = { key: this.version.key, n, writer, value };
      this.#holders = 0;
      this.holderCount = 0;
    }
    if (order >= 0) {
      this.#holders |= 1 << place;
      this.holderCount++;
    }
  }

  /** Begins the second phase. `fresh`: nobody but the coordinator counts as a holder before it has said so (again). */
  beginStore(version: Version, self: number, fresh: boolean): void {
    this.storing = true;
    this.version = version;
    this.#heard = fresh ? 0 : this.#holders;
    this.count = fresh ? 0 : this.holderCount;
    this.acknowledge(self);
  }

  /** A node holds the version. */
  acknowledge(place: number): void {
    if (!this.hasHeard(place)) this.#hear(place);
  }

  #hear(place: number): void {
    this.#heard |= 1 << place;
    this.count++;
  }
}

// One end of a connection between a learner and its leader: Zab is written for channels that lose and reorder nothing.
import type { Body } from '../../framework/contracts/message.js';
import type { Environment } from '../../framework/contracts/protocol.js';
import type { Packet } from './messages.js';

/** Frames in one packet, and frames under way without acknowledgement, at most. */
const PACKET = 128;
const WINDOW = 512;
/** Ticks without progress before frames are sent again: at first, and at most. */
const PATIENCE = 1;
const MOST_PATIENCE = 4;
const NOTHING: readonly never[] = [];

/**
 * A small TCP over messages: frames are numbered, delivered in order and once, acknowledged by the packets of the other
 * direction and sent again when no acknowledgement comes. Whoever gives up opens another connection, with another number.
 * A connection is known by a number of either end, as in TCP: so an end that starts anew never joins an old one midway.
 */
export class Link<Out, In> {
  readonly peer: string;
  readonly conn: number;
  /** The leader's part of what tells connections apart; 0: the learner has not heard from it yet. */
  reign: number;
  readonly #env: Environment;
  readonly #type: 'to-leader' | 'to-learner';
  /** Frames that are not yet acknowledged; the number of the first, and of the first that was never sent. */
  #queue: Out[] = [];
  #first = 0;
  #unsent = 0;
  /** The next frame to deliver, and those that overtook it. */
  #expected = 0;
  readonly #early = new Map<number, In>();
  #idle = 0;
  #patience = PATIENCE;
  /** What goes out as `stamp`. */
  stamp = 0;
  /** The latest stamp that came in. */
  heardStamp = 0;

  constructor(env: Environment, type: 'to-leader' | 'to-learner', peer: string, conn: number, reign: number) {
    this.#env = env;
    this.#type = type;
    this.peer = peer;
    this.conn = conn;
    this.reign = reign;
  }

  /** Queues a frame; `flush` sends it. */
  push(frame: Out): void {
    this.#queue.push(frame);
  }

  /** Sends what was never sent; with nothing to send, an empty packet if `always`. */
  flush(always: boolean): void {
    const limit = Math.min(this.#first + WINDOW, this.#first + this.#queue.length);
    if (this.#unsent >= limit) {
      if (always) this.#send(this.#unsent, this.#unsent);
      return;
    }
    while (this.#unsent < limit) {
      const end = Math.min(this.#unsent + PACKET, limit);
      this.#send(this.#unsent, end);
      this.#unsent = end;
    }
  }

  /** Called regularly: sends again what has been under way for too long. */
  tick(): void {
    if (this.#unsent === this.#first) return;
    if (++this.#idle <= this.#patience) return;
    this.#idle = 0;
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
    this.#send(this.#first, Math.min(this.#first + PACKET, this.#unsent));
  }

  /** The frames that are now in order: none when this packet is old or has overtaken another one. */
  receive({ seq, ack, stamp, frames }: Packet<In>): readonly In[] {
    if (stamp > this.heardStamp) this.heardStamp = stamp;
    this.#acknowledged(ack);
    if (this.#early.size === 0 && (seq === this.#expected || frames.length === 0)) {
      this.#expected += frames.length;
      return frames;
    }
    const ready: In[] = [];
    for (let i = 0; i < frames.length; i++) {
      const number = seq + i;
      if (number === this.#expected) {
        ready.push(frames[i]!);
        this.#expected++;
      } else if (number > this.#expected && number < this.#expected + WINDOW) this.#early.set(number, frames[i]!);
    }
    while (this.#early.size > 0) {
      const frame = this.#early.get(this.#expected);
      if (frame === undefined) break;
      this.#early.delete(this.#expected++);
      ready.push(frame);
    }
    // What came twice, the second time in order, need not wait.
    if (ready.length > 0)
      for (const number of this.#early.keys()) if (number < this.#expected) this.#early.delete(number);
    return ready;
  }

  #acknowledged(ack: number): void {
    if (ack <= this.#first || ack > this.#unsent) return;
    const left = this.#queue.length - (ack - this.#first);
    this.#queue = left === 0 ? [] : this.#queue.slice(-left);
    this.#first = ack;
    this.#idle = 0;
    this.#patience = PATIENCE;
    if (this.#queue.length > this.#unsent - this.#first) this.flush(false);
  }

  #send(from: number, to: number): void {
    const packet: Packet<Out> & Body = {
      type: this.#type,
      conn: this.conn,
      reign: this.reign,
      seq: from,
      ack: this.#expected,
      stamp: this.stamp,
      frames: from === to ? NOTHING : this.#queue.slice(from - this.#first, to - this.#first),
    };
    this.#env.send(this.peer, packet);
  }
}

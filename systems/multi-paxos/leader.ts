// The distinguished proposer: has the acceptors accept a value for each slot under its ballot, many slots at a time (phase 2).
import { Quorum, reachedBy } from '../shared/quorum.js';
import type { Accept, Accepted } from './messages.js';
import type { MultiPaxos } from './paxos.js';

/** The smallest step of a stamp, in milliseconds: a nanosecond. */
const STEP = 1e-6;
const NOTHING: readonly unknown[] = [];

interface Queued {
  readonly command: unknown;
  readonly token: unknown;
}

/**
 * What is proposed while nothing is under way goes out at once; otherwise together, once per batch of events (the timer
 * `flush`, with no delay). Every heartbeat repeats what an acceptor has not answered since the one before. A slot that is
 * chosen is not repeated: whoever missed it hears that it is chosen, and fetches it.
 */
export class Leader {
  readonly #paxos: MultiPaxos;
  /** Who has accepted the slots that are proposed and not chosen. */
  readonly #open = new Map<number, Quorum>();
  /** Waiting for the window to move on. */
  #queue: Queued[] = [];
  /** The first free slot, the first that was not sent yet, and what that was one heartbeat ago. */
  #next = 1;
  #unsent = 1;
  #settled = 1;
  /** By place: stamps of the latest message sent and of the latest one answered. */
  readonly #sent: Float64Array;
  readonly #answered: Float64Array;
  readonly #places: readonly number[];
  #stamp = 0;
  /** Stamp of the last flush; once a majority has answered it, nothing is under way. */
  #flushed = 0;
  #flushing = false;
  #ledSince = 0;
  /** A read must see all slots up to here: those that earlier ballots may have had chosen. */
  floor = 0;

  constructor(paxos: MultiPaxos) {
    this.#paxos = paxos;
    this.#places = paxos.env.nodes.map((_, place) => place);
    this.#sent = new Float64Array(this.#places.length);
    this.#answered = new Float64Array(this.#places.length);
  }

  /** Stamp of the latest message. Stamps are instants on the leader's own clock, made unique. */
  get stamp(): number {
    return this.#stamp;
  }

  /** When messages up to this stamp arrived, a majority had promised nothing higher than this leader's ballot. */
  get confirmed(): number {
    return reachedBy(this.#paxos.majority, this.#places, this.#answered);
  }

  /** Proposes again, under the new ballot, what earlier ones may have had chosen in the slots after the chosen ones. */
  begin(commands: readonly unknown[]): void {
    const { env, learner, options, self } = this.#paxos;
    this.#open.clear();
    this.#sent.fill(0);
    this.#answered.fill(Number.NEGATIVE_INFINITY);
    this.#answered[self] = Number.POSITIVE_INFINITY;
    this.#stamp = 0;
    this.#flushing = false;
    this.#ledSince = env.elapsed();
    this.#next = learner.chosen + 1;
    this.#unsent = this.#next;
    this.#settled = this.#next;
    for (const command of commands) this.#place(command);
    this.floor = this.#next - 1;
    env.setTimer('heartbeat', options.heartbeat);
    this.#flush(true);
    this.#decide();
    this.#fill();
  }

  stop(): void {
    const { env, reads } = this.#paxos;
    env.cancelTimer('heartbeat');
    env.cancelTimer('flush');
    reads.deposed();
  }

  /** Forgets what still waits for the window, and returns its tokens. */
  drop(): unknown[] {
    const queue = this.#queue;
    this.#queue = [];
    return queue.map(({ token }) => token).filter((token) => token !== undefined);
  }

  propose(command: unknown, token: unknown): void {
    this.#queue.push({ command, token });
    this.#fill();
    if (this.#paxos.majority === 1) this.#decide();
  }

  /** There is something to say: at once if nothing is under way, otherwise together with the rest of this batch of events. */
  kick(): void {
    if (this.#flushing) return;
    if (this.confirmed >= this.#flushed) this.#flush(false);
    else {
      this.#flushing = true;
      this.#paxos.env.setTimer('flush', 0);
    }
  }

  onFlush(): void {
    this.#flushing = false;
    if (this.#paxos.leads) this.#flush(false);
  }

  onHeartbeat(): void {
    const paxos = this.#paxos;
    if (!paxos.leads) return;
    const { env, options, self } = paxos;
    if (Math.max(this.confirmed, this.#ledSince) + options['election-timeout'] < env.elapsed()) {
      // Cut off from the majority, which may have another leader by now.
      paxos.follow(null);
      return;
    }
    env.setTimer('heartbeat', options.heartbeat);
    const stamp = this.#newStamp();
    for (let place = 0; place < this.#sent.length; place++) {
      if (place === self || this.#repeat(place, stamp)) continue;
      // Whoever was spoken to a moment ago needs no heartbeat.
      if (stamp - this.#sent[place]! > options.heartbeat / 4) this.#send(place, stamp, this.#unsent, NOTHING);
    }
    this.#settled = this.#unsent;
  }

  onAccepted(from: number, { first, count, stamp }: Accepted): void {
    if (stamp > this.#answered[from]!) this.#answered[from] = stamp;
    const end = Math.min(first + count, this.#next);
    for (let slot = Math.max(first, this.#paxos.learner.chosen + 1); slot < end; slot++) {
      this.#open.get(slot)?.add(from);
    }
    this.#decide();
    this.#paxos.reads.confirm();
  }

  /** Puts a command into the next slot, as the first to accept it. */
  #place(command: unknown): void {
    const { acceptor, ballot, majority, self } = this.#paxos;
    const slot = this.#next++;
    acceptor.accept({ slot, ballot, command });
    const quorum = new Quorum(majority);
    quorum.add(self);
    this.#open.set(slot, quorum);
  }

  /** Proposes what waits, as far as the window reaches. */
  #fill(): void {
    const { learner, options } = this.#paxos;
    const end = learner.chosen + options.window;
    let count = 0;
    while (count < this.#queue.length && this.#next <= end) {
      const { command, token } = this.#queue[count++]!;
      this.#paxos.proposals.add(this.#next, command, token);
      this.#place(command);
    }
    if (count === 0) return;
    this.#queue = this.#queue.slice(count);
    this.kick();
  }

  /** Applies the slots that are chosen, up to the first that is not. */
  #decide(): void {
    const { learner } = this.#paxos;
    const before = learner.chosen;
    while (this.#open.get(learner.chosen + 1)?.reached === true) {
      this.#open.delete(learner.chosen + 1);
      learner.advance();
    }
    if (learner.chosen === before) return;
    learner.advanced();
    this.#fill();
  }

  /** Sends the slots that nobody was sent yet to everybody; without any, a message that the latest read can count on. */
  #flush(always: boolean): void {
    const { acceptor, options, reads, self } = this.#paxos;
    const stamp = this.#newStamp();
    this.#flushed = stamp;
    const values = acceptor.between(this.#unsent, this.#next - 1);
    const first = this.#unsent;
    this.#unsent = this.#next;
    for (let place = 0; place < this.#sent.length; place++) {
      if (place === self) continue;
      if (values.length === 0 && (always || this.#sent[place]! <= reads.newest))
        this.#send(place, stamp, first, NOTHING);
      for (let at = 0; at < values.length; at += options['max-batch']) {
        const commands = values.slice(at, at + options['max-batch']).map(({ command }) => command);
        this.#send(place, stamp, first + at, commands);
      }
    }
  }

  /** Sends the slots again that were sent before the last heartbeat and that this acceptor has not answered. */
  #repeat(place: number, stamp: number): boolean {
    const { acceptor, learner, options } = this.#paxos;
    let first = learner.chosen + 1;
    while (first < this.#settled && this.#open.get(first)?.has(place) === true) first++;
    if (first >= this.#settled) return false;
    const end = Math.min(this.#settled, first + options['max-batch']);
    const commands = acceptor.between(first, end - 1).map(({ command }) => command);
    this.#send(place, stamp, first, commands);
    return true;
  }

  #send(place: number, stamp: number, first: number, commands: readonly unknown[]): void {
    const { env, ballot, learner } = this.#paxos;
    this.#sent[place] = stamp;
    const accept: Accept = { type: 'accept', ballot, first, commands, chosen: learner.chosen, stamp };
    env.send(env.nodes[place]!, accept);
  }

  #newStamp(): number {
    const now = this.#paxos.env.elapsed();
    this.#stamp = now > this.#stamp ? now : this.#stamp + STEP;
    return this.#stamp;
  }
}

// Carries every message of a local cluster. What our own runtime prints has its fields in a known order, so a clean link
// forwards its bytes unread; everything else is parsed and checked.
import type { Body, Message } from '../../contracts/message.js';
import type { Random } from '../../contracts/random.js';
import { type Clock, type Milliseconds, toNs } from '../../contracts/time.js';
import type { MessageLog } from '../../network/message-log.js';
import type { Network } from '../../network/network.js';
import { PARENT } from '../../node/process/control.js';
import type { Clients } from '../clients.js';
import { parseMessage, SHOWN } from './message-line.js';
import type { NodeProcess } from './node-process.js';
import { SERVICES, type Service } from './services.js';

/** Where the parent's own requests to nodes (`init`) come from: named as clients are, because programs may take names apart. */
export const INIT_CLIENT = 'c999999999';

/** A node as the router sees it. */
export interface Station {
  readonly id: string;
  /** Runs our own runtime: its lines can be trusted to have the usual form. */
  readonly own: boolean;
  /** What every line of it to another address begins with. */
  readonly prefix: Buffer;
  /** The process that takes messages now; null: it is down. */
  readonly process: NodeProcess | null;
  /** A message to the parent itself. */
  toParent(message: Message): void;
  /** Output that is not a message. */
  malformed(detail: string, line: string): void;
  note(detail: string): void;
  /** Something was dropped because it reads too slowly. */
  congested(): void;
}

export interface RouterOptions {
  network: Network;
  /** True when every message has a delay, those of clients and services too. */
  delayed: boolean;
  clock: Clock;
  random: Random;
  stations: ReadonlyMap<string, Station>;
  clients: Clients;
  services: readonly string[];
  log: MessageLog | null;
}

const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const BRACE = 123;
const BODY = Buffer.from('","body":', 'latin1');

export class Router {
  readonly #options: RouterOptions;
  readonly #services = new Map<string, Service>();
  readonly #queue: NodeProcess[] = [];
  #flushing = false;
  /** Top-level id of the next message that is delivered to a foreign node. */
  #nextId = 1;
  #stopped = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    for (const name of options.services) {
      const make = SERVICES[name];
      if (make !== undefined) this.#services.set(name, make(options.random.derive(`service ${name}`)));
    }
  }

  /** Nothing is delivered from now on. */
  stop(): void {
    this.#stopped = true;
  }

  /** Lines that a node has printed. */
  lines(from: Station, batch: Buffer): void {
    if (this.#stopped) return;
    let start = 0;
    while (start <= batch.length) {
      let end = batch.indexOf(NEWLINE, start);
      if (end < 0) end = batch.length;
      if (!this.#fast(from, batch, start, end)) this.#slow(from, batch, start, end);
      start = end + 1;
    }
  }

  /** A request or reply from a client or a service to a node. */
  send(src: string, to: Station, body: Body): void {
    const { delayed, network } = this.#options;
    const delays: Milliseconds[] = [];
    const deliver = (delay: Milliseconds) => {
      delays.push(delay);
      this.#after(delay, () => this.#sendNow(src, to, body));
    };
    // Nothing may overtake `init`.
    if (delayed && src !== INIT_CLIENT) network.route(src, to.id, deliver);
    else deliver(0);
    this.#record(src, to.id, body, delays);
  }

  /** Puts text into a node's input as it is. */
  text(to: NodeProcess, text: string): void {
    to.outbox.text(text);
    this.#wake(to);
  }

  /**
   * A line of our own runtime, to a node over a clean link or to a client. The address is compared and cut out as bytes.
   * False: nothing was done, the line needs a closer look.
   */
  #fast(from: Station, batch: Buffer, start: number, end: number): boolean {
    if (!from.own || this.#options.log !== null) return false;
    const { prefix } = from;
    const address = start + prefix.length;
    if (address >= end) return false;
    for (let i = 0; i < prefix.length; i++) if (batch[start + i] !== prefix[i]) return false;
    let close = address;
    while (close < end && batch[close] !== QUOTE) {
      if (batch[close] === BACKSLASH) return false;
      close++;
    }
    for (let i = 0; i < BODY.length; i++) if (batch[close + i] !== BODY[i]) return false;
    const dest = batch.toString('latin1', address, close);
    const station = this.#options.stations.get(dest);
    if (station !== undefined) {
      if (!this.#options.network.isPlain(from.id, dest)) return false;
      this.#forward(station, batch, start, end);
      return true;
    }
    if (this.#options.delayed || this.#services.has(dest) || dest === PARENT || dest === INIT_CLIENT) return false;
    let body: Body;
    try {
      body = JSON.parse(batch.toString('utf8', close + BODY.length, end - 1)) as Body;
    } catch {
      return false;
    }
    this.#toClient(from, dest, body);
    return true;
  }

  /** Any line, checked. */
  #slow(from: Station, batch: Buffer, start: number, end: number): void {
    const line = batch.toString('utf8', start, end);
    const message = parseMessage(line);
    if (typeof message === 'string') from.malformed(message, line.slice(0, SHOWN));
    else if (message.dest === PARENT && from.own) from.toParent(message);
    else if (!this.#maySend(from, message.src))
      from.malformed(`src is ${message.src}, which is nobody here; it should be ${from.id}`, line.slice(0, SHOWN));
    else this.#route(from, message, batch, start, end);
  }

  /**
   * Programs may pass on what others sent, in their name: a follower hands a client's request to the leader like that, who then
   * answers the client. It travels over the link of the node that passes it on.
   */
  #maySend(from: Station, src: string): boolean {
    if (src === from.id) return true;
    return !from.own && (this.#options.stations.has(src) || this.#options.clients.knows(src));
  }

  #route(from: Station, message: Message, batch: Buffer, start: number, end: number): void {
    const { network, stations, delayed } = this.#options;
    const station = stations.get(message.dest);
    const delays: Milliseconds[] = [];
    if (station === undefined) {
      const arrive = () => this.#toOther(from, message);
      if (delayed) {
        network.route(from.id, message.dest, (delay) => {
          delays.push(delay);
          this.#after(delay, arrive);
        });
      } else {
        delays.push(0);
        arrive();
      }
    } else {
      network.route(from.id, message.dest, (delay) => {
        delays.push(delay);
        if (delay <= 0) this.#deliver(station, message, batch, start, end);
        else {
          const copy = Buffer.from(batch.subarray(start, end));
          this.#after(delay, () => this.#deliver(station, message, copy, 0, copy.length));
        }
      });
    }
    this.#record(message.src, message.dest, message.body, delays);
  }

  #after(delay: Milliseconds, arrive: () => void): void {
    const { clock } = this.#options;
    if (delay <= 0) arrive();
    else
      clock.at(clock.now() + toNs(delay), () => {
        if (!this.#stopped) arrive();
      });
  }

  #toOther(from: Station, message: Message): void {
    const service = this.#services.get(message.dest);
    if (service !== undefined) {
      const { msg_id: id } = message.body;
      const reply = service.handle(message.src, message.body);
      if (id !== undefined) this.send(message.dest, from, { ...reply, in_reply_to: id });
    } else if (message.dest === INIT_CLIENT) from.toParent(message);
    else this.#toClient(from, message.dest, message.body);
  }

  #toClient(from: Station, client: string, body: Body): void {
    const outcome = this.#options.clients.deliver(client, body);
    if (outcome === 'late') from.note(`late ${body.type} to ${client}`);
    else if (outcome === 'unknown') from.note(`message to unknown ${client}`);
  }

  /** A message from node to node: as bytes to our own runtime, with a top-level id to others. */
  #deliver(to: Station, message: Message, source: Buffer, start: number, end: number): void {
    if (to.own) {
      this.#forward(to, source, start, end);
      return;
    }
    const { process } = to;
    if (process === null || !process.running) return;
    if (process.congested) {
      to.congested();
      return;
    }
    const id = this.#nextId++;
    const brace = source.indexOf(BRACE, start);
    if ('id' in message) process.outbox.text(`${JSON.stringify({ ...message, id })}\n`);
    else {
      // The bytes as they came: numbers beyond a double's precision survive.
      process.outbox.text(`{"id":${id},`);
      process.outbox.line(source, brace + 1, end);
    }
    this.#wake(process);
  }

  #forward(to: Station, source: Buffer, start: number, end: number): void {
    const { process } = to;
    if (process === null || !process.running) return;
    if (process.congested) {
      to.congested();
      return;
    }
    process.outbox.line(source, start, end);
    this.#wake(process);
  }

  #sendNow(src: string, to: Station, body: Body): void {
    const { process } = to;
    if (process === null || !process.running || this.#stopped) return;
    if (process.flooded) {
      to.congested();
      return;
    }
    const id = to.own ? '' : `"id":${this.#nextId++},`;
    process.outbox.text(`{${id}"src":"${src}","dest":"${to.id}","body":${JSON.stringify(body)}}\n`);
    this.#wake(process);
  }

  #wake(process: NodeProcess): void {
    if (process.queued) return;
    process.queued = true;
    this.#queue.push(process);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      for (const one of this.#queue.splice(0)) one.flush();
    });
  }

  #record(src: string, dest: string, body: Body, delays: readonly Milliseconds[]): void {
    this.#options.log?.record(this.#options.clock.now(), { src, dest, body }, delays);
  }
}
